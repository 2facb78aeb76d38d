"""How a page is asked for a point in time: axis, days, and what was known when."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.panels import Cell, Field, Text, Tone, chip, text
from ledger.domain.axes import Axis, Valuation

AXIS_LABELS: Mapping[Axis, Text] = {
    Axis.BOOKING: gettext_lazy("booking date"),
    Axis.VALUE: gettext_lazy("value date"),
}


@dataclass(frozen=True, slots=True)
class AskedTime:
    """What an address asks for: `?axis=value&date=2008-09-15&known=2008-09-19`."""

    axis: Axis
    day: dt.date | None
    known_at: dt.date | None

    @property
    def fields(self) -> list[Field]:
        """The fields of the axis and of what was known; each page names its days itself."""
        return [
            Field(
                _("Date basis"),
                "axis",
                self.axis.value,
                [(axis.value, label) for axis, label in AXIS_LABELS.items()],
            ),
            Field(_("As known at the close of (empty: now)"), "known", iso(self.known_at)),
        ]

    def query(self, **others: object) -> str:
        """The same question with other parameters, as the query of an address; empty ones are left out."""
        asked = {
            "axis": "" if self.axis is Axis.BOOKING else self.axis.value,
            "date": iso(self.day),
            "known": iso(self.known_at),
            **others,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value not in ("", None)})


def asked_time(request: HttpRequest) -> AskedTime:
    """Read the question out of the address; nonsense asks for nothing."""
    asked = request.GET.get("axis", "")
    return AskedTime(
        axis=Axis(asked) if asked in set(Axis) else Axis.BOOKING,
        day=day_of(request.GET.get("date", "")),
        known_at=day_of(request.GET.get("known", "")),
    )


def day_of(value: str) -> dt.date | None:
    """`2008-09-15`; anything else is no day."""
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def iso(value: dt.date | None) -> str:
    """`2008-09-15`, or nothing."""
    return "" if value is None else value.isoformat()


def valuation_cell(valuation: Valuation) -> Cell:
    """A mark for what is not valued on the day of its booking."""
    if valuation is Valuation.BACK_VALUED:
        return chip(
            _("back-valued"), Tone.WARN, title=_("It counts for interest from a day before its booking.")
        )
    if valuation is Valuation.FORWARD_VALUED:
        return chip(
            _("forward-valued"), Tone.INFO, title=_("It counts for interest from a day after its booking.")
        )
    return text("")
