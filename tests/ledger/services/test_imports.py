"""Foreign journals and opening balances: every line answered for, nothing plugged, one file one import."""

import csv
import datetime as dt
import io
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.services.approvals import approve
from ledger.models import ImportFile, ImportLine, JournalEntry
from ledger.queries.balances import balance
from ledger.queries.export import ExportFormat, account_names, export_journal
from ledger.queries.trial_balance import trial_balance
from ledger.queries.verification import Verdict, verify_book
from ledger.services import import_refusals as refusals
from ledger.services.days import open_business_day
from ledger.services.imports import (
    ImportReport,
    ImportRequest,
    post_import,
    propose_import,
    simulate_import,
)
from ledger.services.refusals import DayNotOpen
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.queries.test_export import run_bean_check
from tests.ledger.services.test_days import checker, close

__all__ = ["checker"]
pytestmark = pytest.mark.django_db
MAPPING = """account,address
Assets:Bank,client/custody/BANKA
Liabilities:Wang,client/W1/F1/cash
Liabilities:Okafor,client/O1/F2/cash
Assets:Funder,funder/custody/BANKA
Liabilities:Harbour,funder/H1/available
Equity:Nowhere,client/W1/F1/nothing
"""
GOOD = """2008-09-01 * "Pays in"
  Assets:Bank  100.00 USD
  Liabilities:Wang
"""


def request_of(book: SmallBook, text: str | bytes, **changes: object) -> ImportRequest:
    content = text if isinstance(text, bytes) else text.encode()
    fields: dict[str, object] = {
        "book_id": book.book.id,
        "kind": "journal_imported",
        "file_format": "beancount",
        "name": "foreign.beancount",
        "content": content,
        "mapping": MAPPING,
    }
    return ImportRequest(**{**fields, **changes})  # type: ignore[arg-type]


def outcomes(report: ImportReport) -> list[tuple[int, str, str]]:
    return [(line.line_no, line.outcome, line.code) for line in report.lines]


def post(request: ImportRequest, book: SmallBook, checker: User) -> ImportReport:
    _, approval = propose_import(request=request, maker_id=book.maker.id)
    approve(approval_id=approval.pk, checker_id=checker.id)
    return post_import(request=request, approval_id=approval.pk)


class TestSimulateImport:
    def test_writes_nothing(self, main_book: SmallBook) -> None:
        report = simulate_import(request=request_of(main_book, GOOD), maker_id=main_book.maker.id)
        assert outcomes(report) == [(1, "taken", "")]
        assert (JournalEntry.objects.count(), ImportFile.objects.count()) == (0, 0)

    @pytest.mark.parametrize(
        ("bad", "code"),
        [
            ("  Assets:Elsewhere 1.00 USD\n  Liabilities:Wang -1.00 USD", "ledger_import_account_unmapped"),
            ("  Equity:Nowhere 1.00 USD\n  Liabilities:Wang -1.00 USD", "ledger_import_account_unknown"),
            ("  Assets:Bank 1.00 XXX\n  Liabilities:Wang -1.00 XXX", "ledger_import_unit_unknown"),
            ("  Assets:Bank 1.001 USD\n  Liabilities:Wang -1.001 USD", "ledger_import_amount"),
            ("  Assets:Bank 1.00 USD\n  Liabilities:Wang -2.00 USD", "ledger_posting_entry_balances"),
            ("  Assets:Bank 1.00 USD\n  Liabilities:Harbour -1.00 USD", "ledger_posting_entry_balances"),
            ("  Assets:Bank 1.00 USD @ 7.8 HKD\n  Liabilities:Wang", "ledger_import_exchange"),
            ("  Assets:Bank\n  Liabilities:Wang", "ledger_import_two_left_out"),
            ("  Assets:Bank 0.00 USD\n  Liabilities:Wang", "ledger_import_no_postings"),
            ("  Liabilities:Wang 1.00 USD\n  Liabilities:Okafor", "ledger_posting_owner_keeps_own"),
            ("  Liabilities:Okafor 1.00 USD\n  Assets:Bank", "ledger_balance_not_in_debit"),
            (
                "  Assets:Bank 1.00 USD\n  Liabilities:Wang -1.00 USD\n"
                "  Assets:Funder -1.00 USD\n  Liabilities:Harbour 1.00 USD",
                "ledger_posting_flow_permitted",
            ),
        ],
    )
    def test_refuses_by_name_and_takes_the_rest(self, main_book: SmallBook, bad: str, code: str) -> None:
        text = f'2008-09-02 * "bad"\n{bad}\n\n{GOOD}'
        report = simulate_import(request=request_of(main_book, text), maker_id=main_book.maker.id)
        assert [line.code for line in report.lines if line.outcome == "refused"] == [code]
        assert report.count("taken") == 1

    @pytest.mark.parametrize("content", [b"\xff\xfe2\0", b"2008-09-01 \xe9", b"a\0b"])
    def test_refuses_what_is_no_text(self, main_book: SmallBook, content: bytes) -> None:
        with pytest.raises(refusals.ImportUnreadable):
            simulate_import(request=request_of(main_book, content), maker_id=main_book.maker.id)

    def test_needs_an_open_day(self, db: None) -> None:
        book = small_book(day=None)
        with pytest.raises(DayNotOpen):
            simulate_import(request=request_of(book, GOOD), maker_id=book.maker.id)

    def test_checks_the_balances_that_the_file_asserts(self, main_book: SmallBook) -> None:
        text = GOOD + (
            "\n2008-09-01 balance Assets:Bank 0.00 USD\n2008-09-02 balance Assets:Bank 100.00 USD\n"
            "2008-09-02 balance Assets:Bank 99.00 USD\n2008-09-02 balance Assets 100.00 USD\n"
        )
        report = simulate_import(request=request_of(main_book, text), maker_id=main_book.maker.id)
        assert [code for _, outcome, code in outcomes(report) if outcome == "refused"] == [
            "ledger_import_assertion_fails",
            "ledger_import_syntax",
        ]
        assert report.count("checked") == 2


