"""Client money: what clients are owed against what their bank accounts hold, with nothing netted.

A client who owes is not a claim on the money of the others: a negative balance is shown and never taken off
the requirement. Amounts are minor units of one currency, credit positive as a client reads them; the resource
is positive where the bank holds money.

Source: DESIGN 8 (run 1); vector S1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NegativeBalance:
    """An account that its client overdrew: shown, followed up, never netted."""

    account: str
    balance_minor: int


@dataclass(frozen=True, slots=True)
class ClientMoneyReconciliation:
    """Requirement against resource of one pool and currency.

    ``naive_requirement_minor`` is what netting would have said; it differs from the requirement by the
    negative balances and is there to show what it would have hidden. Negative obligations count as none: they
    would be a receivable.
    """

    positive_minor: int
    negative: tuple[NegativeBalance, ...]
    unallocated_minor: int
    prudent_segregation_minor: int
    obligations_minor: int
    resource_minor: int

    @property
    def requirement_minor(self) -> int:
        """What must be there: positive balances, unallocated and prudent money, what is on its way out."""
        return (
            self.positive_minor
            + self.unallocated_minor
            + self.prudent_segregation_minor
            + max(0, self.obligations_minor)
        )

    @property
    def negative_minor(self) -> int:
        return sum(one.balance_minor for one in self.negative)

    @property
    def naive_requirement_minor(self) -> int:
        return self.requirement_minor + self.negative_minor

    @property
    def shortfall_minor(self) -> int:
        """What the house must pay in before the day ends; zero where there is enough."""
        return max(0, self.requirement_minor - self.resource_minor)

    @property
    def excess_minor(self) -> int:
        return max(0, self.resource_minor - self.requirement_minor)

    @property
    def naive_excess_minor(self) -> int:
        """Positive: what netting would have called an excess. Negative: a shortfall."""
        return self.resource_minor - self.naive_requirement_minor


def reconcile_client_money(
    *,
    balances_minor: Mapping[str, int],
    unallocated_minor: int,
    prudent_segregation_minor: int,
    resource_minor: int,
    obligations_minor: int = 0,
) -> ClientMoneyReconciliation:
    """Return the reconciliation of one currency and pool.

    ``balances_minor`` maps each client account to its balance; ``obligations_minor`` is client money that is
    owed to the outside and still in the bank (bought and not settled, costs and tax to remit). Money
    receivable is neither resource nor requirement.
    """
    return ClientMoneyReconciliation(
        positive_minor=sum(_positive(balances_minor.values())),
        negative=tuple(
            NegativeBalance(account=account, balance_minor=balance)
            for account, balance in sorted(balances_minor.items())
            if balance < 0
        ),
        unallocated_minor=unallocated_minor,
        prudent_segregation_minor=prudent_segregation_minor,
        obligations_minor=obligations_minor,
        resource_minor=resource_minor,
    )


def _positive(balances_minor: Iterable[int]) -> Iterable[int]:
    return (balance for balance in balances_minor if balance > 0)
