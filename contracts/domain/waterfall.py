"""The waterfall: who is paid from a liquidation's pot, who bears what it does not cover, who is repaid later.

The pot (sale proceeds and the contract's cash) pays costs, interest, principal, penalty and fees in the order
of the terms; what is left is the client's. The deficit is unpaid interest and principal: the reserve fund
pays up to its caps, then funders lose, the most junior first and equal ranks by share. Unpaid penalty and
fees are waived, never drawn. All amounts are minor units and none is negative; every function conserves to
the unit.

Source: DESIGN 4 (deficit rows) and 7 (waterfall); vectors L1, L2, L2b; walk.json from "wf interest" on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.domain.repayment import DEFAULT_REPAYMENT_ORDER, DebtLine, DebtsDue, allocate_repayment
from ledger.domain.allocation import allocate_largest_remainder


class InvalidClaims(ValueError):
    """A claim or cap is negative, or the claims do not add up to what the contract owes."""


@dataclass(frozen=True, slots=True)
class WaterfallResult:
    """What the pot paid. ``sum(paid) + residual == pot`` and ``paid + unpaid == due`` line by line."""

    pot_minor: int
    order: tuple[DebtLine, ...]
    paid: Mapping[DebtLine, int]
    unpaid: Mapping[DebtLine, int]
    residual_minor: int
    """The client's."""

    @property
    def deficit_minor(self) -> int:
        """Unpaid interest and principal: what reserve and funders bear between them."""
        return self.unpaid[DebtLine.INTEREST] + self.unpaid[DebtLine.PRINCIPAL]

    @property
    def waived_minor(self) -> int:
        """Penalty and fees given up; positive only where the pot is exhausted."""
        return self.unpaid[DebtLine.PENALTY] + self.unpaid[DebtLine.FEES]

    @property
    def unpaid_costs_minor(self) -> int:
        """Execution costs that the pot did not cover: the house pays the broker and has no reserve for it."""
        return self.unpaid[DebtLine.COSTS]


@dataclass(frozen=True, slots=True)
class TrancheClaim:
    """What one tranche of a contract is owed before the pot is shared out.

    ``seniority`` 1 is paid first; equal numbers share. The house's own tranche is a claim like any other.
    """

    tranche: str
    principal_minor: int
    interest_minor: int = 0
    seniority: int = 1


@dataclass(frozen=True, slots=True)
class TrancheOutcome:
    """A claim's end: paid from the pot, drawn from the reserve, or lost; the three add up to the claim."""

    tranche: str
    paid_principal_minor: int
    paid_interest_minor: int
    drawn_principal_minor: int
    drawn_interest_minor: int
    lost_principal_minor: int
    lost_interest_minor: int

    @property
    def lost_minor(self) -> int:
        """The tranche's whole loss."""
        return self.lost_principal_minor + self.lost_interest_minor


