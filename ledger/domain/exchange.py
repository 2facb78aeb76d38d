"""Exchange of currencies: exact rates, positions at average cost, what is realised and what is not.

Representation: a rate is the exact number of major units of the base currency for one major unit of the
foreign one. A position is signed, long positive; its cost is in the base currency's minor unit and has the
sign of the position. Amounts are rounded half up once, where they are posted; a rate never is.

Invariant: realised + unrealised = value of the position at the rate - all that was paid for it, to the minor
unit, after any sequence of trades.

Source: IAS 21.21-28 (foreign currency at the rate of the day, differences in the result), DESIGN 3, 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.money import round_half_up, round_half_up_fraction

RATE_DECIMALS = 12
"""Decimals that an official rate may state."""
RATE_DIGITS = 24
"""Digits of an official rate, before and after the point."""

Pair = tuple[str, str]
"""Foreign and base currency, by code."""


def convert_minor(amount_minor: int, *, rate: Fraction, exponent: int, base_exponent: int) -> int:
    """Return a foreign amount in the base currency's minor unit, half away from zero.

    ``convert_minor(98_000, rate=Fraction(72, 10), exponent=2, base_exponent=2) == 705_600``.

    :raises ValueError: the rate is not positive.
    """
    if rate <= 0:
        raise ValueError(f"a rate is positive: {rate}")
    exact = amount_minor * rate * Fraction(10) ** (base_exponent - exponent)
    return round_half_up_fraction(exact)


@dataclass(frozen=True, slots=True)
class DerivedRate:
    """A rate between two currencies and the stated rates, by id, that it comes from."""

    rate: Fraction
    rate_ids: tuple[int, ...]


def derive_rate(
    stated: Mapping[Pair, tuple[int, Fraction]], *, unit: str, base: str, through: str
) -> DerivedRate | None:
    """Return the rate of a pair from a day's stated rates; None where they do not give it.

    In this order: the pair as stated, the exact inverse of the pair stated the other way round, and the cross
    of both currencies through a third, each leg stated or inverse. Nothing is rounded between.
    """
    if unit == base:
        return DerivedRate(Fraction(1), ())
    direct = _leg(stated, unit, base)
    if direct is not None or through in (unit, base):
        return direct
    first, second = _leg(stated, unit, through), _leg(stated, through, base)
    if first is None or second is None:
        return None
    return DerivedRate(first.rate * second.rate, first.rate_ids + second.rate_ids)


def _leg(stated: Mapping[Pair, tuple[int, Fraction]], unit: str, base: str) -> DerivedRate | None:
    if (unit, base) in stated:
        rate_id, rate = stated[unit, base]
        return DerivedRate(rate, (rate_id,))
    if (base, unit) in stated:
        rate_id, rate = stated[base, unit]
        return DerivedRate(1 / rate, (rate_id,))
    return None


@dataclass(frozen=True, slots=True)
class Position:
    """A holding of one foreign currency in its minor unit, and what it cost in the base currency's."""

    quantity_minor: int = 0
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class PositionChange:
    """What a trade makes of a position; `realised_minor` is a gain where positive."""

    position: Position
    realised_minor: int


def trade_position(position: Position, *, quantity_minor: int, paid_minor: int) -> PositionChange:
    """Return the position after a trade at average cost.

    `quantity_minor` is what comes in, negative what goes out; `paid_minor` is what was given for it in the
    base currency, negative what was received. What a trade closes leaves at its part of the cost, rounded
    half up, and the difference to what was received for it is realised. A trade past zero closes all of the
    position, at its part of the price, and opens the rest at what remains of the price.
    """
    held, cost = position.quantity_minor, position.cost_minor
    if held * quantity_minor >= 0:
        return PositionChange(Position(held + quantity_minor, cost + paid_minor), 0)
    if abs(quantity_minor) <= abs(held):
        cost_out = round_half_up(cost * abs(quantity_minor), abs(held))
        return PositionChange(Position(held + quantity_minor, cost - cost_out), -paid_minor - cost_out)
    paid_to_close = round_half_up(paid_minor * abs(held), abs(quantity_minor))
    rest = Position(held + quantity_minor, paid_minor - paid_to_close)
    return PositionChange(rest, -paid_to_close - cost)


def unrealised_minor(position: Position, *, rate: Fraction | None, exponent: int, base_exponent: int) -> int:
    """Return the value of a position at a rate less its cost; a position of nothing needs no rate.

    :raises ValueError: there is a position and no rate.
    """
    if position.quantity_minor == 0:
        return -position.cost_minor
    if rate is None:
        raise ValueError("a position has no value without a rate")
    value_minor = convert_minor(
        position.quantity_minor, rate=rate, exponent=exponent, base_exponent=base_exponent
    )
    return value_minor - position.cost_minor
