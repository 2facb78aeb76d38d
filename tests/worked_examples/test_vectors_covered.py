"""The tables of the worked examples against the golden vectors beside the repository, where they are."""

import json
from pathlib import Path

import pytest

from tests.worked_examples import test_interest, test_ladder, test_margin, test_prices, test_waterfall

GOLDEN = Path(__file__).resolve().parents[3] / "shared" / "golden" / "vectors.json"

TABLES = [module.VECTORS for module in (test_interest, test_margin, test_waterfall, test_prices, test_ladder)]

ELSEWHERE = {
    "L4": "an exchange's liquidation prices: not a feature",
    "L6": "an exchange's deleveraging score: not a feature",
    "P8": "penalty for a failed settlement: not a feature yet",
    "S1": "tests/clearing/domain/test_client_money.py",
    "S2": "reserve formula of a broker-dealer: not a feature",
}


class TestWorkedExamples:
    def test_state_each_vector_once(self) -> None:
        ids = [name for table in TABLES for name in table]
        assert len(ids) == len(set(ids))

    @pytest.mark.skipif(not GOLDEN.exists(), reason="shared absent: ../shared/golden/vectors.json")
    def test_cover_every_golden_vector_with_its_figures(self) -> None:
        golden = {vector["id"]: vector["expected"] for vector in json.loads(GOLDEN.read_text("utf-8"))}
        stated = {name: figures for table in TABLES for name, figures in table.items()}
        assert golden.keys() == stated.keys() | ELSEWHERE.keys()
        assert stated == {name: golden[name] for name in stated}
