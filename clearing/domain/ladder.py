"""The ladder: from NORMAL down to INSOLVENT by where a contract stands against its lines.

Lines are terms data in parts per million of the measure that the pack names (156 % coverage is 1,560,000).
Figures are integers in minor units and are compared by cross-multiplication, never divided. A line's value
belongs to the better side, except the emergency line's. Set-based SQL must give the same levels:
:data:`LADDER_STEPS` states each step's line and comparison as data, worst first, so that one test can hold
both against each other.

Source: DESIGN 6 (ladder); vectors G1 and M14.
"""

from dataclasses import dataclass
from enum import Enum, IntEnum

_PPM = 1_000_000


class InvalidLines(ValueError):
    """The lines do not fall from warn to insolvent on their measure, or one is missing that may not be."""


class Level(IntEnum):
    """How grave a contract's state is: greater is worse."""

    NORMAL = 0
    WARN = 1
    """A message, nothing more."""
    RESTRICT = 2
    """No new financing, withdrawal or transfer out."""
    CALL = 3
    """A margin call with a deadline in trading days; reduce-only."""
    LIQUIDATE_DUE = 4
    """To be liquidated once the deadline has passed and a second person releases it."""
    EMERGENCY = 5
    """No deadline, where the terms allow."""
    INSOLVENT = 6
    """Debts exceed assets."""


class SideState(Enum):
    """What stands beside a level, and may keep it from being acted on."""

    PRICE_HOLD = "PRICE_HOLD"
    CORPORATE_ACTION_HOLD = "CORPORATE_ACTION_HOLD"
    UNSELLABLE = "UNSELLABLE"
    SETTLING = "SETTLING"
    DISPUTED = "DISPUTED"


class Measure(Enum):
    """What the lines are drawn on. C is assets, D debts."""

    COVERAGE = "COVERAGE"
    """C / D; falls as things get worse."""
    EQUITY_RATIO = "EQUITY_RATIO"
    """(C - D) / C; falls as things get worse."""
    LTV = "LTV"
    """D / C; rises as things get worse."""


@dataclass(frozen=True, slots=True)
class LadderStep:
    """One step as data: below ``line`` is ``level``, and at it too where ``inclusive``."""

    level: Level
    line: str
    inclusive: bool


LADDER_STEPS: tuple[LadderStep, ...] = (
    LadderStep(Level.INSOLVENT, "insolvent_ppm", inclusive=False),
    LadderStep(Level.EMERGENCY, "emergency_ppm", inclusive=True),
    LadderStep(Level.LIQUIDATE_DUE, "liquidate_ppm", inclusive=False),
    LadderStep(Level.CALL, "call_ppm", inclusive=False),
    LadderStep(Level.RESTRICT, "restrict_ppm", inclusive=False),
    LadderStep(Level.WARN, "warn_ppm", inclusive=False),
)
"""Worst first: the first step that a contract lies below is its level."""


@dataclass(frozen=True, slots=True)
class LadderLines:
    """The lines of a vintage in ppm, by default of coverage. ``emergency_ppm=None``: the terms allow none."""

    warn_ppm: int = 1_560_000
    restrict_ppm: int = 1_500_000
    call_ppm: int = 1_400_000
    liquidate_ppm: int = 1_300_000
    emergency_ppm: int | None = 1_100_000
    insolvent_ppm: int = 1_000_000
    measure: Measure = Measure.COVERAGE

    def __post_init__(self) -> None:
        lines = [line for line in self.worst_first() if line is not None]
        ordered = sorted(lines, reverse=self.measure is Measure.LTV)
        if lines != ordered:
            raise InvalidLines(f"the lines do not run in order from insolvent to warn: {lines}")

    def worst_first(self) -> tuple[int | None, ...]:
        """Return the lines in the order of :data:`LADDER_STEPS`."""
        return (
            self.insolvent_ppm,
            self.emergency_ppm,
            self.liquidate_ppm,
            self.call_ppm,
            self.restrict_ppm,
            self.warn_ppm,
        )


