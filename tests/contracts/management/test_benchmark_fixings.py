"""The command takes fixings in, line by line first; two people set them."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Approval
from contracts.models import BenchmarkFixing
from tests.contracts.builders import Lending

SHEET = "fixing_date,rate_percent\n2025-01-20,3.1\n2025-02-20,3.0\n"


def asked(*words: str) -> Any:
    out = StringIO()
    call_command("benchmark_fixings", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


class TestBenchmarkFixings:
    def test_are_tried_proposed_approved_and_set(self, book: Lending, tmp_path: Path) -> None:
        file = tmp_path / "lpr.csv"
        file.write_text(SHEET, "utf-8")
        asked("create", "LPR", "--name", "Loan prime rate", "--administrator", "NIFC", "--valid-days", "40")
        tried = asked("import", "LPR", str(file), "--dry-run")
        assert ([line["change"] for line in tried["lines"]], tried["approval"]) == (["new", "new"], None)
        assert not Approval.objects.filter(kind="set_benchmark").exists()
        who = ["--source", "notice of the NIFC", "--maker", book.maker.username]
        number = asked("import", "LPR", str(file), *who)["approval"]
        with pytest.raises(CommandError):
            asked("set", str(number))
        book.agree(Approval.objects.get(pk=number))
        assert asked("set", str(number))["fixings"] == [["2025-01-20", 31_000], ["2025-02-20", 30_000]]
        assert asked("list", "LPR")["fixings"][0] == ["2025-02-20", 30_000]
        with pytest.raises(CommandError):
            asked("set", str(number))
        # The same sheet again has nothing new; a day put right takes the other's place.
        with pytest.raises(CommandError, match="at least one"):
            asked("import", "LPR", str(file), *who)
        file.write_text(SHEET.replace("3.0\n", "3.05\n"), "utf-8")
        again = asked("import", "LPR", str(file), *who)
        assert [line["change"] for line in again["lines"]] == ["same", "correction"]
        assert len(Approval.objects.get(pk=again["approval"]).payload["fixings"]) == 1

    def test_are_taken_whole_or_not_at_all(self, book: Lending, tmp_path: Path) -> None:
        file = tmp_path / "lpr.csv"
        file.write_text(SHEET + "2025-03-20,three\n", "utf-8")
        asked("create", "LPR", "--name", "Loan prime rate", "--administrator", "NIFC", "--valid-days", "40")
        with pytest.raises(CommandError, match="see the lines"):
            asked("import", "LPR", str(file), "--dry-run")
        with pytest.raises(CommandError, match="4: rate"):
            asked("import", "LPR", str(file), "--source", "notice", "--maker", book.maker.username)
        assert BenchmarkFixing.objects.count() == 0

    def test_name_what_there_is(self, book: Lending, tmp_path: Path) -> None:
        for words in (["list", "SHIBOR"], ["set", str(book.terms["MARGIN"].approval_id)]):
            with pytest.raises(CommandError):
                asked(*words)
