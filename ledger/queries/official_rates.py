"""Official rates of a day: as stated, the newest version of each pair, and what follows from them exactly."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from ledger.domain.exchange import DerivedRate, Pair, derive_rate
from ledger.models import Book, OfficialRate


class RateMissing(LookupError):
    """The day has no official rate for this; set it first. It is never taken to be one or zero."""

    code = "official_rate_missing"

    def __init__(self, *, unit_codes: Iterable[str], base_code: str, rate_date: dt.date) -> None:
        self.unit_codes = tuple(unit_codes)
        self.base_code = base_code
        self.rate_date = rate_date
        pairs = ", ".join(f"{code}/{base_code}" for code in self.unit_codes)
        super().__init__(f"no official rate of {rate_date} for {pairs}: set it with set_official_rates")


@dataclass(frozen=True, slots=True)
class RatesOfDay:
    """The stated rates of a book on a day, with their ids; `base_code` is the currency that crosses go
    through."""

    base_code: str
    rate_date: dt.date
    stated: dict[Pair, tuple[int, Fraction]] = field(default_factory=dict)

    def find(self, *, unit_code: str, base_code: str = "") -> DerivedRate | None:
        """Return the rate, direct, inverse or crossed, or None; `base_code` empty is the book's own."""
        return derive_rate(
            self.stated, unit=unit_code, base=base_code or self.base_code, through=self.base_code
        )

    def get(self, *, unit_code: str, base_code: str = "") -> DerivedRate:
        """As `find`.

        :raises RateMissing: names the pair and the day.
        """
        found = self.find(unit_code=unit_code, base_code=base_code)
        if found is None:
            raise RateMissing(
                unit_codes=[unit_code], base_code=base_code or self.base_code, rate_date=self.rate_date
            )
        return found


def rates_of_day(*, book_id: int, rate_date: dt.date) -> RatesOfDay:
    """Return the newest version of every rate that the book has for a day. Two statements."""
    rows = (
        OfficialRate.objects.filter(book_id=book_id, rate_date=rate_date)
        .order_by("unit_id", "base_unit_id", "-version")
        .distinct("unit_id", "base_unit_id")
        .values_list("unit__code", "base_unit__code", "id", "rate")
    )
    base_code = Book.objects.values_list("base_unit__code", flat=True).get(pk=book_id)
    stated = {(unit, base): (rate_id, Fraction(rate)) for unit, base, rate_id, rate in rows}
    return RatesOfDay(base_code, rate_date, stated)
