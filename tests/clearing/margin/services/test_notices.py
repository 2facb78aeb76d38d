"""Margin call notices: three amounts, the deadline, and the figures they rest on."""

import dataclasses

import pytest

from clearing.margin.models import MarginCall
from clearing.margin.services.notices import issue_call_notice
from contracts.documents.words import LOCALES
from contracts.models import Document
from tests.clearing.margin.harbour import TERMS, Harbour
from tests.contracts.documents.paper import text_of, without_blanks

SAID = {
    "en": [
        "Any one of these three amounts is enough",
        "Deadline 17 September 2008",
        "below 130.00 %",
        "At or below a coverage of 110.00 %",
    ],
    "zh-hans": ["下列三项金额，任何一项即可", "截止日 2008年9月17日", "低于 130.00 %"],  # noqa: RUF001
    "zh-hant": ["下列三項金額，任何一項即可", "截止日 2008年9月17日", "低於 130.00 %"],  # noqa: RUF001
}


@pytest.fixture
def called(world: Harbour) -> Harbour:
    """100,000.00 owed against 1,000 shares of Harbour at 139.00: a coverage of 139 %."""
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=13_900)
    return world


def notice(world: Harbour, locale: str = "en") -> Document:
    return issue_call_notice(
        call_id=MarginCall.objects.get().pk, locale=locale, issued_on=world.day, maker_id=world.maker.pk
    )


class TestIssueCallNotice:
    @pytest.mark.parametrize("locale", LOCALES)
    def test_says_what_to_do_by_when_and_why(self, called: Harbour, locale: str) -> None:
        made = notice(called, locale)
        text = text_of(bytes(made.content))
        figures = ["USD 11,000.00", "USD 7,333.34", "USD 22,073.51", "139.00 %", "150.00 %", "USD 139.00"]
        missing = [one for one in [*SAID[locale], *figures] if without_blanks(one) not in text]
        assert missing == []
        assert made.reference.split("-")[1:] == ["MCN", "2008", "000001"]

    def test_promises_no_emergency_where_the_terms_have_none(self, world: Harbour) -> None:
        terms = world.terms(dataclasses.replace(TERMS, emergency_liquidation=False))
        world.contract(owes=10_000_000, harbour=1_000, terms=terms)
        world.evening(harbour=13_900)
        assert "At or below" not in text_of(bytes(notice(world).content))
