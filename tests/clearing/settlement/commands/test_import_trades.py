"""The command import_trades."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clearing.settlement.models import Trade
from tests.clearing.settlement.world import World

HEADER = "contract,instrument,side,quantity,price,trade_date,broker_reference"


@pytest.fixture
def fills(tmp_path: Path) -> Path:
    return tmp_path / "fills.csv"


class TestImportTradesCommand:
    def test_books_into_the_open_day(
        self, world: World, fills: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world.deposit("F1", 5_000_000)
        fills.write_text(f"{HEADER}\nF1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1\n")
        call_command("import_trades", fills, book="MAIN", json=True)
        said = capsys.readouterr()
        assert json.loads(said.out)["booked"] == 1
        assert "1 trades booked" in said.err
        assert Trade.objects.count() == 1

    def test_exits_non_zero_where_something_was_found(
        self, world: World, fills: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lines = "F1,XNYS:IBM,buy,1000,12.00,2008-09-15,B-1\nF1,XNYS:IBM,sell,1,12.00,2008-09-15,B-2\n"
        fills.write_text(f"{HEADER}\n{lines}")
        with pytest.raises(SystemExit) as left:
            call_command("import_trades", fills, book="MAIN", json=True)
        assert left.value.code == 1
        said = capsys.readouterr()
        document = json.loads(said.out)
        assert [found["kind"] for found in document["findings"]] == ["overrun"]
        assert [bad["reason"] for bad in document["rejected"]] == ["oversold"]
        assert "B-1: overrun" in said.err

    @pytest.mark.parametrize("options", [{"book": "OTHER"}, {"book": "MAIN", "maker": "nobody"}])
    def test_refuses_what_it_does_not_know(self, world: World, fills: Path, options: dict[str, str]) -> None:
        fills.write_text(f"{HEADER}\n")
        with pytest.raises(CommandError) as refused:
            call_command("import_trades", fills, **options)
        assert refused.value.returncode == 2
