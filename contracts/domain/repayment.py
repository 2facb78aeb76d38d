"""Paying debts in the order that the terms give: the same rule for a repayment and for a liquidation's pot.

Source: DESIGN 5 (repayment order, default: costs, interest, principal, penalty, fees).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum


class DebtLine(Enum):
    """A kind of debt of a contract. The value is what terms store in their order."""

    COSTS = "costs"
    """Execution costs and taxes of the sale."""
    INTEREST = "interest"
    PRINCIPAL = "principal"
    PENALTY = "penalty"
    FEES = "fees"


DEFAULT_REPAYMENT_ORDER: tuple[DebtLine, ...] = (
    DebtLine.COSTS,
    DebtLine.INTEREST,
    DebtLine.PRINCIPAL,
    DebtLine.PENALTY,
    DebtLine.FEES,
)


class InvalidRepayment(ValueError):
    """The amount or a debt is negative, or the order leaves out a debt or names one twice."""


@dataclass(frozen=True, slots=True)
class DebtsDue:
    """What a contract owes, in minor units, none negative."""

    costs_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0
    penalty_minor: int = 0
    fees_minor: int = 0

    def by_line(self) -> dict[DebtLine, int]:
        """Return the amounts by line."""
        return {
            DebtLine.COSTS: self.costs_minor,
            DebtLine.INTEREST: self.interest_minor,
            DebtLine.PRINCIPAL: self.principal_minor,
            DebtLine.PENALTY: self.penalty_minor,
            DebtLine.FEES: self.fees_minor,
        }

    @property
    def total_minor(self) -> int:
        """All that is owed."""
        return sum(self.by_line().values())


@dataclass(frozen=True, slots=True)
class PaidDebts:
    """Who got what: ``paid`` and ``unpaid`` add up to the due line by line, the residual is left over."""

    paid: Mapping[DebtLine, int]
    unpaid: Mapping[DebtLine, int]
    residual_minor: int


def allocate_repayment(
    amount_minor: int, due: DebtsDue, order: Sequence[DebtLine] = DEFAULT_REPAYMENT_ORDER
) -> PaidDebts:
    """Pay the debts one after the other, each in full before the next gets anything.

    :raises InvalidRepayment: a negative amount or debt, or an order that is not a permutation of all lines.
    """
    owed = due.by_line()
    if amount_minor < 0:
        raise InvalidRepayment(f"the amount to pay with is negative: {amount_minor}")
    if any(debt_minor < 0 for debt_minor in owed.values()):
        raise InvalidRepayment(f"a debt is negative: {due}")
    if len(order) != len(DebtLine) or set(order) != set(DebtLine):
        raise InvalidRepayment(f"the order names each line once: {[line.value for line in order]}")
    paid: dict[DebtLine, int] = {}
    left_minor = amount_minor
    for line in order:
        paid[line] = min(left_minor, owed[line])
        left_minor -= paid[line]
    unpaid = {line: owed[line] - paid[line] for line in order}
    return PaidDebts(paid=paid, unpaid=unpaid, residual_minor=left_minor)
