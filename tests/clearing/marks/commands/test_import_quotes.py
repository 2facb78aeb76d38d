"""The command import_quotes."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clearing.marks.models import Quote
from tests.clearing.marks.market import HEADER, SmallMarket, line


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    return tmp_path / "anchor.csv"


class TestImportQuotesCommand:
    def test_says_one_json_document(
        self, market: SmallMarket, delivery: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        delivery.write_text(f"{HEADER}\n{line('115.30')}\n")
        call_command("import_quotes", delivery, book="MAIN", source="anchor", json=True)
        said = capsys.readouterr()
        assert json.loads(said.out)["quotes"] == 1
        assert "1 quotes, 0 lines rejected" in said.err
        assert Quote.objects.count() == 1

    def test_lists_bad_lines_and_exits_non_zero(
        self, market: SmallMarket, delivery: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        delivery.write_text(f"{HEADER}\n{line('115.30')}\nnonsense\n")
        with pytest.raises(SystemExit) as left:
            call_command("import_quotes", delivery, book="MAIN", source="anchor", json=True)
        assert left.value.code == 1
        said = capsys.readouterr()
        (bad,) = json.loads(said.out)["rejected"]
        assert (bad["line"], bad["reason"], bad["raw"]) == (3, "fields_missing", "nonsense")
        assert "line 3: fields_missing" in said.err
        assert Quote.objects.count() == 1

    @pytest.mark.parametrize(("book", "source"), [("OTHER", "anchor"), ("MAIN", "nobody")])
    def test_refuses_what_it_does_not_know(
        self, market: SmallMarket, delivery: Path, book: str, source: str
    ) -> None:
        delivery.write_text(f"{HEADER}\n")
        with pytest.raises(CommandError) as refused:
            call_command("import_quotes", delivery, book=book, source=source)
        assert refused.value.returncode == 2

    def test_refuses_a_file_that_is_not_there(self, market: SmallMarket, delivery: Path) -> None:
        with pytest.raises(CommandError):
            call_command("import_quotes", delivery, book="MAIN", source="anchor")
