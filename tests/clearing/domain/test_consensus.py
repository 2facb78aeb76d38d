"""Consensus: each quote's verdict, and what the sources amount to."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from clearing.domain.consensus import (
    ConsensusRule,
    HoldReason,
    Mark,
    MarkState,
    Quote,
    Verdict,
    fix_mark,
    median,
    pairwise_spread,
)
from clearing.domain.reference_prices import PriceLimits

CLOSE = datetime(2026, 1, 9, 21, 0, tzinfo=UTC)
RULE = ConsensusRule(
    tolerance_ppm=30_000, fresh_from=CLOSE - timedelta(hours=1), fresh_until=CLOSE + timedelta(hours=1)
)
LIMITS = PriceLimits(900, 1_100)


def quote(source: str, price_minor: int, *, minutes: int = 0, epoch: int = 0) -> Quote:
    """Return a quote so many minutes after the close."""
    return Quote(source, price_minor, CLOSE + timedelta(minutes=minutes), epoch)


def fix(*quotes: Quote, rule: ConsensusRule = RULE, limits: PriceLimits | None = LIMITS) -> Mark:
    """Return the mark of the quotes for a quantity of epoch 0."""
    return fix_mark(quotes, rule=rule, quantity_epoch=0, limits=limits)


def verdicts(mark: Mark) -> list[Verdict]:
    """Return the verdicts in the order that the quotes were given."""
    return [judged.verdict for judged in mark.quotes]


class TestEachQuote:
    @pytest.mark.parametrize(
        ("bad", "verdict"),
        [
            (quote("c", 0), Verdict.NOT_POSITIVE),
            (quote("c", -1000), Verdict.NOT_POSITIVE),
            (quote("c", 1000, minutes=-61), Verdict.STALE),
            (quote("c", 1000, minutes=61), Verdict.LATE),
            (quote("c", 899), Verdict.OUTSIDE_LIMITS),
            (quote("c", 1101), Verdict.OUTSIDE_LIMITS),
            (quote("a", 1000, minutes=-1), Verdict.DUPLICATE),
            (quote("a", 1000), Verdict.DUPLICATE),
        ],
    )
    def test_is_rejected_with_its_reason_and_kept(self, bad: Quote, verdict: Verdict) -> None:
        mark = fix(quote("a", 1000), quote("b", 1010), bad)
        assert verdicts(mark) == [Verdict.ACCEPTED, Verdict.ACCEPTED, verdict]
        assert mark.quotes[2].quote is bad
        assert (mark.state, mark.price_minor) == (MarkState.OFFICIAL, 1005)

    def test_stands_at_the_edges_of_window_and_limits(self) -> None:
        mark = fix(quote("a", 1100, minutes=-60), quote("b", 1100, minutes=60), quote("c", 1100))
        assert verdicts(mark) == [Verdict.ACCEPTED] * 3

    def test_gives_way_to_a_later_one_of_its_source(self) -> None:
        mark = fix(quote("a", 1000), quote("b", 1010), quote("a", 1010, minutes=5))
        assert verdicts(mark) == [Verdict.DUPLICATE, Verdict.ACCEPTED, Verdict.ACCEPTED]
        assert mark.price_minor == 1010

    def test_does_not_give_way_to_an_invalid_one(self) -> None:
        mark = fix(quote("a", 1000), quote("a", 0, minutes=5))
        assert verdicts(mark) == [Verdict.ACCEPTED, Verdict.NOT_POSITIVE]

    def test_of_another_epoch_holds_the_mark_whatever_the_others_say(self) -> None:
        mark = fix(quote("a", 1000), quote("b", 1000), quote("c", 500, epoch=1))
        assert (mark.state, mark.reason, mark.price_minor) == (
            MarkState.HOLD,
            HoldReason.EPOCH_MISMATCH,
            None,
        )
        assert verdicts(mark)[2] is Verdict.EPOCH_MISMATCH

    def test_of_another_epoch_is_only_stale_where_it_is_stale(self) -> None:
        mark = fix(quote("a", 1000), quote("b", 1000), quote("c", 500, epoch=1, minutes=-90))
        assert mark.state is MarkState.OFFICIAL


class TestThreeOrMore:
    def test_keep_what_lies_exactly_at_the_tolerance(self) -> None:
        mark = fix(quote("a", 970), quote("b", 1000), quote("c", 1031))
        assert verdicts(mark) == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.OUTLIER]
        assert mark.price_minor == 985
        assert mark.quotes[0].deviation == Fraction(3, 100)

    def test_hold_where_fewer_than_two_are_left(self) -> None:
        mark = fix(quote("a", 950), quote("b", 1000), quote("c", 1050))
        assert (mark.state, mark.reason) == (MarkState.HOLD, HoldReason.NO_CONSENSUS)
        assert verdicts(mark) == [Verdict.OUTLIER, Verdict.NO_CONSENSUS, Verdict.OUTLIER]

    def test_hold_where_an_even_median_lies_between_two_camps(self) -> None:
        mark = fix(quote("a", 950), quote("b", 951), quote("c", 1049), quote("d", 1050))
        assert (mark.state, mark.reason) == (MarkState.HOLD, HoldReason.NO_CONSENSUS)
        assert verdicts(mark) == [Verdict.OUTLIER] * 4

    @pytest.mark.parametrize(("tick_minor", "price_minor"), [(1, 1003), (5, 1005), (10, 1000)])
    def test_round_an_even_middle_half_up_to_the_tick(self, tick_minor: int, price_minor: int) -> None:
        rule = ConsensusRule(tolerance_ppm=30_000, tick_minor=tick_minor)
        mark = fix(quote("a", 1000), quote("b", 1005), quote("c", 1000), quote("d", 1005), rule=rule)
        assert mark.price_minor == price_minor

    def test_take_an_odd_middle_as_it_is(self) -> None:
        rule = ConsensusRule(tolerance_ppm=30_000, tick_minor=10)
        assert fix(quote("a", 1001), quote("b", 1003), quote("c", 1004), rule=rule).price_minor == 1003


class TestTwo:
    def test_are_accepted_exactly_at_the_tolerance(self) -> None:
        assert fix(quote("a", 1000), quote("b", 1030)).price_minor == 1015
        apart = fix(quote("a", 1000), quote("b", 1031))
        assert verdicts(apart) == [Verdict.NO_CONSENSUS] * 2
        assert apart.price_minor is None


class TestOne:
    def test_is_flagged_and_may_liquidate_within_the_days_limits(self) -> None:
        mark = fix(quote("a", 1000))
        assert (mark.state, mark.price_minor, mark.reason) == (MarkState.SINGLE_SOURCE, 1000, None)
        assert mark.usable_for_liquidation

    def test_may_not_liquidate_without_known_limits(self) -> None:
        mark = fix(quote("a", 1000), limits=None)
        assert mark.state is MarkState.SINGLE_SOURCE
        assert not mark.usable_for_liquidation


class TestNone:
    def test_is_a_hold_and_never_zero(self) -> None:
        for mark in (fix(), fix(quote("a", 0)), fix(quote("a", 2000))):
            assert (mark.state, mark.price_minor, mark.reason) == (
                MarkState.HOLD,
                None,
                HoldReason.NO_PRICE,
            )
            assert not mark.usable_for_liquidation


class TestMedian:
    def test_is_exact(self) -> None:
        assert median([3]) == 3
        assert median([5, 1, 3]) == 3
        assert median([4, 1]) == Fraction(5, 2)

    def test_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no median"):
            median([])


class TestPairwiseSpread:
    def test_is_measured_from_the_lower_price(self) -> None:
        assert pairwise_spread([110, 100]) == Fraction(1, 10)