class TestPostImport:
    def test_books_into_the_open_day_with_the_files_own_dates(
        self, main_book: SmallBook, checker: User
    ) -> None:
        report = post(request_of(main_book, GOOD), main_book, checker)
        assert report.lines[0].entry_id is not None
        entry = JournalEntry.objects.get(pk=report.lines[0].entry_id)
        assert (entry.kind_id, entry.booking_date, entry.value_date) == (
            "journal_imported",
            MONDAY,
            dt.date(2008, 9, 1),
        )
        assert "Pays in" not in entry.narration
        assert ImportLine.objects.get().text.startswith('2008-09-01 * "Pays in"')
        assert bytes(ImportFile.objects.get().content) == GOOD.encode()
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_of_the_same_file_is_one_import(self, main_book: SmallBook, checker: User) -> None:
        first = post(request_of(main_book, GOOD), main_book, checker)
        again = post_import(request=request_of(main_book, GOOD), approval_id=0)
        assert again.is_replay
        assert again.lines == first.lines
        assert JournalEntry.objects.count() == 1

    def test_needs_a_second_person(self, main_book: SmallBook) -> None:
        request = request_of(main_book, GOOD)
        _, approval = propose_import(request=request, maker_id=main_book.maker.id)
        for approval_id in (approval.pk, 0):
            with pytest.raises(refusals.ImportNotApproved):
                post_import(request=request, approval_id=approval_id)
        assert JournalEntry.objects.count() == 0

    def test_posts_exactly_the_outcome_that_was_approved(self, main_book: SmallBook, checker: User) -> None:
        """Money for the withdrawal was there when it was proposed, and is gone when it is posted."""
        main_book.post(main_book.draft("client_deposit", bank=100, wang=-100))
        request = request_of(main_book, '2008-09-02 * "out"\n  Liabilities:Wang 1.00 USD\n  Assets:Bank\n')
        _, approval = propose_import(request=request, maker_id=main_book.maker.id)
        approve(approval_id=approval.pk, checker_id=checker.id)
        main_book.post(main_book.draft("client_withdrawal", bank=-100, wang=100))
        with pytest.raises(refusals.ImportNotApproved):
            post_import(request=request, approval_id=approval.pk)

    def test_takes_all_or_none_where_asked(self, main_book: SmallBook) -> None:
        request = request_of(main_book, GOOD + "\ninclude nothing\n", all_or_none=True)
        with pytest.raises(refusals.ImportHasRefusals, match="line 5"):
            propose_import(request=request, maker_id=main_book.maker.id)

    def test_finds_one_bad_line_among_many(self, main_book: SmallBook, checker: User) -> None:
        """Only the database knows the limit, so the batch is halved until the culprit stands alone."""
        text = "\n".join(GOOD for _ in range(40)) + '\n2008-09-02 * "out"\n  Assets:Bank -1.00 USD\n'
        text += "  Liabilities:Okafor 1.00 USD\n"
        report = post(request_of(main_book, text), main_book, checker)
        assert (report.count("taken"), report.count("refused")) == (40, 1)
        assert balance(account_id=main_book.accounts["wang"]) == -4000_00


