"""The ladder beyond its boundaries: other measures, hysteresis, lending value, holds."""

from dataclasses import replace
from fractions import Fraction

import pytest

from clearing.domain.ladder import (
    LADDER_STEPS,
    Assessment,
    InvalidLines,
    LadderLines,
    Level,
    Measure,
    SideState,
    assess,
    compare_to_line,
    level_for,
    next_level,
)

LINES = LadderLines()
DEBT = 100_000
TWO_POINTS = 20_000


def coverage(percent: int | str) -> int:
    """Return assets that are so many percent of the debt."""
    return int(DEBT * Fraction(percent) / 100)


class TestLevelFor:
    def test_is_normal_without_debt_whatever_the_assets(self) -> None:
        assert level_for(0, 0, LINES) is Level.NORMAL
        assert level_for(-5, 0, LINES) is Level.NORMAL
        assert level_for(-5, -1, LINES, lending_value_minor=-9) is Level.NORMAL

    def test_is_insolvent_with_debt_and_nothing_else(self) -> None:
        assert level_for(0, 1, LINES) is Level.INSOLVENT
        assert level_for(-1, 1, LINES) is Level.INSOLVENT

    def test_gives_the_line_to_the_better_side_but_for_emergency(self) -> None:
        assert level_for(coverage(100), DEBT, LINES) is Level.EMERGENCY
        assert level_for(coverage(110) + 1, DEBT, LINES) is Level.LIQUIDATE_DUE

    def test_has_no_emergency_where_the_terms_allow_none(self) -> None:
        lines = replace(LINES, emergency_ppm=None)
        assert level_for(coverage(105), DEBT, lines) is Level.LIQUIDATE_DUE
        assert level_for(coverage(99), DEBT, lines) is Level.INSOLVENT

    def test_restricts_at_least_where_debts_exceed_the_lending_value(self) -> None:
        assert level_for(coverage(170), DEBT, LINES, lending_value_minor=DEBT - 1) is Level.RESTRICT
        assert level_for(coverage(170), DEBT, LINES, lending_value_minor=DEBT) is Level.NORMAL
        assert level_for(coverage(135), DEBT, LINES, lending_value_minor=0) is Level.CALL


class TestMeasures:
    EQUITY = LadderLines(
        warn_ppm=400_000,
        restrict_ppm=350_000,
        call_ppm=300_000,
        liquidate_ppm=250_000,
        emergency_ppm=100_000,
        insolvent_ppm=0,
        measure=Measure.EQUITY_RATIO,
    )
    LTV = LadderLines(
        warn_ppm=500_000,
        restrict_ppm=600_000,
        call_ppm=700_000,
        liquidate_ppm=750_000,
        emergency_ppm=900_000,
        insolvent_ppm=1_000_000,
        measure=Measure.LTV,
    )

    @pytest.mark.parametrize(
        ("collateral", "level"),
        [
            (500, Level.NORMAL),
            (499, Level.WARN),
            (400, Level.CALL),
            (399, Level.LIQUIDATE_DUE),
            (333, Level.EMERGENCY),
            (300, Level.EMERGENCY),
            (299, Level.INSOLVENT),
            (0, Level.INSOLVENT),
            (-1, Level.INSOLVENT),
        ],
    )
    def test_draw_lines_on_equity(self, collateral: int, level: Level) -> None:
        assert level_for(collateral, 300, self.EQUITY) is level

    @pytest.mark.parametrize(
        ("collateral", "level"),
        [
            (600, Level.NORMAL),
            (599, Level.WARN),
            (500, Level.WARN),
            (400, Level.CALL),
            (399, Level.LIQUIDATE_DUE),
            (300, Level.EMERGENCY),
            (299, Level.INSOLVENT),
            (0, Level.INSOLVENT),
        ],
    )
    def test_draw_lines_on_loan_to_value(self, collateral: int, level: Level) -> None:
        assert level_for(collateral, 300, self.LTV) is level

    def test_compare_without_dividing(self) -> None:
        assert compare_to_line(4, 3, 1_333_333, Measure.COVERAGE) == 1
        assert compare_to_line(4, 3, 1_333_334, Measure.COVERAGE) == -1
        assert compare_to_line(4, 3, 250_000, Measure.EQUITY_RATIO) == 0
        assert compare_to_line(4, 3, 750_000, Measure.LTV) == 0


