"""What changes from one version of a rule pack to another, and which way it goes for a client.

Source: DESIGN 5 (rule pack: named, versioned, effective-dated).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from contracts.domain.rule_pack import NAMES


class Direction(Enum):
    """What a change does to who is held to it."""

    STRICTER = "stricter"
    LOOSER = "looser"
    OTHER = "other"
    """Neither: another measure, another list."""


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter that differs; None where a version leaves it open."""

    name: str
    before: object
    after: object
    direction: Direction


STRICTER_ABOVE = frozenset(
    {
        "initial_margin_ppm",
        "maintenance_ppm",
        "haircut_floor_ppm",
        "warning_multiple_ppm",
        "liquidation_line_ppm",
        "withdrawal_line_ppm",
        "close_out_of_initial_ppm",
        "minimum_own_minor",
        "negative_balance_protection",
        "same_day_counts_one",
    }
)
STRICTER_BELOW = frozenset(
    {
        "leverage_cap_ppm_by_tier",
        "concentration_cap_ppm",
        "call_deadline_sessions",
        "loans_to_capital_ppm",
        "longest_term_months",
        "capitalisation_permitted",
    }
)
MEASURES = {"initial_margin_ppm": "initial_margin_of", "maintenance_ppm": "maintenance_measure"}
"""A figure whose measure changes with it is neither stricter nor looser by itself."""


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> list[Change]:
    """Return the parameters that differ, as they are stored, in the order in which packs list them."""
    found = []
    for name in NAMES:
        was, now = before.get(name), after.get(name)
        if was != now:
            measure = MEASURES.get(name)
            same_measure = measure is None or before.get(measure) == after.get(measure)
            direction = _direction(name, was, now) if same_measure else Direction.OTHER
            found.append(Change(name, was, now, direction))
    return found


def _direction(name: str, was: object, now: object) -> Direction:
    if name not in STRICTER_ABOVE | STRICTER_BELOW:
        return Direction.OTHER
    if was is None or now is None:
        # What was open is now limited, or the other way round.
        return Direction.STRICTER if was is None else Direction.LOOSER
    rises = _rises(was, now)
    if rises is None:
        return Direction.OTHER
    return Direction.STRICTER if rises == (name in STRICTER_ABOVE) else Direction.LOOSER


def _rises(was: object, now: object) -> bool | None:
    """Whether a figure, a truth or every figure of a list goes up; None where a list goes both ways."""
    before, after = _figures(was), _figures(now)
    ways = {new > old for old, new in zip(before, after, strict=False) if old != new}
    return ways.pop() if len(ways) == 1 else None


def _figures(value: object) -> list[int]:
    """A truth is one or zero."""
    many = value if isinstance(value, list) else [value]
    return [one for one in many if isinstance(one, int)]
