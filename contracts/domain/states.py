"""The states of a financing contract and the moves between them.

The database holds the same table as `contracts_financingcontract_transition_permitted`; a test compares the
two.

Source: DESIGN 5 (financing contract).
"""

from collections.abc import Mapping

PERMITTED_MOVES: Mapping[str, frozenset[str]] = {
    "draft": frozenset({"submitted", "closed"}),
    "submitted": frozenset({"draft", "approved", "closed"}),
    "approved": frozenset({"active", "closed"}),
    "active": frozenset({"restricted", "in_call", "liquidating", "matured", "closed", "defaulted"}),
    "restricted": frozenset({"active", "in_call", "liquidating", "matured", "closed", "defaulted"}),
    "in_call": frozenset({"active", "restricted", "liquidating", "matured", "closed", "defaulted"}),
    "liquidating": frozenset({"active", "restricted", "in_call", "matured", "closed", "defaulted"}),
    "matured": frozenset({"liquidating", "closed", "defaulted"}),
    "defaulted": frozenset({"liquidating", "closed"}),
    "closed": frozenset(),
}
"""Where each state may go. Cures lead back to active; default is left by liquidating or closing."""

DRAWABLE = frozenset({"approved", "active"})
"""Money may be drawn; the first drawdown makes an approved contract active."""

ACCRUING = frozenset({"approved", "active", "restricted", "in_call", "liquidating", "matured"})
"""Interest runs on what has been drawn. After a default the waterfall has settled it."""


def is_permitted(from_state: str, to_state: str) -> bool:
    """Return whether a contract may go from one state to the other."""
    return to_state in PERMITTED_MOVES[from_state]
