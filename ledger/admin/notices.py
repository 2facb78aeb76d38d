"""What every report says beside its figures: periods that were opened again, and the newest seal."""

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import instant, page_of_key
from accounts.admin.panels import Cell, Column, Look, Panel, Table, text
from ledger.models import Seal
from ledger.queries.periods import Reopening, reopenings
from ledger.queries.seals import newest_mark


def seal_notice(request: HttpRequest, *, book_id: int) -> list[Cell]:
    """The newest seal of the book, to be compared with the one held outside; none where nothing is sealed."""
    mark = newest_mark(book_id=book_id)
    if mark is None:
        return []
    said = _("seal %(number)s of %(day)s: %(hash)s") % {
        "number": mark.seal_no,
        "day": mark.business_date,
        "hash": mark.short_hash,
    }
    return [text(said, page_of_key(Seal, mark.seal_id, request))]


def reopening_notice(*, book_id: int, until: dt.date | None = None) -> list[Panel]:
    """The reopenings of periods that begin up to a day, as a panel; none where nothing was reopened."""
    found = reopenings(book_id=book_id, until=until)
    return [reopenings_panel(found)] if found else []


def reopenings_panel(found: list[Reopening]) -> Table:
    return Table(
        title=_("Opened again after their close"),
        columns=[
            Column(_("period")),
            Column(_("reason"), Look.PROSE),
            Column(_("proposed by")),
            Column(_("approved by")),
            Column(_("reopened at")),
        ],
        rows=[
            [
                text(one.period),
                text(one.reason),
                text(one.maker),
                text(one.checker),
                instant(one.recorded_at),
            ]
            for one in found
        ],
        empty=_("No period was opened again."),
    )
