"""Tables of the reconciliation."""

from clearing.reconciliation.models.breaks import BreakKind, BreakStatus, ReconciliationBreak
from clearing.reconciliation.models.matches import Match, MatchAllocation, MatchRule, Unmatch
from clearing.reconciliation.models.runs import BalanceComparison, ReconciliationRun, RunKind, RunStatement

__all__ = [
    "BalanceComparison",
    "BreakKind",
    "BreakStatus",
    "Match",
    "MatchAllocation",
    "MatchRule",
    "ReconciliationBreak",
    "ReconciliationRun",
    "RunKind",
    "RunStatement",
    "Unmatch",
]
