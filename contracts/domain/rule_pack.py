"""What a rule pack prescribes: its parameters, how they are read, and what of some terms is looser.

A pack's figure is the loosest that is permitted; terms may be stricter. Rates, margins, lines and multiples
are parts per million (50 % is 500,000; 5 times is 5,000,000), exact. What a pack leaves open is None.

Initial margin is measured as its regulator does, of what is financed (mainland: 100 % lends as much as one
has) or of the position (United States: 50 % lends as much as one has). The database asks the same of terms in
`contracts_looser_terms`; a test compares the two.

Source: DESIGN 5 (rule pack, leverage).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from fractions import Fraction

from contracts.domain.day_count import DayCount

PARTS_PER_MILLION = 1_000_000
TIERS = 5
DAY_COUNTS = frozenset(one.value for one in DayCount)


class InvalidRulePack(ValueError):
    """A parameter is missing, unknown, or out of its range."""


class MarginOf(Enum):
    """What the initial margin is a part of."""

    FINANCED = "financed"
    POSITION = "position"


class MaintenanceMeasure(Enum):
    """How a pack measures its maintenance margin."""

    COVERAGE = "coverage"
    """Assets over debt."""
    EQUITY_RATIO = "equity_ratio"
    """Assets less debt, over assets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassParameters:
    """What holds for one class of instruments instead of the pack's own figure."""

    code: str
    initial_margin_ppm: int | None = None
    haircut_ppm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackParameters:
    """The parameters of one version of a pack."""

    initial_margin_ppm: int
    initial_margin_of: MarginOf
    maintenance_ppm: int
    maintenance_measure: MaintenanceMeasure
    leverage_cap_ppm_by_tier: tuple[int, ...]
    haircut_floor_ppm: int
    day_counts: tuple[str, ...]
    same_day_counts_one: bool
    capitalisation_permitted: bool
    negative_balance_protection: bool
    concentration_cap_ppm: int = PARTS_PER_MILLION
    warning_multiple_ppm: int | None = None
    liquidation_line_ppm: int | None = None
    withdrawal_line_ppm: int | None = None
    call_deadline_sessions: int | None = None
    close_out_of_initial_ppm: int | None = None
    loans_to_capital_ppm: int | None = None
    longest_term_months: int | None = None
    minimum_own_minor: int | None = None
    minimum_own_unit: str | None = None
    classes: tuple[ClassParameters, ...] = ()


INTEGERS = frozenset(
    {
        "initial_margin_ppm",
        "maintenance_ppm",
        "haircut_floor_ppm",
        "concentration_cap_ppm",
        "warning_multiple_ppm",
        "liquidation_line_ppm",
        "withdrawal_line_ppm",
        "call_deadline_sessions",
        "close_out_of_initial_ppm",
        "loans_to_capital_ppm",
        "longest_term_months",
        "minimum_own_minor",
    }
)
TRUTHS = frozenset({"same_day_counts_one", "capitalisation_permitted", "negative_balance_protection"})
NAMES = tuple(field.name for field in fields(PackParameters))
REQUIRED = NAMES[: NAMES.index("concentration_cap_ppm")]


def read_parameters(raw: Mapping[str, object]) -> PackParameters:
    """Read parameters as they are stored.

    :raises InvalidRulePack: names the parameter that is missing, unknown or out of its range.
    """
    for name in REQUIRED:
        if name not in raw:
            raise InvalidRulePack(f"{name} is missing")
    made: dict[str, object] = {}
    for name, value in raw.items():
        if name in INTEGERS:
            made[name] = _positive(name, value)
        elif name in TRUTHS:
            if not isinstance(value, bool):
                raise InvalidRulePack(f"{name} is true or false, not {value!r}")
            made[name] = value
        else:
            made[name] = _other(name, value)
    parameters = PackParameters(**made)  # type: ignore[arg-type]
    _refuse_unreasonable(parameters)
    return parameters