class TestNextLevel:
    @pytest.mark.parametrize(
        ("previous", "percent", "level"),
        [
            (None, 139, Level.CALL),
            (Level.NORMAL, 105, Level.EMERGENCY),
            (Level.CALL, 141, Level.CALL),
            (Level.CALL, 142, Level.RESTRICT),
            (Level.CALL, 151, Level.RESTRICT),
            (Level.CALL, 152, Level.WARN),
            (Level.CALL, 157, Level.WARN),
            (Level.CALL, 158, Level.NORMAL),
            (Level.EMERGENCY, 112, Level.EMERGENCY),
            (Level.EMERGENCY, "112.001", Level.LIQUIDATE_DUE),
            (Level.WARN, 156, Level.WARN),
            (Level.NORMAL, 156, Level.NORMAL),
        ],
    )
    def test_rises_at_once_and_falls_past_the_hysteresis(
        self, previous: Level | None, percent: int | str, level: Level
    ) -> None:
        today = next_level(previous, coverage(percent), DEBT, LINES, hysteresis_ppm=TWO_POINTS)
        assert today is level

    def test_leaves_everything_where_the_debt_is_repaid(self) -> None:
        assert next_level(Level.INSOLVENT, 0, 0, LINES, hysteresis_ppm=TWO_POINTS) is Level.NORMAL

    def test_turns_the_hysteresis_round_on_loan_to_value(self) -> None:
        ltv = TestMeasures.LTV
        assert next_level(Level.WARN, 600, 300, ltv, hysteresis_ppm=TWO_POINTS) is Level.WARN
        assert next_level(Level.WARN, 625, 300, ltv, hysteresis_ppm=TWO_POINTS) is Level.NORMAL

    def test_refuses_a_negative_hysteresis(self) -> None:
        with pytest.raises(InvalidLines):
            next_level(None, 1, 1, LINES, hysteresis_ppm=-1)


class TestLadderLines:
    def test_may_coincide(self) -> None:
        assert LadderLines(warn_ppm=1_500_000).warn_ppm == 1_500_000

    def test_refuse_to_cross(self) -> None:
        with pytest.raises(InvalidLines):
            LadderLines(call_ppm=1_600_000)
        with pytest.raises(InvalidLines):
            LadderLines(measure=Measure.LTV)

    def test_are_data_in_the_order_that_sql_tests_them(self) -> None:
        assert [step.level for step in LADDER_STEPS] == sorted(Level, reverse=True)[:-1]
        values = tuple(getattr(LINES, step.line) for step in LADDER_STEPS)
        assert values == LINES.worst_first()
        assert [step.level for step in LADDER_STEPS if step.inclusive] == [Level.EMERGENCY]


class TestAssess:
    def test_permits_risk_above_restrict_only(self) -> None:
        assert assess(coverage(151), DEBT, LINES).may_take_risk
        assert not assess(coverage(149), DEBT, LINES).may_take_risk

    def test_permits_liquidation_from_its_line(self) -> None:
        assert assess(coverage(129), DEBT, LINES).may_liquidate
        assert not assess(coverage(130), DEBT, LINES).may_liquidate

    @pytest.mark.parametrize("hold", [SideState.PRICE_HOLD, SideState.CORPORATE_ACTION_HOLD])
    def test_stops_both_on_a_hold(self, hold: SideState) -> None:
        assert not assess(coverage(90), DEBT, LINES, side_states=frozenset({hold})).may_liquidate
        assert not assess(coverage(170), DEBT, LINES, side_states=frozenset({hold})).may_take_risk

    def test_keeps_other_side_states_beside_the_level(self) -> None:
        unsellable = frozenset({SideState.UNSELLABLE})
        assert assess(coverage(120), DEBT, LINES, side_states=unsellable) == Assessment(
            level=Level.LIQUIDATE_DUE, side_states=unsellable
        )
        without_price = assess(None, DEBT, LINES, side_states=unsellable)
        assert without_price.side_states == unsellable | {SideState.PRICE_HOLD}
