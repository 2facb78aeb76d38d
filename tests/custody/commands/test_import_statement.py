"""The command at the edge: one JSON document, human words apart, a code that says how it went."""

import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from custody.models import Statement
from tests.custody.cast import Cast, document, raw


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "monday.json"
    path.write_bytes(raw(document()))
    return path


def run(*files: Path, custodian: str = "HARBOUR", book: str = "MAIN") -> None:
    options = ["--book", book, "--custodian", custodian, "--received-on", "2008-09-15", "--json"]
    call_command("import_statement", *map(str, files), *options)


class TestImportStatement:
    def test_prints_one_document_and_words_apart(
        self, cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(file)
        out, err = capsys.readouterr()
        (told,) = json.loads(out)["statements"]
        assert told == {
            "file": "monday.json",
            "id": Statement.objects.get().pk,
            "number": "HARBOUR-CASH-000001",
            "kind": "cash",
            "statement_date": "2008-09-15",
            "state": "accepted",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "entries": 2,
            "findings": [],
            "supersedes": [],
        }
        assert err.startswith("monday.json: accepted")

    def test_takes_the_same_file_in_once(self, cast: Cast, file: Path) -> None:
        run(file, file)
        run(file)
        assert Statement.objects.count() == 1

    def test_exits_with_one_where_a_statement_is_marked(
        self, cast: Cast, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file.write_bytes(raw(document()).replace(b'"1500.00"', b'"1500.01"'))
        with pytest.raises(SystemExit) as caught:
            run(file)
        assert caught.value.code == 1
        out, err = capsys.readouterr()
        assert json.loads(out)["statements"][0]["findings"][0]["code"] == "footing_wrong"
        assert "footing_wrong at /accounts/0/balances/0/closing" in err

    def test_keeps_what_it_cannot_read(self, cast: Cast, file: Path) -> None:
        file.write_bytes(b"%PDF-1.4")
        with pytest.raises(SystemExit):
            run(file)
        assert bytes(Statement.objects.get().original) == b"%PDF-1.4"

    @pytest.mark.parametrize(
        ("book", "custodian", "message"),
        [("NOWHERE", "HARBOUR", "no book"), ("MAIN", "NOWHERE", "no custodian")],
    )
    def test_exits_with_two_where_nothing_can_be_taken(
        self, cast: Cast, file: Path, book: str, custodian: str, message: str
    ) -> None:
        with pytest.raises(CommandError, match=message) as caught:
            run(file, book=book, custodian=custodian)
        assert caught.value.returncode == 2

    def test_names_a_file_that_is_not_there_and_keeps_those_before_it(self, cast: Cast, file: Path) -> None:
        with pytest.raises(CommandError, match=r"tuesday\.json") as caught:
            run(file, file.with_name("tuesday.json"))
        assert caught.value.returncode == 2
        assert Statement.objects.count() == 1

    def test_names_an_empty_file(self, cast: Cast, file: Path) -> None:
        file.write_bytes(b"")
        with pytest.raises(CommandError, match="is empty"):
            run(file)
