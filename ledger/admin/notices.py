"""What every report says beside its figures: which periods were opened again after their close."""

import datetime as dt

from django.utils.translation import gettext as _

from accounts.admin.cells import instant
from accounts.admin.panels import Column, Look, Panel, Table, text
from ledger.queries.periods import Reopening, reopenings


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
