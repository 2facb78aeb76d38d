"""What a rule pack's figures come to, and what of some terms is looser."""

from fractions import Fraction
from typing import Any

import pytest

from contracts.domain.rule_pack import (
    InvalidRulePack,
    leverage_cap,
    looser_terms,
    maintenance_coverage,
    maintenance_equity_ratio,
    read_parameters,
    tier_cap,
)
from contracts.domain.rule_pack_diff import Direction, changes
from contracts.domain.rule_pack_examples import worked
from tests.contracts.packs import TERMS_ROW, parameters


class TestReadParameters:
    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"initial_margin_ppm": 0}, "initial_margin_ppm"),
            ({"initial_margin_ppm": 1_000_001}, "initial_margin_ppm"),
            ({"initial_margin_ppm": "50 %"}, "initial_margin_ppm"),
            ({"initial_margin_ppm": True}, "initial_margin_ppm"),
            ({"initial_margin_of": "debt"}, "initial_margin_of"),
            ({"maintenance_ppm": 1_000_000}, "maintenance_ppm"),
            ({"leverage_cap_ppm_by_tier": [1_000_000]}, "leverage_cap_ppm_by_tier"),
            ({"leverage_cap_ppm_by_tier": [2_000_000] * 4 + [1_000_000]}, "leverage_cap_ppm_by_tier"),
            ({"day_counts": ["ACT_366"]}, "day_counts"),
            ({"negative_balance_protection": 1}, "negative_balance_protection"),
            ({"minimum_own_minor": 200_000}, "minimum_own_unit"),
            ({"classes": [{"code": "share", "colour": 1}]}, "class"),
            ({"liquidation_line_ppm": 900_000}, "liquidation_line_ppm"),
            ({"wind": 1}, "wind"),
        ],
    )
    def test_names_what_is_wrong(self, change: dict[str, Any], named: str) -> None:
        with pytest.raises(InvalidRulePack, match=named):
            read_parameters(parameters(**change))

    def test_names_what_is_missing(self) -> None:
        raw = parameters()
        del raw["haircut_floor_ppm"]
        with pytest.raises(InvalidRulePack, match="haircut_floor_ppm is missing"):
            read_parameters(raw)


class TestLeverageCap:
    @pytest.mark.parametrize(
        ("of", "ppm", "cap"),
        [
            ("financed", 1_000_000, Fraction(2)),
            ("financed", 800_000, Fraction(9, 4)),
            ("position", 500_000, Fraction(2)),
            ("position", 200_000, Fraction(5)),
        ],
    )
    def test_follows_what_the_margin_is_of(self, of: str, ppm: int, cap: Fraction) -> None:
        raw = parameters(initial_margin_of=of, initial_margin_ppm=ppm)
        assert leverage_cap(read_parameters(raw)) == cap

    def test_has_a_cap_for_each_tier(self) -> None:
        pack = read_parameters(parameters())
        assert [tier_cap(pack, tier) for tier in (1, 3, 5)] == [1, Fraction(3, 2), 2]
        with pytest.raises(InvalidRulePack):
            tier_cap(pack, 6)


class TestMaintenance:
    def test_is_one_line_in_either_measure(self) -> None:
        """Vector M7: an equity ratio of 25 % is a coverage of 133.33 %, 130 % a ratio of 23.08 %."""
        ratio = read_parameters(parameters())
        coverage = parameters(maintenance_measure="coverage", maintenance_ppm=1_300_000)
        assert maintenance_coverage(ratio) == Fraction(4, 3)
        assert maintenance_equity_ratio(read_parameters(coverage)) == Fraction(3, 13)


class TestLooserTerms:
    def test_lets_terms_pass_at_the_pack_s_own_figures(self) -> None:
        assert looser_terms(TERMS_ROW, read_parameters(parameters())) == ()

    def test_names_every_parameter_that_is_looser(self) -> None:
        terms = {**TERMS_ROW, "initial_margin_ppm": 499_999, "max_leverage_ppm": 2_000_001}
        names = [one.name for one in looser_terms(terms, read_parameters(parameters()))]
        assert names == ["initial_margin_ppm", "max_leverage_ppm"]


class TestWorked:
    def test_refuses_a_kind_or_an_input_that_is_not_there(self) -> None:
        pack = read_parameters(parameters())
        with pytest.raises(InvalidRulePack, match="wind"):
            worked("wind", {}, pack)
        with pytest.raises(InvalidRulePack, match="own_minor"):
            worked("capacity", {}, pack)
        for kind in ("withdrawal", "loans_to_capital"):
            with pytest.raises(InvalidRulePack):
                worked(kind, {"capital_minor": 1, "loans_minor": 1}, pack)


class TestChanges:
    @pytest.mark.parametrize(
        ("change", "direction"),
        [
            ({"initial_margin_ppm": 600_000}, Direction.STRICTER),
            ({"initial_margin_ppm": 400_000}, Direction.LOOSER),
            ({"call_deadline_sessions": 5}, Direction.STRICTER),
            ({"leverage_cap_ppm_by_tier": [1_000_000] * 5}, Direction.STRICTER),
            ({"negative_balance_protection": True}, Direction.STRICTER),
            ({"capitalisation_permitted": False}, Direction.STRICTER),
            ({"day_counts": ["ACT_360"]}, Direction.OTHER),
        ],
    )
    def test_says_which_way_a_change_goes(self, change: dict[str, Any], direction: Direction) -> None:
        (found,) = changes(parameters(), parameters(**change))
        assert (found.name, found.direction) == (next(iter(change)), direction)

    def test_calls_a_figure_in_another_measure_neither(self) -> None:
        after = parameters(initial_margin_ppm=1_000_000, initial_margin_of="financed")
        assert {one.direction for one in changes(parameters(), after)} == {Direction.OTHER}
