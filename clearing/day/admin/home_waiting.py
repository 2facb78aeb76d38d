"""What waits for a person on the first page beside calls and releases: disputes, and contracts in default."""

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.admin.cells import day, list_of, page_of_key, related
from accounts.admin.panels import Column, Link, Look, Panel, Table, Tone, chip, code, text
from contracts.models import Dispute, FinancingContract
from contracts.queries.defaults import waiting_defaults
from contracts.queries.disputes import open_disputes
from ledger.admin.amounts import amount
from ledger.models import Book

FIRST = 10


def disputes_waiting(request: HttpRequest, book: Book, on: dt.date | None) -> Panel:
    """Disputes without an answer, the earliest due first."""
    return Table(
        title=_("Disputes to answer"),
        columns=[
            Column(_("reference"), Look.CODE),
            Column(_("client")),
            Column(_("objects to")),
            Column(_("answer due on")),
        ],
        rows=[
            [
                code(one.reference, related(one, request).href),
                text(one.contract.client.display_name),
                text(one.get_subject_kind_display()),
                chip(_("overdue since %(day)s") % {"day": one.answer_due_on.isoformat()}, Tone.BAD)
                if on is not None and one.answer_due_on < on
                else day(one.answer_due_on),
            ]
            for one in open_disputes(book_id=book.pk)[:FIRST]
        ],
        empty=_("No client waits for an answer."),
        links=[Link(_("all disputes"), list_of(Dispute, request, f"book__id__exact={book.pk}"))],
    )


def defaults_waiting(request: HttpRequest, book: Book, on: dt.date | None) -> Panel:
    """Contracts in default that still owe, with their age; above its line nothing is sold by itself."""
    found = [] if on is None else waiting_defaults(book_id=book.pk, on=on)
    return Table(
        title=_("Contracts in default that still owe"),
        columns=[
            Column(_("contract")),
            Column(_("client")),
            Column(_("in default for")),
            Column(_("owed"), Look.NUMBER),
        ],
        rows=[
            [
                text(one.contract_code, page_of_key(FinancingContract, one.contract_id, request)),
                text(one.client_name),
                text(
                    ngettext("%(days)d day", "%(days)d days", one.age_days(on)) % {"days": one.age_days(on)}
                    if on is not None
                    else "—"
                ),
                amount(one.owed_minor, one.exponent, one.unit_code),
            ]
            for one in found[:FIRST]
        ],
        empty=_("No contract in default awaits action."),
        links=[
            Link(
                _("all contracts in default"),
                list_of(FinancingContract, request, f"book__id__exact={book.pk}&state__exact=defaulted"),
            )
        ],
    )
