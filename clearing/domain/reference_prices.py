"""Prices derived from another: limits of the day, the ex-right reference, an oracle's anchor.

Prices are integers in the instrument's price scale; ratios are exact; a price is rounded half up to its tick.

Sources: price limits and ex-right reference as the Shanghai and Shenzhen trading rules state them (vectors
P4, P5); anchored bounds as lending protocols check a main price by a pivot (vector P3).
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.money import round_half_up

_PPM = 1_000_000


class InvalidReference(ValueError):
    """A price or tick is not positive, or a ratio is negative."""


@dataclass(frozen=True, slots=True)
class PriceLimits:
    """The lowest and highest price of a day; both are within."""

    lowest_minor: int
    highest_minor: int

    def contains(self, price_minor: int) -> bool:
        """Return whether the price may be traded that day."""
        return self.lowest_minor <= price_minor <= self.highest_minor


def round_to_tick(price: Fraction, tick_minor: int = 1) -> int:
    """Return an exact price rounded half up to a multiple of the tick.

    :raises InvalidReference: the tick is not positive.
    """
    if tick_minor <= 0:
        raise InvalidReference(f"a tick is positive: {tick_minor}")
    return round_half_up(price.numerator, price.denominator * tick_minor) * tick_minor


def price_limits(previous_close_minor: int, limit_ppm: int, *, tick_minor: int = 1) -> PriceLimits:
    """Return the day's limits: the previous close less and plus a part of it, each half up to the tick.

    10 % is 100,000. Vector P4.

    :raises InvalidReference: a close or tick that is not positive, or a negative limit.
    """
    if previous_close_minor <= 0 or limit_ppm < 0:
        raise InvalidReference(f"no limits from a close of {previous_close_minor} by {limit_ppm} ppm")
    lowest = Fraction(previous_close_minor * (_PPM - limit_ppm), _PPM)
    highest = Fraction(previous_close_minor * (_PPM + limit_ppm), _PPM)
    return PriceLimits(round_to_tick(lowest, tick_minor), round_to_tick(highest, tick_minor))


def ex_right_reference(
    previous_close_minor: int,
    *,
    cash_minor: int | Fraction = 0,
    bonus: Fraction = Fraction(0),
    rights: Fraction = Fraction(0),
    rights_price_minor: int = 0,
    tick_minor: int = 1,
) -> int:
    """Return ``(close - cash + rights * rights price) / (1 + bonus + rights)``, half up to the tick.

    ``cash_minor`` per old share in the price scale; ``bonus`` and ``rights`` in new shares per old one (3 per
    10 is 3/10). Vector P5.

    :raises InvalidReference: a close or tick that is not positive, a negative term, or a reference of zero or
      less.
    """
    if previous_close_minor <= 0 or min(cash_minor, bonus, rights, rights_price_minor) < 0:
        raise InvalidReference("an ex-right reference needs a positive close and no negative term")
    exact = (previous_close_minor - cash_minor + rights * rights_price_minor) / (1 + bonus + rights)
    if exact <= 0:
        raise InvalidReference(f"what is distributed exceeds the close of {previous_close_minor}")
    return round_to_tick(exact, tick_minor)


def anchor_ratio(main_minor: int, pivot_minor: int) -> Fraction:
    """Return the pivot source's price over the main source's.

    :raises InvalidReference: a price that is not positive.
    """
    if main_minor <= 0 or pivot_minor <= 0:
        raise InvalidReference(f"an anchor needs two positive prices: {main_minor}, {pivot_minor}")
    return Fraction(pivot_minor, main_minor)


def is_anchored(main_minor: int, pivot_minor: int, *, lowest_ppm: int, highest_ppm: int) -> bool:
    """Return whether the anchor ratio lies within its bounds, both counted. Vector P3.

    :raises InvalidReference: a price that is not positive.
    """
    ratio_ppm = anchor_ratio(main_minor, pivot_minor) * _PPM
    return lowest_ppm <= ratio_ppm <= highest_ppm


def halted_price(
    last_close_minor: int, *, index_at_close: Fraction, index_now: Fraction, tick_minor: int = 1
) -> int:
    """Return a halted security's price: the last close moved with its index since, half up to the tick.

    Source: DESIGN 6 (halted). Its credit shrinks as well, see :func:`halted_credit_ppm`.

    :raises InvalidReference: a close, index or tick that is not positive.
    """
    if last_close_minor <= 0 or index_at_close <= 0 or index_now <= 0:
        raise InvalidReference(f"no price from a close of {last_close_minor} and an index of {index_now}")
    return round_to_tick(last_close_minor * index_now / index_at_close, tick_minor)


def halted_credit_ppm(
    credit_ppm: int, *, halted_sessions: int, haircut_ppm_per_session: int, no_credit_after: int
) -> int:
    """Return what part of a halted security still counts: less a haircut for each session halted.

    Zero once it has been halted for more than ``no_credit_after`` sessions. Source: DESIGN 6 (halted).

    :raises InvalidReference: a negative figure.
    """
    if min(credit_ppm, halted_sessions, haircut_ppm_per_session, no_credit_after) < 0:
        raise InvalidReference("a credit, haircut or count of sessions is negative")
    if halted_sessions > no_credit_after:
        return 0
    return max(0, credit_ppm - halted_sessions * haircut_ppm_per_session)
