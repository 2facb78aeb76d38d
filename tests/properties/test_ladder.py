"""More assets never mean a worse level, more debt never a better one."""

from hypothesis import given
from hypothesis import strategies as st

from clearing.domain.ladder import LadderLines, Level, Measure, level_for, next_level

MONEY = st.integers(min_value=0, max_value=10**13)
DEBTS = st.integers(min_value=1, max_value=10**13)
LEVELS = st.sampled_from(Level)
HYSTERESIS = st.integers(min_value=0, max_value=100_000)
LINES = LadderLines()

# The same lines in three measures, exact in each: coverage 2, 1.6, 1.25 and 1.
ON_COVERAGE = LadderLines(
    warn_ppm=2_000_000,
    restrict_ppm=1_600_000,
    call_ppm=1_250_000,
    liquidate_ppm=1_250_000,
    emergency_ppm=None,
)
ON_EQUITY = LadderLines(
    warn_ppm=500_000,
    restrict_ppm=375_000,
    call_ppm=200_000,
    liquidate_ppm=200_000,
    emergency_ppm=None,
    insolvent_ppm=0,
    measure=Measure.EQUITY_RATIO,
)
ON_LTV = LadderLines(
    warn_ppm=500_000,
    restrict_ppm=625_000,
    call_ppm=800_000,
    liquidate_ppm=800_000,
    emergency_ppm=None,
    measure=Measure.LTV,
)


class TestLevelFor:
    @given(less=MONEY, more=MONEY, debt=DEBTS)
    def test_never_worsens_with_assets(self, less: int, more: int, debt: int) -> None:
        less, more = sorted((less, more))
        assert level_for(more, debt, LINES) <= level_for(less, debt, LINES)

    @given(assets=MONEY, less=DEBTS, more=DEBTS)
    def test_never_improves_with_debt(self, assets: int, less: int, more: int) -> None:
        less, more = sorted((less, more))
        assert level_for(assets, less, LINES) <= level_for(assets, more, LINES)

    @given(assets=MONEY, debt=DEBTS, scale=st.integers(min_value=1, max_value=10**6))
    def test_does_not_depend_on_the_scale(self, assets: int, debt: int, scale: int) -> None:
        assert level_for(assets * scale, debt * scale, LINES) is level_for(assets, debt, LINES)

    @given(assets=st.integers(min_value=1, max_value=1000), debt=st.integers(min_value=1, max_value=1000))
    def test_agrees_between_measures(self, assets: int, debt: int) -> None:
        assert (
            level_for(assets, debt, ON_COVERAGE)
            is level_for(assets, debt, ON_EQUITY)
            is level_for(assets, debt, ON_LTV)
        )


class TestNextLevel:
    @given(previous=LEVELS, assets=MONEY, debt=DEBTS, hysteresis_ppm=HYSTERESIS)
    def test_lies_between_the_raw_level_and_the_worse_of_both(
        self, previous: Level, assets: int, debt: int, hysteresis_ppm: int
    ) -> None:
        raw = level_for(assets, debt, LINES)
        today = next_level(previous, assets, debt, LINES, hysteresis_ppm=hysteresis_ppm)
        assert raw <= today <= max(raw, previous)

    @given(previous=LEVELS, assets=MONEY, debt=DEBTS, hysteresis_ppm=HYSTERESIS)
    def test_stays_where_it_is_when_asked_again(
        self, previous: Level, assets: int, debt: int, hysteresis_ppm: int
    ) -> None:
        today = next_level(previous, assets, debt, LINES, hysteresis_ppm=hysteresis_ppm)
        assert next_level(today, assets, debt, LINES, hysteresis_ppm=hysteresis_ppm) is today

    @given(previous=LEVELS, less=MONEY, more=MONEY, debt=DEBTS, hysteresis_ppm=HYSTERESIS)
    def test_never_worsens_with_assets(
        self, previous: Level, less: int, more: int, debt: int, hysteresis_ppm: int
    ) -> None:
        less, more = sorted((less, more))
        better = next_level(previous, more, debt, LINES, hysteresis_ppm=hysteresis_ppm)
        assert better <= next_level(previous, less, debt, LINES, hysteresis_ppm=hysteresis_ppm)
