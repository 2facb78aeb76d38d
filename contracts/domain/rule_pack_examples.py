"""Worked figures of a rule pack: what its parameters come to for amounts that a person can follow.

Each kind of example takes whole numbers (amounts in minor units) and returns whole numbers or truths, rounded
against the client where a cent does not divide: a margin up, what may be financed or taken out down.

Sources: the vectors M4, M6 and M11; DESIGN 6 (withdrawal line), 5 (loans and capital).
"""

from collections.abc import Callable, Mapping
from fractions import Fraction

from contracts.domain.rule_pack import (
    PARTS_PER_MILLION,
    InvalidRulePack,
    PackParameters,
    leverage_cap,
    maintenance_coverage,
    tier_cap,
)

Figures = Mapping[str, int]


def worked(kind: str, figures: Figures, parameters: PackParameters) -> dict[str, int]:
    """Return what an example comes to.

    :raises InvalidRulePack: the kind is unknown, an input is missing, or the pack has no such parameter.
    """
    try:
        return KINDS[kind](figures, parameters)
    except KeyError as error:
        raise InvalidRulePack(f"an example of {kind}: no {error}") from error


def financing_room(*, own_minor: int, maximum: Fraction) -> int:
    """Return what may be financed on own money at a leverage, rounded down."""
    return _down((maximum - 1) * own_minor)


def loans_room(*, capital_minor: int, loans_minor: int, multiple_ppm: int) -> int:
    """Return how much more a firm may lend at its loans-to-capital multiple; negative where exceeded."""
    return _down(Fraction(capital_minor * multiple_ppm, PARTS_PER_MILLION)) - loans_minor


def _capacity(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    room = financing_room(own_minor=figures["own_minor"], maximum=leverage_cap(parameters))
    return {"financed_minor": room}


def _capacity_of_tier(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    maximum = min(leverage_cap(parameters), tier_cap(parameters, figures["tier"]))
    return {"financed_minor": financing_room(own_minor=figures["own_minor"], maximum=maximum)}


def _position(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    """The margin of a position of a class, and the equity at which it is closed out."""
    margin = _margin_of(figures, parameters)
    made = {"initial_margin_minor": _up(margin)}
    if parameters.close_out_of_initial_ppm is not None:
        made["close_out_minor"] = _up(margin * parameters.close_out_of_initial_ppm / PARTS_PER_MILLION)
    return made


def _margin_of(figures: Figures, parameters: PackParameters) -> Fraction:
    classes = [one for one in parameters.classes if one.initial_margin_ppm is not None]
    number = figures.get("class", 0)
    if number > len(classes):
        raise InvalidRulePack(f"there is no class {number}")
    ppm = classes[number - 1].initial_margin_ppm if number else parameters.initial_margin_ppm
    return Fraction(figures["position_minor"] * (ppm or 0), PARTS_PER_MILLION)


def _maintenance(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    """The assets at which a debt is called."""
    return {"assets_minor": _up(maintenance_coverage(parameters) * figures["debt_minor"])}


def _withdrawal(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    line = parameters.withdrawal_line_ppm
    if line is None:
        raise InvalidRulePack("the pack has no withdrawal line")
    free = figures["assets_minor"] - Fraction(figures["debt_minor"] * line, PARTS_PER_MILLION)
    return {"withdrawable_minor": max(0, _down(free))}


def _negative_balance(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    """Who bears what a gap in prices took beyond the client's own."""
    equity = figures["equity_minor"]
    if parameters.negative_balance_protection:
        return {"client_owes_minor": 0, "provider_bears_minor": max(0, -equity)}
    return {"client_owes_minor": max(0, -equity), "provider_bears_minor": 0}


def _loans_to_capital(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    multiple = parameters.loans_to_capital_ppm
    if multiple is None:
        raise InvalidRulePack("the pack has no loans-to-capital multiple")
    room = loans_room(
        capital_minor=figures["capital_minor"], loans_minor=figures["loans_minor"], multiple_ppm=multiple
    )
    return {"room_minor": max(0, room)}


def _minimum_own(figures: Figures, parameters: PackParameters) -> dict[str, int]:
    return {"may_draw": int(figures["own_minor"] >= (parameters.minimum_own_minor or 0))}


def _down(amount: Fraction) -> int:
    return amount.numerator // amount.denominator


def _up(amount: Fraction) -> int:
    return -(-amount.numerator // amount.denominator)


KINDS: Mapping[str, Callable[[Figures, PackParameters], dict[str, int]]] = {
    "capacity": _capacity,
    "capacity_of_tier": _capacity_of_tier,
    "position": _position,
    "maintenance": _maintenance,
    "withdrawal": _withdrawal,
    "negative_balance": _negative_balance,
    "loans_to_capital": _loans_to_capital,
    "minimum_own": _minimum_own,
}
