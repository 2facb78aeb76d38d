"""The caps of a drawdown's leverage, and which of them is the smallest.

Source: DESIGN 5 (maximum: min(1/m - 1, tier cap, pack cap, dynamic cap)).
"""

from dataclasses import dataclass
from fractions import Fraction

from contracts.domain.leverage import maximum_leverage
from contracts.domain.rule_pack import PARTS_PER_MILLION, PackParameters, leverage_cap, tier_cap


@dataclass(frozen=True, slots=True)
class Cap:
    """A leverage that may be reached and not passed, and what set it."""

    source: str
    maximum: Fraction

    @property
    def ppm(self) -> int:
        """Whole parts per million, rounded up."""
        exact = self.maximum * PARTS_PER_MILLION
        return -(-exact.numerator // exact.denominator)


def smallest_cap(
    *,
    maintenance_ppm: int,
    initial_margin_ppm: int,
    max_leverage_ppm: int,
    pack: PackParameters,
    tier: int,
    dynamic_ppm: int | None = None,
) -> Cap:
    """Return the smallest cap; of equal ones the first of terms, pack, tier, dynamic."""
    caps = [
        Cap("maintenance", maximum_leverage(maintenance_ppm)),
        Cap("initial", Fraction(PARTS_PER_MILLION, initial_margin_ppm)),
        Cap("terms", Fraction(max_leverage_ppm, PARTS_PER_MILLION)),
        Cap("pack", leverage_cap(pack)),
        Cap("tier", tier_cap(pack, tier)),
    ]
    if dynamic_ppm is not None:
        caps.append(Cap("dynamic", Fraction(dynamic_ppm, PARTS_PER_MILLION)))
    return min(caps, key=lambda cap: cap.maximum)
