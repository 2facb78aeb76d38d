"""Worked figures of the packs that ship: the vectors, regulators' examples, and each pack's own."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from accounts.domain.payloads import canonical_bytes
from contracts.domain.rule_pack import PackParameters, read_parameters
from contracts.domain.rule_pack_examples import worked
from contracts.models import RulePackVersion
from contracts.queries.rule_packs import NoPackInForce, examples_of, pack_in_force
from tests.architecture.source import ROOT

FILES = sorted((ROOT / "contracts" / "rulepacks").glob("*/*.toml"))

FIGURES = [
    # pack, kind, given, expected: amounts in minor units.
    ("CN_MARGIN/1", "capacity", {"own_minor": 50_000_000}, {"financed_minor": 62_500_000}),  # M6 at 80 %
    ("CN_MARGIN/2", "capacity", {"own_minor": 50_000_000}, {"financed_minor": 50_000_000}),  # M6 at 100 %
    (
        "CN_MARGIN/2",
        "withdrawal",  # M4
        {"assets_minor": 350_000_000, "debt_minor": 100_000_000},
        {"withdrawable_minor": 50_000_000},
    ),
    ("CN_MARGIN/2", "maintenance", {"debt_minor": 100_000_000}, {"assets_minor": 130_000_000}),
    ("US_REG_T/1", "position", {"position_minor": 1_000_000}, {"initial_margin_minor": 500_000}),
    ("US_REG_T/1", "maintenance", {"debt_minor": 600_000}, {"assets_minor": 800_000}),  # 25 % of 8,000
    ("US_REG_T/1", "minimum_own", {"own_minor": 200_000}, {"may_draw": 1}),
    (
        "HK_SFC/1",
        "loans_to_capital",
        {"capital_minor": 1_000_000, "loans_minor": 4_999_999},
        {"room_minor": 1},
    ),
    (
        "EU_ESMA/1",
        "position",  # M11
        {"position_minor": 1_000_000, "class": 4},
        {"initial_margin_minor": 200_000, "close_out_minor": 100_000},
    ),
    (
        "EU_ESMA/1",
        "negative_balance",  # M11
        {"equity_minor": -30_000},
        {"client_owes_minor": 0, "provider_bears_minor": 30_000},
    ),
    (
        "EU_ESMA/1",
        "position",  # 2 : 1
        {"position_minor": 1_000_000, "class": 5},
        {"initial_margin_minor": 500_000, "close_out_minor": 250_000},
    ),
    ("PLATFORM/1", "capacity_of_tier", {"own_minor": 100, "tier": 1}, {"financed_minor": 0}),
]


def content_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def shipped(name: str) -> PackParameters:
    return read_parameters(content_of(ROOT / "contracts" / "rulepacks" / f"{name}.toml")["parameters"])


class TestShippedFigures:
    @pytest.mark.parametrize(("pack", "kind", "given", "expected"), FIGURES)
    def test_come_out(self, pack: str, kind: str, given: dict[str, int], expected: dict[str, int]) -> None:
        assert worked(kind, given, shipped(pack)) == expected


class TestShippedPack:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
    def test_says_of_every_figure_where_it_is_from(self, path: Path) -> None:
        content = content_of(path)
        known = {source["key"] for source in content["sources"]} | {"firm"}
        assert content["basis"].keys() == content["parameters"].keys()
        assert set(content["basis"].values()) <= known
        assert all(
            source["title"] and source["issuer"] and source["reference"] for source in content["sources"]
        )
        assert all(date.fromisoformat(source["date"]) for source in content["sources"])
        assert {"en", "zh-hans", "zh-hant"} == content["title"].keys()

    def test_stands_in_the_database_as_in_its_file(self, db: None) -> None:
        """A file that has shipped is not edited: another version is another file."""
        stored = {
            f"{row.pack.code}/{row.version}": row.content
            for row in RulePackVersion.objects.filter(origin="shipped").select_related("pack")
        }
        assert stored == {
            f"{path.parent.name}/{path.stem}": canonical_bytes(content_of(path)).decode() for path in FILES
        }

    def test_holds_its_own_examples(self, db: None) -> None:
        for row in RulePackVersion.objects.all():
            examples = examples_of(row)
            assert examples
            assert [one for one in examples if not one.holds] == []


class TestPackInForce:
    @pytest.mark.parametrize(
        ("day", "version"),
        [(date(2023, 9, 11), 1), (date(2026, 1, 16), 1), (date(2026, 1, 18), 1), (date(2026, 1, 19), 2)],
    )
    def test_is_that_of_the_day_a_contract_opens(self, db: None, day: date, version: int) -> None:
        """80 % up to Sunday 18 January 2026, 100 % from Monday (vector M6's note)."""
        assert pack_in_force("CN_MARGIN", day).version == version

    def test_is_none_before_the_first(self, db: None) -> None:
        with pytest.raises(NoPackInForce):
            pack_in_force("CN_MARGIN", date(2023, 9, 8))
