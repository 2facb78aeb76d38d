"""The ladder worked by hand: lines at 156, 150, 140, 130, 110 and 100 % of coverage.

Source: golden vectors G1 and M14; DESIGN 6.
"""

from fractions import Fraction

import pytest

from clearing.domain.ladder import LadderLines, Level, SideState, assess, level_for
from tests.worked_examples.figures import Expected

VECTORS: dict[str, Expected] = {
    "G1": {
        "1.7": "NORMAL",
        "1.56": "NORMAL",
        "1.55": "WARN",
        "1.50": "WARN",
        "1.49": "RESTRICT",
        "1.40": "RESTRICT",
        "1.399": "CALL",
        "1.30": "CALL",
        "1.2999": "LIQUIDATE_DUE",
        "1.10": "EMERGENCY",
        "1.05": "EMERGENCY",
        "0.99": "INSOLVENT",
    },
    "M14": {"ratio": "None", "state": "PRICE_HOLD", "liquidate": "False", "new_risk": "False"},
}


class TestLevels:
    @pytest.mark.parametrize(("coverage", "level"), VECTORS["G1"].items())
    def test_follow_the_lines(self, coverage: str, level: str) -> None:
        ratio = Fraction(coverage)
        assert level_for(ratio.numerator, ratio.denominator, LadderLines()) is Level[level]

    def test_warn_from_one_and_a_fifth_of_maintenance(self) -> None:
        lines = LadderLines()
        assert lines.warn_ppm * 10 == lines.liquidate_ppm * 12


class TestMissingPrice:
    def test_holds_instead_of_counting_as_zero(self) -> None:
        """8,000 shares without a price secure a loan of 1,000,000."""
        assessment = assess(None, 1_000_000_00, LadderLines())
        expected = VECTORS["M14"]
        assert str(assessment.level) == expected["ratio"]
        assert assessment.side_states == {SideState[expected["state"]]}
        assert str(assessment.may_liquidate) == expected["liquidate"]
        assert str(assessment.may_take_risk) == expected["new_risk"]