@dataclass(frozen=True, slots=True)
class Assessment:
    """A contract's level with what stands beside it; ``level`` is None where it cannot be known."""

    level: Level | None
    side_states: frozenset[SideState]

    @property
    def may_liquidate(self) -> bool:
        """Whether a liquidation may be prepared: the level asks for it and nothing holds it. Fails closed."""
        return self.level is not None and self.level >= Level.LIQUIDATE_DUE and not self._on_hold

    @property
    def may_take_risk(self) -> bool:
        """Whether new financing, withdrawal or transfer out is open. Fails closed."""
        return self.level is not None and self.level < Level.RESTRICT and not self._on_hold

    @property
    def _on_hold(self) -> bool:
        return bool(self.side_states & {SideState.PRICE_HOLD, SideState.CORPORATE_ACTION_HOLD})


def compare_to_line(collateral_minor: int, debt_minor: int, line_ppm: int, measure: Measure) -> int:
    """Return 1 where the contract stands better than the line, 0 on it, -1 worse; debts must be positive.

    Assets of zero or less under debts are worse than any line but that of a coverage they match.
    """
    match measure:
        case Measure.COVERAGE:
            distance = collateral_minor * _PPM - line_ppm * debt_minor
        case Measure.EQUITY_RATIO:
            distance = (collateral_minor - debt_minor) * _PPM - line_ppm * collateral_minor
        case Measure.LTV:
            distance = line_ppm * collateral_minor - debt_minor * _PPM
    if collateral_minor <= 0 and measure is not Measure.COVERAGE:
        return -1
    return (distance > 0) - (distance < 0)


def level_for(
    collateral_minor: int, debt_minor: int, lines: LadderLines, *, lending_value_minor: int | None = None
) -> Level:
    """Return the level of assets C against debts D; no debt is NORMAL whatever the assets.

    Where the lending value H is given and D > H, the level is RESTRICT at least.
    """
    return _level(collateral_minor, debt_minor, lines, lending_value_minor, hysteresis_ppm=0)


def next_level(
    previous: Level | None,
    collateral_minor: int,
    debt_minor: int,
    lines: LadderLines,
    *,
    hysteresis_ppm: int,
    lending_value_minor: int | None = None,
) -> Level:
    """Return the level of today given yesterday's: it may rise at once and falls only past the hysteresis.

    A line holds a contract below it until the measure is better than the line by ``hysteresis_ppm`` (of the
    measure: 2 points of coverage are 20,000). ``previous=None`` (a first day, or after a hold without a
    level): today's raw one.

    :raises InvalidLines: the hysteresis is negative.
    """
    if hysteresis_ppm < 0:
        raise InvalidLines(f"a hysteresis is never negative: {hysteresis_ppm}")
    raw = _level(collateral_minor, debt_minor, lines, lending_value_minor, hysteresis_ppm=0)
    if previous is None or raw >= previous:
        return raw
    held = _level(collateral_minor, debt_minor, lines, lending_value_minor, hysteresis_ppm=hysteresis_ppm)
    return min(previous, held)


def assess(
    collateral_minor: int | None,
    debt_minor: int,
    lines: LadderLines,
    *,
    lending_value_minor: int | None = None,
    side_states: frozenset[SideState] = frozenset(),
) -> Assessment:
    """Return level and side states; assets without a value (None) are PRICE_HOLD, never zero."""
    if collateral_minor is None:
        return Assessment(level=None, side_states=side_states | {SideState.PRICE_HOLD})
    level = level_for(collateral_minor, debt_minor, lines, lending_value_minor=lending_value_minor)
    return Assessment(level=level, side_states=side_states)


def _level(
    collateral_minor: int,
    debt_minor: int,
    lines: LadderLines,
    lending_value_minor: int | None,
    *,
    hysteresis_ppm: int,
) -> Level:
    if debt_minor <= 0:
        return Level.NORMAL
    shift_ppm = -hysteresis_ppm if lines.measure is Measure.LTV else hysteresis_ppm
    floor = Level.NORMAL
    if lending_value_minor is not None and debt_minor > lending_value_minor:
        floor = Level.RESTRICT
    for step, line_ppm in zip(LADDER_STEPS, lines.worst_first(), strict=True):
        if line_ppm is None:
            continue
        standing = compare_to_line(collateral_minor, debt_minor, line_ppm + shift_ppm, lines.measure)
        if standing < 0 or (step.inclusive and standing == 0):
            return max(floor, step.level)
    return floor
