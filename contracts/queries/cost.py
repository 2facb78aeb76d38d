"""What a financing costs a client, all together: interest, fees, commission, external costs, slippage.

An estimate for a client who asks before signing; nothing is booked. Interest is exact for the days given and
rounded once, as the engine would post it; costs of trades are a part of the money that is traded, rounded up.

Source: DESIGN 5 (cost calculator); DESIGN 4 (buy, sell, own commission).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db import connection

from contracts.domain.day_count import DayCount
from contracts.domain.interest import AccrualBasis, Segment, cumulative_rounded
from contracts.domain.rule_pack import PARTS_PER_MILLION
from contracts.models import FeeKind, TermsVersion
from contracts.queries.forecast import RateUnknown
from ledger.domain.money import round_half_up

DAYS_OF_A_YEAR = 365
Rates = Sequence[tuple[dt.date, int]]
"""From which day on which rate holds, in parts per million a year, ascending; the first from the start on."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One cost: its name, what it is taken of, at what rate, and what it comes to."""

    name: str
    base_minor: int
    rate_ppm: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """All costs of one financing; `yearly_ppm` is the whole as a yearly part of what is financed."""

    own_minor: int
    financed_minor: int
    position_minor: int
    days: int
    lines: tuple[CostLine, ...]
    yearly_ppm: int
    break_even_ppm: int
    """By how much prices must rise before the client has lost nothing."""

    @property
    def total_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


def estimate_cost(
    *,
    terms: TermsVersion,
    own_minor: int,
    financed_minor: int,
    from_date: dt.date,
    until_date: dt.date,
    slippage_ppm: int = 0,
    fees_minor: int = 0,
    rates: Rates = (),
) -> CostEstimate:
    """Return what it costs to buy with own and financed money on one day and to sell and repay on another.

    `slippage_ppm` is how much worse than the price each of the two trades is expected to be filled;
    `fees_minor` is what the terms' schedule of fees comes to (`scheduled_fees`); `rates` are those of the
    days (`rates_ahead`), else the terms' own holds. Prices are taken as unchanged.

    :raises ValueError: nothing is financed, or the second day is not after the first.
    """
    held = list(rates) or [(from_date, terms.client_rate_ppm)]
    if financed_minor <= 0 or own_minor < 0 or until_date <= from_date:
        raise ValueError(f"{own_minor} own, {financed_minor} financed, {from_date} to {until_date}")
    position, days = own_minor + financed_minor, (until_date - from_date).days
    ends = [*(since for since, _ in held[1:]), until_date]
    segments = [
        Segment(since, end, financed_minor, rate) for (since, rate), end in zip(held, ends, strict=True)
    ]
    basis = AccrualBasis(DayCount(terms.day_count), termination_date=until_date)
    interest = cumulative_rounded(segments, until_date, basis=basis)
    traded = [
        ("commission_buy", terms.commission_ppm),
        ("external_buy", terms.external_cost_buy_ppm),
        ("slippage_buy", slippage_ppm),
        ("commission_sell", terms.commission_ppm),
        ("external_sell", terms.external_cost_sell_ppm),
        ("slippage_sell", slippage_ppm),
    ]
    lines = [
        CostLine("interest", financed_minor, held[0][1], interest),
        *(CostLine(name, position, ppm, _part(position, ppm)) for name, ppm in traded),
        CostLine("fees", financed_minor, 0, fees_minor),
    ]
    total = sum(line.amount_minor for line in lines)
    return CostEstimate(
        own_minor=own_minor,
        financed_minor=financed_minor,
        position_minor=position,
        days=days,
        lines=tuple(line for line in lines if line.amount_minor),
        yearly_ppm=_up(Fraction(total * PARTS_PER_MILLION * DAYS_OF_A_YEAR, financed_minor * days)),
        break_even_ppm=_up(Fraction(total * PARTS_PER_MILLION, position)),
    )


# Nights that no fixing covers yet count at the newest rate there is, as in a forecast.
_AHEAD = """
SELECT
    greatest(s.from_date, %(from_date)s::date),
    coalesce(s.rate_ppm, (
        SELECT last.rate_ppm
        FROM contracts_ratesegment AS last
        WHERE last.terms_id = s.terms_id AND last.rate_ppm IS NOT NULL AND last.from_date < s.until_date
        ORDER BY last.from_date DESC
        LIMIT 1
    ))
FROM contracts_ratesegment AS s
WHERE s.terms_id = %(terms_id)s AND s.from_date < %(until_date)s AND s.until_date > %(from_date)s
    AND s.from_date < s.until_date
ORDER BY s.from_date
"""


def rates_ahead(*, terms: TermsVersion, from_date: dt.date, until_date: dt.date) -> Rates:
    """Return which rate of the terms holds from which day on; the newest is assumed to stay.

    :raises RateUnknown: the benchmark has no fixing by the first day.
    Source: DESIGN 5 (forecasts, cost calculator).
    """
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, {"terms_id": terms.pk, "from_date": from_date, "until_date": until_date})
        found: list[tuple[dt.date, int]] = cursor.fetchall()
    if any(rate is None for _, rate in found):
        raise RateUnknown(str(terms))
    return found


def scheduled_fees(
    *, terms: TermsVersion, financed_minor: int, from_date: dt.date, until_date: dt.date
) -> int:
    """Return the fees of the terms for one drawdown that stays to the end: arrangement, and each month's.

    A month's is counted where its first day lies between the two days; minor units, each rounded half up.
    Source: DESIGN 5 (fee schedules).
    """
    months = (until_date.year - from_date.year) * 12 + until_date.month - from_date.month
    months -= until_date.day == 1
    times = {FeeKind.ARRANGEMENT.value: 1, FeeKind.MANAGEMENT.value: max(months, 0)}
    return sum(
        times.get(fee.kind, 0)
        * (
            fee.amount_minor or 0
            if fee.rate_ppm is None
            else round_half_up(financed_minor * fee.rate_ppm, PARTS_PER_MILLION)
        )
        for fee in terms.fees.all()
    )


def _part(base_minor: int, ppm: int) -> int:
    return _up(Fraction(base_minor * ppm, PARTS_PER_MILLION))


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
