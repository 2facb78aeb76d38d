"""What the admin, the reports and the next room ask: levels in force, calls, a contract's coverage over
time.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, QuerySet

from clearing.margin.models import ContractLevel, LevelChange, MarginCall, Valuation


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many contracts stand at a level; level None is on hold."""

    level: int | None
    side_state: str
    contracts: int


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """One day of a contract: coverage in parts per million, truncated; None on hold or without debts."""

    business_date: date
    coverage_ppm: int | None
    collateral_minor: int | None
    debt_minor: int
    raw_level: int | None
    side_state: str


@dataclass(frozen=True, slots=True)
class CoverageLines:
    """The lines that a coverage chart draws, in parts per million."""

    warn_ppm: int
    restrict_ppm: int
    call_ppm: int
    liquidate_ppm: int
    emergency_ppm: int | None
    insolvent_ppm: int


def current_levels(*, book_id: int) -> QuerySet[ContractLevel]:
    """Return the levels in force, the gravest first, holds before them."""
    return (
        ContractLevel.objects.filter(book_id=book_id)
        .select_related("contract", "contract__client", "change", "change__valuation")
        .order_by("-side_state", "-level", "contract_id")
    )


def level_counts(*, book_id: int) -> list[LevelCount]:
    """Return how many running contracts stand at each level."""
    rows = (
        ContractLevel.objects.filter(book_id=book_id)
        .exclude(contract__state__in=("closed", "defaulted"))
        .values_list("level", "side_state")
        .annotate(contracts=Count("contract_id"))
        .order_by("side_state", "level")
    )
    return [LevelCount(level, side_state, contracts) for level, side_state, contracts in rows]


def raw_levels_by_day(*, book_id: int) -> list[tuple[date, int | None, int]]:
    """Return (business date, level before hysteresis or None on hold, contracts), ascending."""
    return list(
        Valuation.objects.filter(book_id=book_id)
        .values_list("business_date", "raw_level")
        .annotate(contracts=Count("id"))
        .order_by("business_date", "raw_level")
    )


def level_changes_on(*, book_id: int, business_date: date) -> QuerySet[LevelChange]:
    """Return the changes of a day, the gravest first."""
    return (
        LevelChange.objects.filter(book_id=book_id, business_date=business_date)
        .select_related("contract", "valuation")
        .order_by("-to_level", "contract_id")
    )


def standing_calls(*, book_id: int) -> QuerySet[MarginCall]:
    """Return the calls that have not ended, the nearest deadline first."""
    return (
        MarginCall.objects.filter(book_id=book_id, closed_on__isnull=True)
        .select_related("contract", "contract__client", "valuation")
        .order_by("deadline_on", "id")
    )


def coverage_history(*, contract_id: int) -> list[CoveragePoint]:
    """Return a contract's coverage day by day, ascending."""
    rows = (
        Valuation.objects.filter(contract_id=contract_id)
        .order_by("business_date")
        .values_list(
            "business_date", "coverage_ppm", "collateral_minor", "debt_minor", "raw_level", "side_state"
        )
    )
    return [CoveragePoint(*row) for row in rows]


def coverage_lines(*, contract_id: int) -> CoverageLines | None:
    """Return the lines of a contract's terms; None where it has never been valued."""
    valuation = (
        Valuation.objects.filter(contract_id=contract_id)
        .select_related("terms")
        .order_by("-business_date")
        .first()
    )
    if valuation is None:
        return None
    terms = valuation.terms
    return CoverageLines(
        warn_ppm=terms.warn_ppm,
        restrict_ppm=terms.restrict_ppm,
        call_ppm=terms.call_ppm,
        liquidate_ppm=terms.liquidate_ppm,
        emergency_ppm=terms.emergency_ppm,
        insolvent_ppm=terms.insolvent_ppm,
    )