class TestOpeningBalance:
    TRIAL = "account,unit,amount,side\nAssets:Bank,USD,150.00,debit\nLiabilities:Wang,USD,100.00,credit\n"

    def opening(self, book: SmallBook, text: str, file_format: str = "csv") -> ImportRequest:
        return request_of(book, text, kind="opening_balance", file_format=file_format, name="opening.csv")

    @pytest.mark.parametrize("file_format", ["csv", "beancount"])
    def test_opens_a_book(self, main_book: SmallBook, checker: User, file_format: str) -> None:
        text = self.TRIAL + "Liabilities:Okafor,USD,50.00,credit\n"
        if file_format == "beancount":
            text = (
                "2008-09-15 balance Assets:Bank 150.00 USD\n2008-09-15 balance Liabilities:Wang -100.00 USD\n"
                "2008-09-15 balance Liabilities:Okafor -50.00 USD\n"
            )
        report = post(self.opening(main_book, text, file_format), main_book, checker)
        assert report.count("taken") == 1
        assert balance(account_id=main_book.accounts["bank"]) == 150_00
        assert verify_book(book=main_book.book).verdict is Verdict.CLEAN

    def test_names_a_difference_and_plugs_nothing(self, main_book: SmallBook) -> None:
        with pytest.raises(refusals.ImportHasRefusals, match=r"ring client, unit USD: the legs sum to 50"):
            propose_import(request=self.opening(main_book, self.TRIAL), maker_id=main_book.maker.id)

    def test_is_refused_to_a_book_with_a_past(self, main_book: SmallBook, checker: User) -> None:
        close(main_book, checker)
        tuesday = MONDAY + dt.timedelta(1)
        open_business_day(book_id=main_book.book.id, business_date=tuesday, maker_id=main_book.maker.id)
        text = self.TRIAL + "Liabilities:Okafor,USD,50.00,credit\n"
        report = simulate_import(request=self.opening(main_book, text), maker_id=main_book.maker.id)
        assert [line.code for line in report.lines] == ["ledger_journalentry_opens_a_new_book"]


class TestRoundTrip:
    def test_our_own_export_gives_the_same_trial_balance(self, main_book: SmallBook, checker: User) -> None:
        main_book.post(
            main_book.draft("client_deposit", bank=500_00, wang=-500_00),
            main_book.draft("client_deposit", bank=300_01, okafor=-300_01),
            main_book.draft("securities_in", vault=7, wang_shares=-7),
            main_book.draft("funder_deposit", funder_bank=900_00, harbour=-900_00),
            main_book.draft("client_withdrawal", bank=-20_00, wang=20_00),
        )
        text = "".join(export_journal(book=main_book.book, export_format=ExportFormat.BEANCOUNT))
        names = account_names(book=main_book.book, export_format=ExportFormat.BEANCOUNT)
        mapping = "account,address\n" + "".join(f"{name},{address}\n" for address, name in names.items())
        other = small_book(code="OTHER")
        report = post(request_of(other, text, mapping=mapping), other, checker)
        assert (report.count("taken"), report.count("refused")) == (5, 0)
        assert trial_balance(book_id=other.book.id) == trial_balance(book_id=main_book.book.id)


