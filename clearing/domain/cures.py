"""What cures a shortfall: the amounts that a margin call names.

C is assets, D debts, H lending value in minor units; lines and rates in parts per million. Every amount is
rounded up to the minor unit and every quantity up to the lot, so that following the message is enough.

Source: DESIGN 6 (actionable amount); vectors M3 and M13.
"""

from dataclasses import dataclass
from fractions import Fraction

from ledger.domain.money import round_up_fraction

_PPM = 1_000_000


class InvalidCure(ValueError):
    """A line, price, lot or credit is not positive, or a cost rate is not below 100 %."""


@dataclass(frozen=True, slots=True)
class Cure:
    """Three ways back to a line, each sufficient by itself; zeros where the contract is there already."""

    deposit_minor: int
    """Cash, or collateral at full value: ``mD - C``."""
    repay_minor: int
    """Repayment with money from outside: ``D - C/m``."""
    sell_minor: int | None
    """Gross sale with proceeds net of cost repaid: ``(mD - C) / (m(1 - c) - 1)``. None: no sale is enough."""


@dataclass(frozen=True, slots=True)
class LendingValueCure:
    """Two ways to bring debts under the lending value."""

    cash_minor: int
    """``D - H``."""
    securities_minor: int
    """``(D - H) / credit`` of market value: a haircut cuts what is brought as well."""


def cure_coverage(collateral_minor: int, debt_minor: int, *, target_ppm: int, cost_ppm: int = 0) -> Cure:
    """Return what brings C/D to the target. Vector M3.

    A sale is enough only where assets sold at cost would repay everything, ``C(1 - c) >= D``.

    :raises InvalidCure: a target of zero or less, or a cost rate not from 0 to below 100 %.
    """
    if target_ppm <= 0 or not 0 <= cost_ppm < _PPM:
        raise InvalidCure(f"no cure for a target of {target_ppm} ppm at a cost of {cost_ppm} ppm")
    target, kept = Fraction(target_ppm, _PPM), 1 - Fraction(cost_ppm, _PPM)
    missing = target * debt_minor - collateral_minor
    if missing <= 0 or debt_minor <= 0:
        return Cure(deposit_minor=0, repay_minor=0, sell_minor=0)
    sell_minor = None
    if collateral_minor * kept >= debt_minor:
        sell_minor = round_up_fraction(missing / (target * kept - 1))
    return Cure(
        deposit_minor=round_up_fraction(missing),
        repay_minor=min(debt_minor, round_up_fraction(debt_minor - collateral_minor / target)),
        sell_minor=sell_minor,
    )


def cure_lending_value(
    debt_minor: int, lending_value_minor: int | Fraction, *, credit_ppm: int
) -> LendingValueCure:
    """Return what brings debts under the lending value, with securities of the given credit. Vector M13.

    :raises InvalidCure: the credit is not positive.
    """
    if credit_ppm <= 0:
        raise InvalidCure("securities without credit cure nothing")
    missing = max(Fraction(0), debt_minor - Fraction(lending_value_minor))
    return LendingValueCure(
        cash_minor=round_up_fraction(missing),
        securities_minor=round_up_fraction(missing * _PPM / credit_ppm),
    )


def quantity_for(gross_minor: int, unit_price_minor: int | Fraction, *, lot: int = 1) -> int:
    """Return the shares that bring at least the gross amount, rounded up to whole lots.

    ``unit_price_minor``: minor units of the currency a share.

    :raises InvalidCure: a price or lot of zero or less.
    """
    if unit_price_minor <= 0 or lot <= 0:
        raise InvalidCure(f"nothing sells at {unit_price_minor} in lots of {lot}")
    return max(0, round_up_fraction(Fraction(gross_minor) / unit_price_minor / lot)) * lot


def coverage_after_sale(
    collateral_minor: int, debt_minor: int, *, gross_minor: int, cost_ppm: int
) -> Fraction | None:
    """Return C/D once the net proceeds of a sale have repaid; None where nothing is owed then."""
    net = gross_minor * (1 - Fraction(cost_ppm, _PPM))
    debt = debt_minor - net
    return (collateral_minor - gross_minor) / debt if debt > 0 else None
