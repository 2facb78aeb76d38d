"""Every page that the admin offers opens: whoever follows its links meets no fault, whatever the role."""

import html
import re
from collections.abc import Iterator

from django.test import Client
from django.urls import Resolver404, resolve

from accounts.models import StaffRole
from tests.clearing.day.admin.conftest import Evening
from tests.desk import colleague, desk_of

LINK = re.compile(r'(?:href|hx-get)="([^"#]*)')
LEAVES = {"logout", "password_change", "jsi18n", "set_language"}


def kind_of(address: str) -> str | None:
    """What an address is a page of; None for what is no page of the admin."""
    try:
        found = resolve(address.partition("?")[0])
    except Resolver404:
        return None
    return None if found.namespace != "admin" or found.url_name in LEAVES else str(found.url_name)


def links_of(page: str, address: str) -> Iterator[str]:
    for link in map(html.unescape, LINK.findall(page)):
        whole = address.partition("?")[0] + link if link.startswith("?") else link
        if whole.startswith("/"):
            yield whole


def walked(client: Client) -> dict[str, int]:
    """The answers of the pages that links lead to from the first, one of each kind."""
    answers: dict[str, int] = {}
    seen: set[str] = set()
    waiting = ["/admin/"]
    while waiting:
        address = waiting.pop(0)
        kind = kind_of(address)
        if kind is None or kind in seen:
            continue
        seen.add(kind)
        response = client.get(address)
        answers[address] = response.status_code
        if response.status_code == 200 and response["Content-Type"].startswith("text/html"):
            waiting += links_of(response.content.decode(), address)
    return answers


class TestEveryPage:
    def test_opens_for_whom_it_is_offered_and_is_refused_to_others(self, evening: Evening) -> None:
        """A list or a row is looked at by test_home; here it is what is asked for on pages with a form."""
        offered = walked(evening.desk(evening.olga))
        assert len(offered) > 60
        assert {address: status for address, status in offered.items() if status >= 400} == {}
        forms = [one for one in offered if not str(kind_of(one)).endswith(("_changelist", "_change"))]
        others = [desk_of(colleague(f"visitor.{role}", role)) for role in StaffRole if role != "operations"]
        assert len(forms) > 20
        assert {one.get(address).status_code for one in others for address in forms} <= {200, 302, 403}
