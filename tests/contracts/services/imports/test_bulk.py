"""Importing parties and contracts: line by line on paper, then in whole by two people."""

import datetime as dt
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import ApprovalStatus, Party
from accounts.services.approvals import ApprovalNotApproved, approve, reject
from contracts.models import BulkImport, FinancingContract
from contracts.services.contracts import TrancheDraft
from contracts.services.imports import contract_opening
from contracts.services.imports.bulk import (
    ImportHasFaults,
    ImportRequest,
    ImportUnknown,
    carry_out_import,
    check_import,
    propose_import,
)
from contracts.services.imports.report import report_csv
from ledger.models import Account
from tests.contracts.builders import TERMS, Lending

pytestmark = pytest.mark.django_db

HEADING = (
    "contract,client,custodian,product,version,opened_on,matures_on,source,funder,share_percent,rate_percent,"
    "seniority"
)
GOOD = f"""{HEADING}
K1,CHEN,BANKA,MARGIN,1,2025-01-02,2025-12-31,third_party,AURORA,60,5.5,1
K1,CHEN,BANKA,MARGIN,1,2025-01-02,2025-12-31,matched,BEACON,40,5.5,2
K2,DUBOIS,BANKA,MARGIN,1,2025-01-02,,own,,100,,
"""

FAULTY = [
    ("K9,NOBODY,BANKA,MARGIN,1,2025-01-02,,own,,100,,", ("client", "unknown_client")),
    ("K9,AURORA,BANKA,MARGIN,1,2025-01-02,,own,,100,,", ("client", "not_a_client")),
    ("K9,CHEN,BANKX,MARGIN,1,2025-01-02,,own,,100,,", ("custodian", "unknown_custodian")),
    ("K9,CHEN,BANKA,MARGIN,7,2025-01-02,,own,,100,,", ("version", "unknown_terms")),
    ("K9,CHEN,BANKA,OTHER,1,2025-01-02,,own,,100,,", ("version", "unknown_terms")),
    ("K9,CHEN,BANKA,MARGIN,1,1890-01-02,,own,,100,,", ("opened_on", "no_rule_pack")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,loan,,100,,", ("source", "unknown_source")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,AURORA,100,,", ("source", "own_has_no_funder")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,third_party,,100,,", ("funder", "funder_missing")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,third_party,NOBODY,100,,", ("funder", "unknown_funder")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,matched,DUBOIS,100,,", ("funder", "not_a_funder")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,99.9999,,", ("share_percent", "shares_not_whole")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,99.99999,,", ("share_percent", "too_many_digits")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,1e2,,", ("share_percent", "not_a_number")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,\uff11\uff10\uff10,,", ("share_percent", "not_a_number")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,-100,,", ("share_percent", "not_a_number")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,101,,", ("share_percent", "too_large")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,100,5,", ("rate_percent", "house_has_no_rate")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,100,,0", ("seniority", "too_small")),
    ("K9,CHEN,BANKA,MARGIN,1,02/01/2025,,own,,100,,", ("opened_on", "not_a_day")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-02-30,,own,,100,,", ("opened_on", "not_a_day")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,2025-01-02,own,,100,,", ("matures_on", "matures_before_opening")),
    ("k9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,100,,", ("contract", "unfit_code")),
    ("K9,,BANKA,MARGIN,1,2025-01-02,,own,,100,,", ("client", "missing")),
    ("K9,=1+1,BANKA,MARGIN,1,2025-01-02,,own,,100,,", ("client", "formula")),
    ("K9,CHEN,BANKA,MARGIN,1,2025-01-02,,own,,100,,1,x", ("", "cells_beyond_heading")),
    ('K9,"CH\nEN",BANKA,MARGIN,1,2025-01-02,,own,,100,,', ("client", "control_character")),
]
"""A line of a contract, and what is wrong with it."""


@pytest.fixture
def lines(book: Lending) -> Lending:
    for code, kind in (("CHEN", "client"), ("DUBOIS", "client"), ("AURORA", "funder"), ("BEACON", "funder")):
        book.party(code, kind)
    book.terms["MARGIN"] = book.terms.get("MARGIN") or book.put_terms_in_force("MARGIN", TERMS)
    return book


def request(
    book: Lending, text: str | bytes, kind: str = "contracts", file_format: str = "csv"
) -> ImportRequest:
    content = text.encode() if isinstance(text, str) else text
    return ImportRequest(book.book.pk, kind, file_format, f"evening.{file_format}", content)


def faults(book: Lending, text: str | bytes, **more: str) -> list[tuple[int, str, str]]:
    report = check_import(request=request(book, text, **more))
    return [(one.line_no, one.column, one.code) for one in report.faults]


def imported(book: Lending, text: str | bytes, **more: str) -> int:
    _report, kept = propose_import(request=request(book, text, **more), maker_id=book.maker.pk)
    approve(approval_id=kept.approval_id, checker_id=book.checker.pk)
    return carry_out_import(approval_id=kept.approval_id)[1]


def opened(code: str) -> list[object]:
    """Everything of a contract but its identifiers and its code."""
    contract = FinancingContract.objects.get(code=code)
    accounts = Account.objects.filter(contract_code=code).order_by("address")
    columns = [field.attname for field in Account._meta.concrete_fields]
    hidden = {"id", "address", "contract_code", "recorded_at", "opened_at"}
    return [
        [contract.client.code, contract.custodian.code, contract.terms_id, contract.unit_id, contract.state],
        [contract.opened_on, contract.matures_on],
        [
            (
                one.address.replace(code, "X"),
                {name: getattr(one, name) for name in columns if name not in hidden},
            )
            for one in accounts
        ],
        [
            (
                one.ordinal,
                one.funder_id,
                one.share_ppm,
                one.rate_ppm,
                one.seniority,
                one.source,
                one.funded_account.address.replace(code, "X"),
                one.interest_account and one.interest_account.address.replace(code, "X"),
                one.available_account and one.available_account.address,
            )
            for one in contract.tranches.order_by("ordinal")
        ],
        [
            getattr(contract, f"{name}_account").address.replace(code, "X")
            for name in ("cash", "unsettled_cash", "principal", "interest", "penalty", "fee")
        ],
    ]


class TestContracts:
    def test_are_opened_as_one_by_one(self, lines: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(contract_opening, "CHUNK", 1)
        assert imported(lines, GOOD) == 2
        aurora, beacon = lines.party("AURORA", "funder"), lines.party("BEACON", "funder")
        lines.open(
            "H1",
            client="CHEN",
            tranches=(
                TrancheDraft(aurora.pk, 600_000, 55_000),
                TrancheDraft(beacon.pk, 400_000, 55_000, seniority=2, is_matched=True),
            ),
            opened_on=dt.date(2025, 1, 2),
            matures_on=dt.date(2025, 12, 31),
            approved=False,
        )
        assert opened("K1") == opened("H1")
        assert [one.share_ppm for one in FinancingContract.objects.get(code="K2").tranches.all()] == [
            1_000_000
        ]

    def test_are_left_alone_by_a_dry_run(self, lines: Lending) -> None:
        before = Account.objects.count()
        report = check_import(request=request(lines, GOOD))
        assert (report.is_clean, report.lines, report.subjects) == (True, 3, 2)
        assert Account.objects.count() == before
        assert not FinancingContract.objects.exists()
        assert not BulkImport.objects.exists()

    def test_are_refused_by_line_and_column(self, lines: Lending) -> None:
        """One file with a contract for each fault: every line has its own, and no other."""
        wrong = [line.replace("K9", f"K{number}") for number, (line, _fault) in enumerate(FAULTY, start=10)]
        found = faults(lines, "\n".join([HEADING, *wrong]) + "\n")
        assert [(column, code) for _line, column, code in found] == [fault for _line, fault in FAULTY]
        assert len({line for line, _column, _code in found}) == len(FAULTY)

    def test_are_refused_where_lines_disagree(self, lines: Lending) -> None:
        imported(lines, GOOD)
        again = GOOD + "K1,CHEN,BANKA,MARGIN,1,2025-01-03,2025-12-31,third_party,AURORA,10,5,1\n"
        assert set(faults(lines, again)) >= {
            (2, "contract", "contract_exists"),
            (2, "share_percent", "shares_not_whole"),
            (5, "contract", "differs_from_first_line"),
            (5, "funder", "duplicate_line"),
        }

    def test_are_one_import_however_often_given(self, lines: Lending) -> None:
        imported(lines, GOOD)
        assert check_import(request=request(lines, GOOD)).is_replay
        report, kept = propose_import(request=request(lines, GOOD), maker_id=lines.maker.pk)
        assert report.is_replay
        assert kept.carried_out_at is not None
        assert FinancingContract.objects.count() == 2


class TestTwoPeople:
    def test_decide_and_nothing_is_taken_before(self, lines: Lending) -> None:
        _report, kept = propose_import(request=request(lines, GOOD), maker_id=lines.maker.pk)
        assert propose_import(request=request(lines, GOOD), maker_id=lines.maker.pk)[1] == kept
        with pytest.raises(ApprovalNotApproved):
            carry_out_import(approval_id=kept.approval_id)
        reject(approval_id=kept.approval_id, checker_id=lines.checker.pk)
        with pytest.raises(ApprovalNotApproved):
            carry_out_import(approval_id=kept.approval_id)
        with pytest.raises(ImportUnknown):
            carry_out_import(approval_id=0)
        assert imported(lines, GOOD) == 2

    def test_are_not_asked_for_what_has_faults(self, lines: Lending) -> None:
        with pytest.raises(ImportHasFaults, match="no such client"):
            imported(lines, GOOD.replace("CHEN", "NOBODY"))
        assert not BulkImport.objects.exists()

    def test_see_it_refused_when_the_world_has_moved(self, lines: Lending) -> None:
        _report, kept = propose_import(request=request(lines, GOOD), maker_id=lines.maker.pk)
        approve(approval_id=kept.approval_id, checker_id=lines.checker.pk)
        imported(lines, GOOD.replace("K2", "K3"))
        with pytest.raises(ImportHasFaults):
            carry_out_import(approval_id=kept.approval_id)
        kept.approval.refresh_from_db()
        assert kept.approval.status == ApprovalStatus.APPROVED
        assert not FinancingContract.objects.filter(code="K2").exists()


class TestParties:
    TEXT = "code,kind,name,language\nEMMA,client,Emma Lin,zh-hant\nHARBOUR,funder,Harbour Lending,\n"

    def test_are_registered(self, lines: Lending) -> None:
        assert imported(lines, self.TEXT, kind="parties") == 2
        assert Party.objects.get(code="EMMA").locale == "zh-hant"

    def test_are_refused_by_line_and_column(self, lines: Lending) -> None:
        text = "code,kind,name,language\nCHEN,client,A,\nNEW,pirate,B,\nN/1,client,C,tlh\nNEW,client,,\n"
        assert faults(lines, text, kind="parties") == [
            (2, "code", "party_exists"),
            (3, "kind", "unknown_kind"),
            (4, "code", "unfit_code"),
            (4, "language", "unknown_language"),
            (5, "name", "missing"),
        ]


class TestReport:
    def test_runs_nothing_in_a_spreadsheet(self, lines: Lending) -> None:
        report = check_import(
            request=request(lines, f"{HEADING}\nK9,@SUM(A1),BANKA,MARGIN,1,2025-01-02,,own,,100,,\n")
        )
        assert "'@SUM(A1)" in report_csv(report=report)


class TestCommands:
    def test_dry_run_propose_and_take(
        self, lines: Lending, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = tmp_path / "contracts.csv"
        file.write_text(GOOD)
        book = ["--book", lines.book.code, "--json"]
        call_command("import_contracts", str(file), *book)
        assert '"faults": []' in capsys.readouterr().out
        with pytest.raises(SystemExit) as awaited:
            call_command("import_contracts", str(file), *book, "--maker", lines.maker.username)
        assert awaited.value.code == 3
        people = ["--maker", lines.maker.username, "--checker", lines.checker.username]
        call_command("import_contracts", str(file), *book, *people)
        assert '"taken": 2' in capsys.readouterr().out
        bad = tmp_path / "parties.csv"
        bad.write_text("code,kind,name\n=A,client,B\n")
        with pytest.raises(SystemExit) as refused:
            call_command("import_parties", str(bad), *book, "--report", str(tmp_path / "report.csv"))
        assert refused.value.code == 1
        assert "formula" in (tmp_path / "report.csv").read_text()