class TestCommand:
    def test_reports_dry_and_proposes(
        self, main_book: SmallBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        place = tmp_path
        (place / "j").write_text(GOOD + "\n=cmd()\n")
        (place / "m").write_text(MAPPING)
        arguments = [
            str(place / "j"),
            "--book",
            "MAIN",
            "--format",
            "beancount",
            "--mapping",
            str(place / "m"),
        ]
        for more in (["--report", str(place / "r.csv")], ["--propose"]):
            with pytest.raises(SystemExit) as caught:
                call_command("import_journal", *arguments, *more, "--json")
            assert caught.value.code == 1
        said = capsys.readouterr()
        assert "line 5: ledger_import_syntax" in said.err
        assert "'=cmd()" in (place / "r.csv").read_text()


OLD_HOUSE = """option "title" "An old house"
2008-08-01 open Assets:Bank          USD
2008-08-01 open Liabilities:Wang     USD
2008-08-01 open Liabilities:Okafor   USD

2008-09-01 * "Payee" "Pays in" #tag ^link
  ref: "A-1"
  Assets:Bank  1,100.50 USD
  Liabilities:Wang

2008-09-02 txn "split in three"
  Assets:Bank           30.00 USD ; a comment
  Liabilities:Wang     -10.00 USD
  Liabilities:Okafor   -20.00 USD

2008-09-03 * "pays out"
  Liabilities:Wang       0.5 USD
  Assets:Bank

2008-09-04 balance Assets:Bank  1130.00 USD
"""
LEDGER_OF_ROWS = """transaction,date,account,unit,amount
1,2008-09-01,Assets:Bank,USD,1100.50
1,2008-09-01,Liabilities:Wang,USD,-1100.50
2,2008-09-02,Assets:Bank,USD,30.00
3,2008-09-03,Liabilities:Wang,USD,0.50
2,2008-09-02,Liabilities:Wang,USD,-10.00
2,2008-09-02,Liabilities:Okafor,USD,-20.00
3,2008-09-03,Assets:Bank,USD,-0.50
"""
HLEDGER_RULES = """skip 1
fields tx, date, account1, unit, number
date-format %Y-%m-%d
amount %number %unit
account2 Clearing
"""
"""Each row is one side; what stands against it is cleared by the others of its transaction."""
NAMED = {"bank": "Assets:Bank", "wang": "Liabilities:Wang", "okafor": "Liabilities:Okafor"}


def our_balances(book: SmallBook) -> dict[str, Decimal]:
    return {
        foreign: Decimal(balance(account_id=book.accounts[name])).scaleb(-2)
        for name, foreign in NAMED.items()
    }


class TestOracles:
    """Independent tools read the foreign journal themselves, and find what was booked here."""

    def test_bean_check_agrees_on_every_balance(
        self, main_book: SmallBook, checker: User, tmp_path: Path
    ) -> None:
        report = post(request_of(main_book, OLD_HOUSE), main_book, checker)
        assert (report.count("taken"), report.count("checked"), report.count("refused")) == (3, 1, 0)
        asserted = "".join(
            f"2008-09-05 balance {account}  {amount} USD\n"
            for account, amount in our_balances(main_book).items()
        )
        file = tmp_path / "old.beancount"
        file.write_text(OLD_HOUSE + asserted, encoding="utf-8")
        checked = run_bean_check(file)
        assert checked.returncode == 0, checked.stderr
        file.write_text(OLD_HOUSE.replace("0.5 USD", "0.6 USD") + asserted, encoding="utf-8")
        assert run_bean_check(file).returncode != 0

    def test_hledger_agrees_on_every_balance(
        self, main_book: SmallBook, checker: User, tmp_path: Path, hledger_path: str
    ) -> None:
        request = request_of(main_book, LEDGER_OF_ROWS, file_format="csv", name="rows.csv")
        report = post(request, main_book, checker)
        assert (report.count("taken"), report.count("refused")) == (3, 0)
        rows, rules = tmp_path / "rows.csv", tmp_path / "rows.rules"
        rows.write_text(LEDGER_OF_ROWS, encoding="utf-8")
        rules.write_text(HLEDGER_RULES, encoding="utf-8")
        said = subprocess.run(
            [hledger_path, "-f", rows, "--rules-file", rules, "balance", "--flat", "-O", "csv", "-N"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        theirs = {
            account: Decimal(amount.removesuffix(" USD"))
            for account, amount in list(csv.reader(io.StringIO(said)))[1:]
        }
        assert theirs == our_balances(main_book)
