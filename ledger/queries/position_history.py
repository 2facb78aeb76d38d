"""What the house's positions went through since a day, to be walked again. Reads only; five statements."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import ApprovalKind
from ledger.domain.position_walk import Booked, Deal, Event, Moved, Revalued, Standing, TakenOver
from ledger.models import Book, OfficialRate, RevaluationLine, Role, Unit
from ledger.queries.house_positions import house_positions

DEAL, TRANSLATED, REVALUED = "house_fx", "house_result_translated", "house_revalued"

RateKey = tuple[int, int, dt.date]
"""Currency, base currency and day of a stated rate."""


class _Leg(NamedTuple):
    """A posting of an entry that touches a position account."""

    entry_id: int
    kind: str
    booking_date: dt.date
    reverses_id: int | None
    recorded_at: dt.datetime
    account_id: int
    address: str
    role: str
    unit_id: int
    amount_minor: int


_LEGS = """
SELECT
    e.id, e.kind_id, e.booking_date, e.reverses_id, e.recorded_at, a.id, a.address, a.role, a.unit_id,
    p.amount_minor
FROM ledger_journalentry AS e
INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
INNER JOIN ledger_account AS a ON a.id = p.account_id
WHERE e.id IN (
    SELECT moved.entry_id
    FROM ledger_account AS held
    INNER JOIN ledger_posting AS moved ON moved.account_id = held.id AND moved.booking_date >= %(since)s
    WHERE held.book_id = %(book_id)s AND held.ring = 'house' AND held.role = 'position'
)
ORDER BY e.booking_date, e.id, a.id
"""

# A revaluation that posted nothing stands after what the day had posted on the positions when it was written.
_REVALUATIONS = """
SELECT
    r.id, r.business_date, r.entry_id, r.translated_entry_id,
    coalesce(greatest(r.entry_id, r.translated_entry_id), (
        SELECT max(last.entry_id)
        FROM ledger_revaluationline AS l
        INNER JOIN ledger_unit AS u ON u.id = l.unit_id
        CROSS JOIN LATERAL (
            SELECT p.entry_id
            FROM ledger_account AS a
            INNER JOIN ledger_posting AS p ON p.account_id = a.id AND p.booking_date = r.business_date
            WHERE a.book_id = r.book_id AND l.day_postings > 0
                AND a.address IN ('house/position/' || u.code, 'house/position/' || u.code || '/revaluation')
            ORDER BY p.entry_id
            OFFSET greatest(l.day_postings - 1, 0)
            LIMIT 1
        ) AS last
        WHERE l.revaluation_id = r.id
    ), 0) AS after_entry
