"""The postings of a trade: pairs of account and signed amount, debit positive, zero amounts left out.

Money in minor units of the currency, securities in the unit's own scale. Each set sums to zero per unit and
ring. Source: DESIGN 4; walk.json (buy T, buy S, sell T, sell S, commission collected).
"""

from collections.abc import Sequence
from dataclasses import dataclass

Legs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class TradeAccounts:
    """Ledger account ids of a trade: the contract's own, then those of its custodian."""

    cash: int
    unsettled_cash: int
    securities: int
    unsettled_securities: int
    custody_cash: int
    custody_securities: int
    cash_receivable: int
    cash_payable: int
    securities_receivable: int
    securities_payable: int
    external_costs: int
    house_costs: int


@dataclass(frozen=True, slots=True)
class Amounts:
    """What a trade moves, all positive."""

    quantity: int
    gross_minor: int
    external_cost_minor: int
    commission_minor: int
    net_minor: int


def bought(accounts: TradeAccounts, amounts: Amounts) -> Legs:
    """A purchase on trade date: the cash is spent, the securities are on their way."""
    return _legs(
        (accounts.cash, amounts.net_minor),
        (accounts.cash_payable, -amounts.gross_minor),
        (accounts.external_costs, -amounts.external_cost_minor),
        (accounts.house_costs, -amounts.commission_minor),
        (accounts.securities_receivable, amounts.quantity),
        (accounts.unsettled_securities, -amounts.quantity),
    )


def buy_settled(accounts: TradeAccounts, amounts: Amounts) -> Legs:
    """A purchase settles: the bank pays price and external costs and holds the securities."""
    return _legs(
        (accounts.cash_payable, amounts.gross_minor),
        (accounts.external_costs, amounts.external_cost_minor),
        (accounts.custody_cash, -(amounts.gross_minor + amounts.external_cost_minor)),
        (accounts.custody_securities, amounts.quantity),
        (accounts.securities_receivable, -amounts.quantity),
        (accounts.unsettled_securities, amounts.quantity),
        (accounts.securities, -amounts.quantity),
    )


def sold(accounts: TradeAccounts, amounts: Amounts) -> Legs:
    """A sale on trade date: the securities are gone, the proceeds on their way and not yet usable."""
    return _legs(
        (accounts.securities, amounts.quantity),
        (accounts.securities_payable, -amounts.quantity),
        (accounts.cash_receivable, amounts.gross_minor),
        (accounts.external_costs, -amounts.external_cost_minor),
        (accounts.house_costs, -amounts.commission_minor),
        (accounts.unsettled_cash, -amounts.net_minor),
    )


def sell_settled(accounts: TradeAccounts, amounts: Amounts) -> Legs:
    """A sale settles: the bank delivers and receives the proceeds less external costs."""
    return _legs(
        (accounts.securities_payable, amounts.quantity),
        (accounts.custody_securities, -amounts.quantity),
        (accounts.custody_cash, amounts.gross_minor - amounts.external_cost_minor),
        (accounts.cash_receivable, -amounts.gross_minor),
        (accounts.external_costs, amounts.external_cost_minor),
        (accounts.unsettled_cash, amounts.net_minor),
        (accounts.cash, -amounts.net_minor),
    )


@dataclass(frozen=True, slots=True)
class HouseAccounts:
    """Accounts between which the house and the client ring at one custodian pay each other."""

    client_transit: int
    house_transit: int
    commission_income: int
    overrun_receivable: int


def commission_collected(accounts: HouseAccounts, house_costs: int, amount_minor: int) -> Legs:
    """The house's own commission leaves the client ring through transit and becomes income."""
    return _legs(
        (house_costs, amount_minor),
        (accounts.client_transit, -amount_minor),
        (accounts.house_transit, amount_minor),
        (accounts.commission_income, -amount_minor),
    )


def overrun_funded(accounts: HouseAccounts, cash: int, amount_minor: int) -> Legs:
    """The house lends what an execution spent beyond the client's cash, so that nobody else's pays for it."""
    return _legs(
        (accounts.client_transit, amount_minor),
        (cash, -amount_minor),
        (accounts.overrun_receivable, amount_minor),
        (accounts.house_transit, -amount_minor),
    )


def shortfalls(cash_minor: int, purchases_net_minor: Sequence[int]) -> list[int]:
    """Return for each purchase in turn what it spends beyond the cash left by those before it.

    ``cash_minor`` is the client's settled cash, positive or zero; a sale's proceeds do not count until they
    settle.
    """
    left = max(0, cash_minor)
    short: list[int] = []
    for net_minor in purchases_net_minor:
        short.append(max(0, net_minor - left))
        left = max(0, left - net_minor)
    return short


def _legs(*pairs: tuple[int, int]) -> Legs:
    return tuple((account, amount) for account, amount in pairs if amount)
