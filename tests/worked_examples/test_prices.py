"""Prices worked by hand: consensus of sources, limits, ex-right references, epochs.

Source: golden vectors P1 to P6; DESIGN 6 (marks).
"""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from clearing.domain.consensus import (
    ConsensusRule,
    HoldReason,
    MarkState,
    Quote,
    Verdict,
    fix_mark,
    median,
    pairwise_spread,
)
from clearing.domain.margin import coverage, market_value
from clearing.domain.reference_prices import anchor_ratio, ex_right_reference, is_anchored, price_limits
from tests.worked_examples.figures import Expected, in_text, minor, rounded, rounded_percent

VECTORS: dict[str, Expected] = {
    "P1": {"median": "10.02", "kept": "2", "accepted": "10.01", "rejected_dev_pct": "14.7705"},
    "P2": {
        "pairwise_pct": "6",
        "dev_from_mid_pct": "2.9126",
        "state": "NO_CONSENSUS: hold, no liquidation, no withdrawals",
    },
    "P3": {"anchor_ratio": "0.98", "valid": "False"},
    "P4": {"dn10": "11.11", "up10": "13.57", "dn20": "9.87", "dn5": "11.72"},
    "P5": {"ref": "14.07"},
    "P6": {"correct_ratio_pct": "166.6667", "false_ratio_pct": "83.3333"},
}

CLOSE = datetime(2026, 1, 9, 7, 0, tzinfo=UTC)
THREE_PERCENT = ConsensusRule(tolerance_ppm=30_000)


def quotes(*prices: str, epoch: int = 0) -> list[Quote]:
    """Return one quote a price, each of a source of its own."""
    return [
        Quote(f"source-{number}", minor(price), CLOSE, epoch) for number, price in enumerate(prices, start=1)
    ]


class TestThreeSources:
    def test_drop_the_outlier_and_meet_in_the_middle(self) -> None:
        expected = VECTORS["P1"]
        asked = quotes("10.00", "10.02", "11.50")
        mark = fix_mark(asked, rule=THREE_PERCENT, quantity_epoch=0)
        assert in_text(int(median([quote.price_minor for quote in asked]))) == expected["median"]
        assert mark.state is MarkState.OFFICIAL
        assert mark.price_minor == minor(expected["accepted"])
        verdicts = [judged.verdict for judged in mark.quotes]
        assert str(verdicts.count(Verdict.ACCEPTED)) == expected["kept"]
        assert verdicts[2] is Verdict.OUTLIER
        assert rounded_percent(mark.quotes[2].deviation) == expected["rejected_dev_pct"]


class TestTwoSources:
    def test_are_held_apart_by_their_spread_and_not_by_their_middle(self) -> None:
        expected = VECTORS["P2"]
        asked = quotes("10.00", "10.60")
        prices = [quote.price_minor for quote in asked]
        mark = fix_mark(asked, rule=THREE_PERCENT, quantity_epoch=0)
        assert rounded_percent(pairwise_spread(prices)) == expected["pairwise_pct"]
        assert rounded_percent((prices[1] - median(prices)) / median(prices)) == expected["dev_from_mid_pct"]
        assert expected["state"].startswith(HoldReason.NO_CONSENSUS.value)
        assert (mark.state, mark.reason) == (MarkState.HOLD, HoldReason.NO_CONSENSUS)
        assert mark.price_minor is None
        assert not mark.usable_for_liquidation


class TestAnchor:
    def test_refuses_a_pivot_outside_its_bounds(self) -> None:
        main, pivot = minor("10.00"), minor("9.80")
        assert rounded(anchor_ratio(main, pivot), 6) == VECTORS["P3"]["anchor_ratio"]
        valid = is_anchored(main, pivot, lowest_ppm=990_000, highest_ppm=1_010_000)
        assert str(valid) == VECTORS["P3"]["valid"]


class TestPriceLimits:
    @pytest.mark.parametrize("percent", [5, 10, 20])
    def test_are_rounded_half_up_to_the_cent(self, percent: int) -> None:
        limits = price_limits(minor("12.34"), percent * 10_000)
        figures = {f"dn{percent}": limits.lowest_minor, f"up{percent}": limits.highest_minor}
        known = {name: amount for name, amount in figures.items() if name in VECTORS["P4"]}
        assert known
        assert all(in_text(amount) == VECTORS["P4"][name] for name, amount in known.items())


class TestExRightReference:
    def test_takes_cash_bonus_and_rights_together(self) -> None:
        """Previous close 20.00, cash 0.50, bonus 3 per 10, rights 2 per 10 at 8.00."""
        reference = ex_right_reference(
            minor("20.00"),
            cash_minor=minor("0.50"),
            bonus=Fraction(3, 10),
            rights=Fraction(2, 10),
            rights_price_minor=minor("8.00"),
        )
        assert in_text(reference) == VECTORS["P5"]["ref"]


class TestSplit:
    """2 for 1 on 1,000 shares at 20.00 against 12,000.00, the price adjusted a day before the quantity."""

    def test_would_halve_the_coverage_where_epochs_are_mixed(self) -> None:
        debt = minor("12000")
        correct = coverage(market_value(2_000, minor("10.00")), debt)
        mixed = coverage(market_value(1_000, minor("10.00")), debt)
        assert rounded_percent(correct) == VECTORS["P6"]["correct_ratio_pct"]
        assert rounded_percent(mixed) == VECTORS["P6"]["false_ratio_pct"]

    def test_is_held_until_the_epochs_match(self) -> None:
        asked = quotes("10.00", "10.00", "10.00", epoch=1)
        early = fix_mark(asked, rule=THREE_PERCENT, quantity_epoch=0)
        assert (early.state, early.reason) == (MarkState.HOLD, HoldReason.EPOCH_MISMATCH)
        assert not early.usable_for_liquidation
        assert fix_mark(asked, rule=THREE_PERCENT, quantity_epoch=1).price_minor == minor("10.00")