def _positive(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidRulePack(f"{name} is a whole number from zero, not {value!r}")
    return value


def _other(name: str, value: object) -> object:
    try:
        match name:
            case "initial_margin_of":
                return MarginOf(value)
            case "maintenance_measure":
                return MaintenanceMeasure(value)
            case "leverage_cap_ppm_by_tier":
                return tuple(_positive(name, one) for one in _sequence(name, value))
            case "day_counts":
                return tuple(str(one) for one in _sequence(name, value))
            case "minimum_own_unit":
                return str(value)
            case "classes":
                return tuple(_class(one) for one in _sequence(name, value))
    except ValueError as error:
        raise InvalidRulePack(f"{name}: {error}") from error
    raise InvalidRulePack(f"{name} is no parameter of a rule pack")


def _sequence(name: str, value: object) -> Sequence[object]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidRulePack(f"{name} is a list, not {value!r}")
    return value


def _class(raw: object) -> ClassParameters:
    if not isinstance(raw, Mapping) or set(raw) - {"code", "initial_margin_ppm", "haircut_ppm"}:
        raise InvalidRulePack(f"a class has a code, an initial margin and a haircut, not {raw!r}")
    margin, haircut = raw.get("initial_margin_ppm"), raw.get("haircut_ppm")
    return ClassParameters(
        code=str(raw.get("code", "")),
        initial_margin_ppm=None if margin is None else _positive("initial_margin_ppm", margin),
        haircut_ppm=None if haircut is None else _positive("haircut_ppm", haircut),
    )


def _refuse_unreasonable(parameters: PackParameters) -> None:
    """Refuse what no regulator can mean."""
    whole = PARTS_PER_MILLION
    is_coverage = parameters.maintenance_measure is MaintenanceMeasure.COVERAGE
    caps = parameters.leverage_cap_ppm_by_tier
    reasonable = {
        "initial_margin_ppm": parameters.initial_margin_ppm > 0
        and (parameters.initial_margin_of is MarginOf.FINANCED or parameters.initial_margin_ppm <= whole),
        "maintenance_ppm": parameters.maintenance_ppm > whole
        if is_coverage
        else 0 < parameters.maintenance_ppm < whole,
        "leverage_cap_ppm_by_tier": len(caps) == TIERS and min(caps) >= whole and list(caps) == sorted(caps),
        "haircut_floor_ppm": parameters.haircut_floor_ppm <= whole,
        "concentration_cap_ppm": 0 < parameters.concentration_cap_ppm <= whole,
        "day_counts": bool(parameters.day_counts) and set(parameters.day_counts) <= DAY_COUNTS,
        "liquidation_line_ppm": parameters.liquidation_line_ppm is None
        or parameters.liquidation_line_ppm > whole,
        "close_out_of_initial_ppm": (parameters.close_out_of_initial_ppm or 0) <= whole,
        "minimum_own_unit": (parameters.minimum_own_minor is None) == (parameters.minimum_own_unit is None),
    }
    for name, holds in reasonable.items():
        if not holds:
            raise InvalidRulePack(f"{name} is out of its range")


def leverage_cap(parameters: PackParameters) -> Fraction:
    """Return the largest leverage that the initial margin leaves: 100 % of what is financed is twice."""
    margin = Fraction(parameters.initial_margin_ppm, PARTS_PER_MILLION)
    return 1 / margin if parameters.initial_margin_of is MarginOf.POSITION else 1 + 1 / margin


def tier_cap(parameters: PackParameters, tier: int) -> Fraction:
    """Return the largest leverage of a client's tier, 1 (cautious) to 5 (bold).

    :raises InvalidRulePack: there is no such tier.
    """
    if not 1 <= tier <= TIERS:
        raise InvalidRulePack(f"tiers are 1 to {TIERS}: {tier}")
    return Fraction(parameters.leverage_cap_ppm_by_tier[tier - 1], PARTS_PER_MILLION)


def maintenance_coverage(parameters: PackParameters) -> Fraction:
    """Return the maintenance margin as coverage: an equity ratio of 25 % is 133.33 %."""
    ratio = Fraction(parameters.maintenance_ppm, PARTS_PER_MILLION)
    return ratio if parameters.maintenance_measure is MaintenanceMeasure.COVERAGE else 1 / (1 - ratio)


def maintenance_equity_ratio(parameters: PackParameters) -> Fraction:
    """Return the maintenance margin as equity over assets: a coverage of 130 % is 23.08 %."""
    return 1 - 1 / maintenance_coverage(parameters)


@dataclass(frozen=True, slots=True)
class Looser:
    """A parameter of terms that is looser than the pack: what the terms say, and what the pack permits."""

    name: str
    terms: str
    pack: str


def looser_terms(terms: Mapping[str, object], parameters: PackParameters) -> tuple[Looser, ...]:
    """Return what of some terms is looser than a pack, in a fixed order; empty where they are within it.

    `terms` are the fields of a version of terms by name. Limits that do not come out in whole parts per
    million are compared at the part that is nearest on the terms' side.
    """
    least = _least(parameters)
    most = _most(parameters)
    found = [
        Looser(name, str(terms[name]), f">= {bound}")
        for name, bound in least.items()
        if bound is not None and int(str(terms[name])) < bound
    ]
    found += [
        Looser(name, str(terms[name]), f"<= {bound}")
        for name, bound in most.items()
        if bound is not None and int(str(terms[name])) > bound
    ]
    if terms["day_count"] not in parameters.day_counts:
        found.append(Looser("day_count", str(terms["day_count"]), ", ".join(parameters.day_counts)))
    if terms["capitalisation_allowed"] and not parameters.capitalisation_permitted:
        found.append(Looser("capitalisation_allowed", "true", "false"))
    if parameters.negative_balance_protection and not terms["negative_balance_protection"]:
        found.append(Looser("negative_balance_protection", "false", "true"))
    return tuple(found)


def _least(parameters: PackParameters) -> dict[str, int | None]:
    """What terms must have at least."""
    coverage = maintenance_coverage(parameters)
    warning = parameters.warning_multiple_ppm
    return {
        "initial_margin_ppm": _down(1 / leverage_cap(parameters)),
        "maintenance_ppm": _down(maintenance_equity_ratio(parameters)),
        "call_ppm": _down(coverage),
        "warn_ppm": None if warning is None else _down(coverage * warning / PARTS_PER_MILLION),
        "liquidate_ppm": parameters.liquidation_line_ppm,
        "withdrawal_line_ppm": parameters.withdrawal_line_ppm,
        "haircut_ppm": parameters.haircut_floor_ppm,
    }


def _most(parameters: PackParameters) -> dict[str, int | None]:
    """What terms may have at most."""
    cap = leverage_cap(parameters) * PARTS_PER_MILLION
    return {
        "max_leverage_ppm": -(-cap.numerator // cap.denominator),
        "concentration_cap_ppm": parameters.concentration_cap_ppm,
        "call_deadline_sessions": parameters.call_deadline_sessions,
    }


def _down(ratio: Fraction) -> int:
    """Whole parts per million, rounded down."""
    exact = ratio * PARTS_PER_MILLION
    return exact.numerator // exact.denominator