FROM ledger_revaluation AS r
WHERE r.book_id = %(book_id)s AND r.business_date >= %(since)s
ORDER BY r.business_date, r.run_no
"""


@dataclass(frozen=True, slots=True)
class StatedRates:
    """The stated rates of a book since a day, by id, and all versions of each pair and day in their order."""

    by_id: Mapping[int, OfficialRate]
    series: Mapping[RateKey, Sequence[OfficialRate]]
    corrected: Collection[int]
    """Those that a correction after the close set."""

    def used(self, *, unit_id: int, base_unit_id: int, day: dt.date, at: dt.datetime) -> int | None:
        """The stated rate of a currency that a booking of the day was made with."""
        for key in ((unit_id, base_unit_id, day), (base_unit_id, unit_id, day)):
            plain = [one for one in self.series.get(key, ()) if one.pk not in self.corrected]
            if plain:
                before = [one for one in plain if one.recorded_at <= at]
                return (before or plain[:1])[-1].pk
        return None

    def rate(
        self, unit_id: int, rate_id: int, *, put_right: tuple[RateKey, Fraction] | None = None
    ) -> Fraction:
        """What the rate that was used is known to be, or is with one put right.

        Corrections replace the rate that the day was closed with; one that was replaced before stays what it
        was to those who used it.
        """
        one = self.by_id[rate_id]
        versions = self.series[one.unit_id, one.base_unit_id, one.rate_date]
        newest, rate = versions[-1], Fraction(one.rate)
        if all(later.pk in self.corrected for later in versions if later.version > one.version):
            rate = Fraction(newest.rate)
            if put_right is not None and put_right[0] == (one.unit_id, one.base_unit_id, one.rate_date):
                rate = put_right[1]
        return rate if one.unit_id == unit_id else 1 / rate


@dataclass(frozen=True, slots=True)
class PositionHistory:
    """Where the positions stood before a day, all that happened to them since, and where they stand now."""

    units: Mapping[int, Unit]
    start: Mapping[int, Standing]
    events: Sequence[Event]
    stands: Mapping[int, Standing]
    rates: StatedRates


def position_history(*, book: Book, since: dt.date, leaving_out: Collection[str]) -> PositionHistory:
    """Return what to walk; entries of the kinds left out are no events, but count in what stands.

    They are what corrections posted, which the walk at corrected rates comes to by itself.
    """
    params: dict[str, Any] = {"book_id": book.pk, "since": since}
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, params)
        legs = [_Leg(*row) for row in cursor.fetchall()]
        cursor.execute(_REVALUATIONS, params)
        revaluations = cursor.fetchall()
    rates, units = (
        _rates(book, since),
        {unit.pk: unit for unit in Unit.objects.filter(kind=Unit.Kind.CURRENCY)},
    )
    by_code = {unit.code: unit.pk for unit in units.values()}
    stands = {
        unit_id: Standing(one.position.quantity_minor, one.position.cost_minor, one.unrealised_minor)
        for unit_id, one in house_positions(book=book).items()
    }
    start = {unit_id: standing.copied() for unit_id, standing in stands.items()}
    for one in _booked(legs, by_code, book.base_unit_id):
        standing = start.setdefault(one.unit_id, Standing())
        standing.quantity_minor -= one.quantity_minor
        standing.cost_minor -= one.cost_minor
        standing.unrealised_minor -= one.unrealised_minor
    used = {
        (line.revaluation_id, line.unit_id): line.rate_id
        for line in RevaluationLine.objects.filter(
            revaluation__book=book, revaluation__business_date__gte=since, rate__isnull=False
        )
    }
    events = _Events(book, by_code, rates, used, {row[3]: row[0] for row in revaluations})
    placed: list[tuple[tuple[dt.date, int, int], Event]] = []
    for (day, entry_id), group in groupby(legs, key=lambda leg: (leg.booking_date, leg.entry_id)):
        own = list(group)
        if own[0].kind not in leaving_out:
            placed += [((day, entry_id, 0), event) for event in events.of_entry(own)]
    for number, (revaluation_id, day, entry_id, translated_id, after) in enumerate(revaluations, start=1):
        event = Revalued(
            revaluation_id=revaluation_id,
            rate_ids={unit: rate for (run, unit), rate in used.items() if run == revaluation_id and rate},
            entry_id=entry_id,
            translated_entry_id=translated_id,
        )
        placed.append(((day, after, number), event))
    placed.sort(key=lambda one: one[0])
    return PositionHistory(units, start, [event for _, event in placed], stands, rates)


def _rates(book: Book, since: dt.date) -> StatedRates:
    found = list(
        OfficialRate.objects.filter(book=book, rate_date__gte=since)
        .select_related("approval")
        .order_by("version")
    )
    series: dict[RateKey, list[OfficialRate]] = {}
    for one in found:
        series.setdefault((one.unit_id, one.base_unit_id, one.rate_date), []).append(one)
    corrected = {
        one.pk
        for one in found
        if one.approval is not None and one.approval.kind == ApprovalKind.CORRECT_AFTER_CLOSE
    }
    return StatedRates({one.pk: one for one in found}, series, corrected)


def _booked(legs: Sequence[_Leg], by_code: Mapping[str, int], base_unit_id: int) -> list[Booked]:
    """What the postings changed of each position, by unit."""
    sums: Counter[tuple[int, str]] = Counter()
    for leg in legs:
        if leg.role != Role.POSITION:
            continue
        unit_id = by_code[leg.address.split("/")[2]]
        if leg.unit_id != base_unit_id:
            sums[unit_id, "quantity"] -= leg.amount_minor
        else:
            sums[unit_id, "unrealised" if leg.address.endswith("/revaluation") else "cost"] += (
                leg.amount_minor
            )
    return [
        Booked(unit_id, sums[unit_id, "quantity"], sums[unit_id, "cost"], sums[unit_id, "unrealised"])
        for unit_id in sorted({unit_id for unit_id, _ in sums})
    ]


@dataclass(frozen=True, slots=True)
class _Events:
    """Reads entries as events."""

    book: Book
    by_code: Mapping[str, int]
    rates: StatedRates
    used: Mapping[tuple[int, int], Any]
    translating: Mapping[int | None, int]
    """The revaluation by the entry that took its results over."""

    def of_entry(self, legs: Sequence[_Leg]) -> list[Event]:
        """The postings of one entry, by account."""
        one = legs[0]
        booked = tuple(_booked(legs, self.by_code, self.book.base_unit_id))
        if one.reverses_id is None and one.kind == REVALUED:
            return []
        if one.reverses_id is None and one.kind == TRANSLATED:
            return self._translated(legs)
        if one.reverses_id is None and one.kind == DEAL:
            return [self._deal(legs, booked)]
        return [Moved(entry_id=one.entry_id, booked=booked, reverses_id=one.reverses_id)]

    def _translated(self, legs: Sequence[_Leg]) -> list[Event]:
        revaluation_id = self.translating[legs[0].entry_id]
        return [
            TakenOver(
                entry_id=leg.entry_id,
                address=leg.address,
                unit_id=leg.unit_id,
                rate_id=self.used[revaluation_id, leg.unit_id],
                balance_minor=-leg.amount_minor,
            )
            for leg in legs
            if leg.role != Role.POSITION and leg.unit_id != self.book.base_unit_id
        ]

    def _deal(self, legs: Sequence[_Leg], booked: Sequence[Booked]) -> Deal:
        one, base = legs[0], self.book.base_unit_id
        quantities = tuple((each.unit_id, each.quantity_minor) for each in booked if each.quantity_minor)
        paid = [leg.amount_minor for leg in legs if leg.role == Role.CUSTODY and leg.unit_id == base]
        if paid:
            return Deal(entry_id=one.entry_id, quantities=quantities, paid_minor=-sum(paid))
        sold = next(unit_id for unit_id, quantity in quantities if quantity < 0)
        rate_id = self.rates.used(unit_id=sold, base_unit_id=base, day=one.booking_date, at=one.recorded_at)
        if rate_id is None:
            raise LookupError(f"entry {one.entry_id} exchanged at a rate that is not there")
        return Deal(entry_id=one.entry_id, quantities=quantities, sold_at=(sold, rate_id))
