"""What a financing costs a client, all together: interest, fees, commission, external costs, slippage.

An estimate for a client who asks before signing; nothing is booked. Interest is exact for the days given and
rounded once, as the engine would post it; costs of trades are a part of the money that is traded, rounded up.

Source: DESIGN 5 (cost calculator); DESIGN 4 (buy, sell, own commission).
"""

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from contracts.domain.day_count import DayCount
from contracts.domain.interest import AccrualBasis, Segment, cumulative_rounded
from contracts.domain.rule_pack import PARTS_PER_MILLION
from contracts.models import TermsVersion

DAYS_OF_A_YEAR = 365


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
    rate_ppm: int | None = None,
) -> CostEstimate:
    """Return what it costs to buy with own and financed money on one day and to sell and repay on another.

    `slippage_ppm` is how much worse than the price each of the two trades is expected to be filled;
    `fees_minor` is what the terms' schedule of fees comes to; `rate_ppm` is the rate where the terms follow a
    benchmark, else the terms' own. Prices are taken as unchanged.

    :raises ValueError: nothing is financed, or the second day is not after the first.
    """
    rate = terms.client_rate_ppm if rate_ppm is None else rate_ppm
    if financed_minor <= 0 or own_minor < 0 or until_date <= from_date:
        raise ValueError(f"{own_minor} own, {financed_minor} financed, {from_date} to {until_date}")
    position, days = own_minor + financed_minor, (until_date - from_date).days
    segment = Segment(from_date, until_date, financed_minor, rate)
    basis = AccrualBasis(DayCount(terms.day_count), termination_date=until_date)
    interest = cumulative_rounded([segment], until_date, basis=basis)
    traded = [
        ("commission_buy", terms.commission_ppm),
        ("external_buy", terms.external_cost_buy_ppm),
        ("slippage_buy", slippage_ppm),
        ("commission_sell", terms.commission_ppm),
        ("external_sell", terms.external_cost_sell_ppm),
        ("slippage_sell", slippage_ppm),
    ]
    lines = [
        CostLine("interest", financed_minor, rate, interest),
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


def _part(base_minor: int, ppm: int) -> int:
    return _up(Fraction(base_minor * ppm, PARTS_PER_MILLION))


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)
