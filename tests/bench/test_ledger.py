"""The benchmark of the ledger as a whole, at a size that takes a moment."""

import pytest

from bench.ledger import parser
from bench.parts import PARTS, Run
from bench.results import Result
from bench.sizes import FULL, QUICK
from tests.bench.tiny import TINY, ClonedDatabases

OF_THE_DESIGN = {
    "bulk_vs_floor",
    "hordak_speedup",
    "pgledger_speedup",
    "single_vs_bare",
    "throughput_at_50m",
    "hot_account_throughput",
    "as_of_extra_ms",
    "verify_seconds_1m",
}


class TestParts:
    def test_give_every_figure_of_the_design(self, made: ClonedDatabases) -> None:
        run = Run(sizes=TINY, databases=made, result=Result(sizes=TINY.named()), told=lambda _what: None)
        for part in PARTS.values():
            part(run)
        assert set(run.result.figures) >= OF_THE_DESIGN
        assert {name for name, target in run.result.targets.items() if target} >= OF_THE_DESIGN


class TestSizes:
    @pytest.mark.parametrize("sizes", [FULL, QUICK, TINY])
    def test_are_spread_over_months_and_named(self, sizes: object) -> None:
        assert isinstance(sizes, type(FULL))
        named = sizes.named()
        assert named["much_stored_postings"] > named["stored_postings"]
        assert sizes.stored.days() == sizes.much_stored.days()

    def test_of_a_full_run_are_those_of_the_targets(self) -> None:
        assert (FULL.stored.postings, FULL.much_stored.postings, FULL.writers) == (1_000_000, 50_000_000, 16)
        assert FULL.much_stored.months >= 24


class TestParser:
    def test_knows_the_parts(self) -> None:
        options = parser().parse_args(["--quick", "--only", "bulk", "--only", "hot"])
        assert options.quick
        assert options.only == ["bulk", "hot"]