@dataclass(frozen=True, slots=True)
class DeficitAllocation:
    """Who bore the deficit: ``draw + losses + unpaid spread == deficit``."""

    draw_minor: int
    outcomes: tuple[TrancheOutcome, ...]
    spread_paid_minor: int
    spread_unpaid_minor: int
    """The platform's own interest: its expense, never drawn from the reserve."""

    @property
    def loss_minor(self) -> int:
        """What all tranches lose."""
        return sum(outcome.lost_minor for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class RecoveryAllocation:
    """A later recovery: each loser's part in the order given, the reserve's, and what is the client's."""

    tranches_minor: tuple[int, ...]
    reserve_minor: int
    client_minor: int


def run_waterfall(
    pot_minor: int, due: DebtsDue, order: Sequence[DebtLine] = DEFAULT_REPAYMENT_ORDER
) -> WaterfallResult:
    """Pay the debts from the pot in the terms' order; the residual is the client's.

    Costs that were already taken off the proceeds are not due again: pass zero costs with a net pot.

    :raises InvalidRepayment: a negative pot or debt, or an order that is not a permutation of all lines.
    """
    paid = allocate_repayment(pot_minor, due, order)
    return WaterfallResult(
        pot_minor=pot_minor,
        order=tuple(order),
        paid=paid.paid,
        unpaid=paid.unpaid,
        residual_minor=paid.residual_minor,
    )


def reserve_draw(deficit_minor: int, *, reserve_balance_minor: int, caps_minor: Iterable[int] = ()) -> int:
    """Return what the reserve fund pays: the deficit, its balance, or the tightest cap, whichever is least.

    :raises InvalidClaims: a negative deficit, balance or cap.
    """
    limits = [deficit_minor, reserve_balance_minor, *caps_minor]
    if any(limit < 0 for limit in limits):
        raise InvalidClaims(f"a deficit, reserve balance or cap is negative: {limits}")
    return min(limits)


def distribute_by_seniority(
    amount_minor: int, outstanding_minor: Sequence[int], seniorities: Sequence[int]
) -> list[int]:
    """Pay claims rank by rank, the lowest number first and in full before the next.

    Equal ranks by what is outstanding, largest remainder, the lower index first among equals; nobody is paid
    more than is outstanding.

    :raises InvalidClaims: a negative figure, or more to pay than is outstanding in all.
    """
    if amount_minor < 0 or any(claim < 0 for claim in outstanding_minor):
        raise InvalidClaims(f"a payment or claim is negative: {amount_minor} over {list(outstanding_minor)}")
    if amount_minor > sum(outstanding_minor):
        raise InvalidClaims(f"{amount_minor} is more than all claims together, {sum(outstanding_minor)}")
    shares = [0] * len(outstanding_minor)
    left_minor = amount_minor
    for rank in sorted(set(seniorities)):
        members = [index for index, own in enumerate(seniorities) if own == rank]
        claims = [outstanding_minor[index] for index in members]
        paid_minor = min(left_minor, sum(claims))
        for index, share in zip(members, allocate_largest_remainder(paid_minor, claims), strict=True):
            shares[index] = share
        left_minor -= paid_minor
    return shares


def allocate_deficit(
    result: WaterfallResult,
    claims: Sequence[TrancheClaim],
    *,
    reserve_balance_minor: int,
    reserve_caps_minor: Iterable[int] = (),
) -> DeficitAllocation:
    """Share the pot's interest and principal among the tranches, draw the reserve, and leave each its loss.

    Interest due beyond the tranches' own is the platform's spread: it ranks with the most junior tranche in
    the pot and is never drawn. The reserve pays interest and principal in the terms' order, senior tranches
    first.

    :raises InvalidClaims: a negative figure, or claims that do not add up to the debts of the waterfall.
    """
    ranks = [claim.seniority for claim in claims]
    principal, interest = _claims_of(result, claims)
    paid_principal = distribute_by_seniority(result.paid[DebtLine.PRINCIPAL], principal, ranks)
    interest_ranks = [*ranks, max(ranks, default=1)]
    *paid_interest, spread_paid = distribute_by_seniority(
        result.paid[DebtLine.INTEREST], interest, interest_ranks
    )
    unpaid_principal = _less(principal, paid_principal)
    unpaid_interest = _less(interest[:-1], paid_interest)
    draw_minor = reserve_draw(
        sum(unpaid_principal) + sum(unpaid_interest),
        reserve_balance_minor=reserve_balance_minor,
        caps_minor=reserve_caps_minor,
    )
    for_interest = _interest_part_of_draw(
        draw_minor, sum(unpaid_interest), sum(unpaid_principal), result.order
    )
    drawn_interest = distribute_by_seniority(for_interest, unpaid_interest, ranks)
    drawn_principal = distribute_by_seniority(draw_minor - for_interest, unpaid_principal, ranks)
    lost_principal = _less(unpaid_principal, drawn_principal)
    lost_interest = _less(unpaid_interest, drawn_interest)
    return DeficitAllocation(
        draw_minor=draw_minor,
        outcomes=tuple(
            TrancheOutcome(claim.tranche, *figures)
            for claim, *figures in zip(
                claims,
                paid_principal,
                paid_interest,
                drawn_principal,
                drawn_interest,
                lost_principal,
                lost_interest,
                strict=True,
            )
        ),
        spread_paid_minor=spread_paid,
        spread_unpaid_minor=interest[-1] - spread_paid,
    )


def allocate_recovery(
    amount_minor: int,
    losses_minor: Sequence[int],
    *,
    reserve_drawn_minor: int,
    seniorities: Sequence[int] | None = None,
) -> RecoveryAllocation:
    """Share a later recovery: the tranches' losses first, senior before junior, the reserve, the client.

    :raises InvalidClaims: a negative figure.
    """
    if amount_minor < 0 or reserve_drawn_minor < 0:
        raise InvalidClaims(f"a recovery or draw is negative: {amount_minor}, {reserve_drawn_minor}")
    ranks = [1] * len(losses_minor) if seniorities is None else seniorities
    to_tranches = min(amount_minor, sum(losses_minor))
    to_reserve = min(amount_minor - to_tranches, reserve_drawn_minor)
    return RecoveryAllocation(
        tranches_minor=tuple(distribute_by_seniority(to_tranches, losses_minor, ranks)),
        reserve_minor=to_reserve,
        client_minor=amount_minor - to_tranches - to_reserve,
    )


def _claims_of(result: WaterfallResult, claims: Sequence[TrancheClaim]) -> tuple[list[int], list[int]]:
    """Return principal by tranche, and interest by tranche with the platform's spread as the last."""
    principal = [claim.principal_minor for claim in claims]
    interest = [claim.interest_minor for claim in claims]
    principal_due = result.paid[DebtLine.PRINCIPAL] + result.unpaid[DebtLine.PRINCIPAL]
    interest_due = result.paid[DebtLine.INTEREST] + result.unpaid[DebtLine.INTEREST]
    if sum(principal) != principal_due:
        raise InvalidClaims(
            f"the tranches hold {sum(principal)} of principal, the contract owes {principal_due}"
        )
    spread_minor = interest_due - sum(interest)
    if spread_minor < 0:
        raise InvalidClaims(
            f"the tranches claim {sum(interest)} of interest, the contract owes {interest_due}"
        )
    return principal, [*interest, spread_minor]


def _interest_part_of_draw(
    draw_minor: int, unpaid_interest_minor: int, unpaid_principal_minor: int, order: Sequence[DebtLine]
) -> int:
    if order.index(DebtLine.INTEREST) < order.index(DebtLine.PRINCIPAL):
        return min(draw_minor, unpaid_interest_minor)
    return draw_minor - min(draw_minor, unpaid_principal_minor)


def _less(minuends: Sequence[int], subtrahends: Sequence[int]) -> list[int]:
    return [minuend - subtrahend for minuend, subtrahend in zip(minuends, subtrahends, strict=True)]
