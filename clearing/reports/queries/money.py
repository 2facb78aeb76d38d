"""Interest, deficits and the reserve of a book, out of its postings. Reads only; set-based.

All amounts are minor units of one currency, positive as their name says. Reversals count against what they
reverse.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.db import connection

from contracts.models import FundingSource
from contracts.queries.funding import funding_by_source

INTEREST_KINDS = ("interest_accrued", "interest_collected", "interest_capitalised", "interest_adjusted")
DEFICIT_KINDS = ("reserve_draw", "loss_allocated", "bad_spread_written_off", "recovery_applied")
RESERVE_KINDS = ("reserve_contribution", "reserve_draw", "recovery_applied")


@dataclass(frozen=True, slots=True)
class InterestFigures:
    """What clients were charged, to whom it belongs, and what has been collected or became principal."""

    charged_minor: int = 0
    funders_minor: int = 0
    spread_minor: int = 0
    collected_minor: int = 0
    capitalised_minor: int = 0


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """One source of money: what it has lent now, and all that it has earned; the house earns the spread."""

    source: str
    contracts: int
    lent_minor: int
    earned_minor: int


@dataclass(frozen=True, slots=True)
class DeficitFigures:
    """What liquidations left uncovered and who bore it; recoveries came in later."""

    reserve_drawn_minor: int = 0
    funder_losses_minor: Mapping[str, int] = field(default_factory=dict)
    """By code of the funder."""
    house_loss_minor: int = 0
    bad_spread_minor: int = 0
    recovered_minor: int = 0

    @property
    def total_minor(self) -> int:
        """The whole deficit before recoveries."""
        losses = sum(self.funder_losses_minor.values())
        return self.reserve_drawn_minor + losses + self.house_loss_minor + self.bad_spread_minor


@dataclass(frozen=True, slots=True)
class ReserveFigures:
    """The reserve fund: paid in, drawn, recovered, and what there is."""

    contributed_minor: int = 0
    drawn_minor: int = 0
    recovered_minor: int = 0

    @property
    def balance_minor(self) -> int:
        return self.contributed_minor - self.drawn_minor + self.recovered_minor


# A reversal carries the kind of what it reverses, so its postings take it off again.
_TURNOVERS = """
SELECT e.kind_id, a.role, coalesce(o.code, ''), sum(p.amount_minor)::bigint
FROM ledger_journalentry AS e
INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
INNER JOIN ledger_account AS a ON a.id = p.account_id
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
LEFT JOIN accounts_party AS o ON o.id = a.owner_id
WHERE e.book_id = %(book_id)s AND e.kind_id = ANY(%(kinds)s) AND u.code = %(unit_code)s
GROUP BY 1, 2, 3
"""

Turnovers = Mapping[tuple[str, str], Mapping[str, int]]
"""(kind, role) -> owner's code -> sum of postings, debit positive."""


def interest_figures(*, book_id: int, unit_code: str) -> InterestFigures:
    """Return the interest of a book in one currency from its first day on."""
    found = _turnovers(book_id, unit_code, INTEREST_KINDS)
    accrued = ("interest_accrued", "interest_adjusted")
    return InterestFigures(
        charged_minor=_sum(found, accrued, "interest_receivable"),
        funders_minor=-_sum(found, accrued, "funder_interest"),
        spread_minor=-_sum(found, accrued, "income"),
        collected_minor=-_sum(found, ("interest_collected",), "interest_receivable"),
        capitalised_minor=-_sum(found, ("interest_capitalised",), "interest_receivable"),
    )


_EARNED = """
SELECT t.source, -sum(p.amount_minor)::bigint
FROM ledger_journalentry AS e
INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
INNER JOIN contracts_fundingtranche AS t ON t.interest_account_id = p.account_id
INNER JOIN ledger_unit AS u ON u.id = p.unit_id
WHERE e.book_id = %(book_id)s AND e.kind_id IN ('interest_accrued', 'interest_adjusted')
    AND u.code = %(unit_code)s
GROUP BY t.source
"""


def source_figures(*, book_id: int, unit_code: str) -> list[SourceFigures]:
    """Return what the house's own, third parties' and matched money have lent and earned in one currency.

    What was earned sums to the interest charged. Source: DESIGN 5 (funding sources told apart).
    """
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, {"book_id": book_id, "unit_code": unit_code})
        earned: dict[str, int] = dict(cursor.fetchall())
    earned[FundingSource.OWN] = interest_figures(book_id=book_id, unit_code=unit_code).spread_minor
    lent = {one.source: one for one in funding_by_source(book_id=book_id) if one.unit_code == unit_code}
    return [
        SourceFigures(
            source=source,
            contracts=lent[source].contracts if source in lent else 0,
            lent_minor=lent[source].principal_minor if source in lent else 0,
            earned_minor=earned.get(source, 0),
        )
        for source in FundingSource.values
        if source in lent or earned.get(source)
    ]


def deficit_figures(*, book_id: int, unit_code: str) -> DeficitFigures:
    """Return the deficits of a book in one currency and who bore them.

    Losses are what was claimed of the debtor for each: the memo claims, credited when the loss was borne.
    """
    found = _turnovers(book_id, unit_code, DEFICIT_KINDS)
    losses = found.get(("loss_allocated", "claim"), {})
    return DeficitFigures(
        reserve_drawn_minor=_sum(found, ("reserve_draw",), "reserve_fund"),
        # The debtor's claim has the client for an owner or none, and is debited.
        funder_losses_minor={
            owner: -amount for owner, amount in sorted(losses.items()) if owner and amount < 0
        },
        house_loss_minor=_sum(found, ("loss_allocated",), "expense"),
        bad_spread_minor=_sum(found, ("bad_spread_written_off",), "expense"),
        recovered_minor=-_sum(found, ("recovery_applied",), "income")
        - _sum(found, ("recovery_applied",), "funder_available")
        - _sum(found, ("recovery_applied",), "reserve_fund"),
    )


def reserve_figures(*, book_id: int, unit_code: str) -> ReserveFigures:
    """Return the life of the reserve fund in one currency."""
    found = _turnovers(book_id, unit_code, RESERVE_KINDS)
    return ReserveFigures(
        contributed_minor=-_sum(found, ("reserve_contribution",), "reserve_fund"),
        drawn_minor=_sum(found, ("reserve_draw",), "reserve_fund"),
        recovered_minor=-_sum(found, ("recovery_applied",), "reserve_fund"),
    )


def _turnovers(book_id: int, unit_code: str, kinds: Collection[str]) -> Turnovers:
    with connection.cursor() as cursor:
        cursor.execute(_TURNOVERS, {"book_id": book_id, "unit_code": unit_code, "kinds": list(kinds)})
        rows = cursor.fetchall()
    found: dict[tuple[str, str], dict[str, int]] = {}
    for kind, role, owner, amount in rows:
        found.setdefault((kind, role), {})[owner] = amount
    return found


def _sum(found: Turnovers, kinds: Collection[str], role: str) -> int:
    return sum(sum(found.get((kind, role), {}).values()) for kind in kinds)
