"""What a trade costs and when it settles.

Quantities and prices are integers in their own scales, amounts minor units of the currency, cost rates parts
per million of the gross amount. Each amount is rounded half up by itself, as each is paid to somebody.

Source: DESIGN 4 (buy and sell rows); walk.json (buy T: 100,000 at 12.00, broker 12.00, house commission
360.00).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from ledger.domain.calendars import TradingCalendar
from ledger.domain.money import round_half_up

_PPM = 1_000_000


class InvalidTrade(ValueError):
    """A quantity, price or rate that no trade has, or costs above the proceeds of a sale."""


class Side(Enum):
    """The client's side of a trade."""

    BUY = "BUY"
    SELL = "SELL"


@dataclass(frozen=True, slots=True)
class CostRate:
    """One cost of a trade: commission, stamp duty, transfer fee.

    ``is_external`` costs are paid on to a third party, the others are the house's own income. A stamp duty
    that only sellers pay has ``sides={Side.SELL}``.
    """

    name: str
    rate_ppm: int
    is_external: bool = True
    minimum_minor: int = 0
    sides: frozenset[Side] = frozenset({Side.BUY, Side.SELL})


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost in minor units."""

    name: str
    amount_minor: int
    is_external: bool


@dataclass(frozen=True, slots=True)
class TradeAmounts:
    """The amounts of one trade, all positive."""

    side: Side
    gross_minor: int
    costs: tuple[Cost, ...]

    @property
    def costs_minor(self) -> int:
        """All costs."""
        return sum(cost.amount_minor for cost in self.costs)

    @property
    def external_costs_minor(self) -> int:
        """The costs that leave with the settlement."""
        return sum(cost.amount_minor for cost in self.costs if cost.is_external)

    @property
    def house_costs_minor(self) -> int:
        """The house's own commission."""
        return self.costs_minor - self.external_costs_minor

    @property
    def net_minor(self) -> int:
        """What the client pays for a purchase (gross and costs) or gets for a sale (gross less costs)."""
        sign = 1 if self.side is Side.BUY else -1
        return self.gross_minor + sign * self.costs_minor


def gross_amount(
    quantity: int,
    price_minor: int,
    *,
    price_exponent: int = 2,
    currency_exponent: int = 2,
    quantity_exponent: int = 0,
) -> int:
    """Return ``quantity * price`` in minor units of the currency, rounded half up.

    :raises InvalidTrade: a quantity or price of zero or less.
    """
    if quantity <= 0 or price_minor <= 0:
        raise InvalidTrade(f"a trade has a positive quantity and price: {quantity} at {price_minor}")
    decimals = price_exponent + quantity_exponent
    return round_half_up(quantity * price_minor * 10**currency_exponent, 10**decimals)


def cost_amounts(side: Side, gross_minor: int, rates: Sequence[CostRate]) -> tuple[Cost, ...]:
    """Return each cost that this side bears, rounded half up by itself, not below its minimum.

    :raises InvalidTrade: a negative rate or minimum.
    """
    if any(rate.rate_ppm < 0 or rate.minimum_minor < 0 for rate in rates):
        raise InvalidTrade("a cost rate or minimum is negative")
    return tuple(
        Cost(
            name=rate.name,
            amount_minor=max(rate.minimum_minor, round_half_up(gross_minor * rate.rate_ppm, _PPM)),
            is_external=rate.is_external,
        )
        for rate in rates
        if side in rate.sides
    )


def trade_amounts(side: Side, gross_minor: int, rates: Sequence[CostRate]) -> TradeAmounts:
    """Return the amounts of a trade of the given gross.

    :raises InvalidTrade: a gross of zero or less, a negative rate, or costs above the proceeds of a sale.
    """
    if gross_minor <= 0:
        raise InvalidTrade(f"a trade has a positive gross amount: {gross_minor}")
    amounts = TradeAmounts(side, gross_minor, cost_amounts(side, gross_minor, rates))
    if amounts.net_minor < 0:
        raise InvalidTrade(f"costs of {amounts.costs_minor} exceed the proceeds of {gross_minor}")
    return amounts


def settlement_date(calendar: TradingCalendar, trade_date: date, cycle_days: int) -> date:
    """Return the session ``cycle_days`` after the trade (T+n); T+0 is the trade's own session.

    :raises InvalidTrade: a negative cycle.
    :raises CalendarExhausted: the date lies beyond the calendar's table.
    """
    if cycle_days < 0:
        raise InvalidTrade(f"a settlement cycle is not negative: {cycle_days}")
    return calendar.add_sessions(trade_date, cycle_days)
