"""Exports: an independent accounting tool accepts them and agrees on every balance."""

import csv
import io
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from ledger.domain.text_journal import amount_text, commodity
from ledger.models import CurrentBalance, Seal
from ledger.queries.export import AmbiguousAccountName, ExportFormat, account_names, export_journal
from ledger.services.accounts import AccountDraft, open_accounts
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import sealed_book

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy_book(main_book: SmallBook) -> SmallBook:
    main_book.post(
        main_book.draft("client_deposit", bank=500_05, wang=-500_05),
        main_book.draft("client_deposit", bank=20_00, okafor=-20_00),
        main_book.draft("securities_in", vault=100, wang_shares=-100),
        main_book.draft("client_withdrawal", bank=-1, wang=1),
        # An account beside and below another: to both tools what stands below would count as its own.
        main_book.draft("trade_sold", wang=700, wang_unsettled=-700),
    )
    return main_book


def written(book: SmallBook, export_format: ExportFormat) -> str:
    return "".join(export_journal(book=book.book, export_format=export_format))


def our_balances(book: SmallBook, export_format: ExportFormat) -> dict[tuple[str, str], Decimal]:
    names = account_names(book=book.book, export_format=export_format)
    rows = CurrentBalance.objects.exclude(balance_minor=0).values_list(
        "account__address",
        "account__unit__code",
        "account__unit__exponent",
        "balance_minor",
    )
    return {
        (names[address], commodity(unit)): Decimal(amount_text(balance, exponent))
        for address, unit, exponent, balance in rows
    }


class TestBeancount:
    def test_bean_check_accepts_it_and_agrees_on_every_balance(
        self, busy_book: SmallBook, tmp_path: Path
    ) -> None:
        text = written(busy_book, ExportFormat.BEANCOUNT)
        for (account, unit), amount in our_balances(busy_book, ExportFormat.BEANCOUNT).items():
            text += f"2008-09-16 balance {account}  {amount} {unit}\n"
        file = tmp_path / "journal.beancount"
        file.write_text(text, encoding="utf-8")
        checked = run_bean_check(file)
        assert checked.returncode == 0, checked.stderr

    def test_bean_check_rejects_a_tampered_copy(self, busy_book: SmallBook, tmp_path: Path) -> None:
        text = written(busy_book, ExportFormat.BEANCOUNT).replace("500.05", "500.15", 1)
        file = tmp_path / "journal.beancount"
        file.write_text(text, encoding="utf-8")
        assert run_bean_check(file).returncode != 0


def run_bean_check(file: Path) -> "subprocess.CompletedProcess[str]":
    program = Path(sys.executable).parent / "bean-check"
    return subprocess.run([str(program), str(file)], capture_output=True, text=True, check=False)


class TestHledger:
    def test_hledger_accepts_it_and_agrees_on_every_balance(
        self, busy_book: SmallBook, tmp_path: Path, hledger_path: str
    ) -> None:
        file = tmp_path / "book.journal"
        file.write_text(written(busy_book, ExportFormat.HLEDGER), encoding="utf-8")
        subprocess.run([hledger_path, "-f", str(file), "check"], check=True)
        balances = subprocess.run(
            [hledger_path, "-f", str(file), "balance", "--flat", "-O", "csv", "--no-total", "-c", "1.00 USD"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        theirs: dict[tuple[str, str], Decimal] = {}
        for account, amounts in list(csv.reader(io.StringIO(balances)))[1:]:
            for amount in amounts.split(", "):
                number, unit = re.fullmatch(r'(-?[\d.]+) "?([^"]+)"?', amount).groups()  # type: ignore[union-attr]
                theirs[account, unit] = Decimal(number)
        assert theirs == our_balances(busy_book, ExportFormat.HLEDGER)


class TestCsvAndJsonLines:
    def test_csv_has_a_row_a_posting_with_sides_that_sum_alike(self, busy_book: SmallBook) -> None:
        rows = list(csv.DictReader(io.StringIO(written(busy_book, ExportFormat.CSV))))
        assert len(rows) == 10
        assert sum(Decimal(row["debit"] or 0) for row in rows) == sum(
            Decimal(row["credit"] or 0) for row in rows
        )

    def test_json_lines_have_an_entry_a_line(self, busy_book: SmallBook) -> None:
        entries = [json.loads(line) for line in written(busy_book, ExportFormat.JSONL).splitlines()]
        assert [entry["kind"] for entry in entries][:2] == ["client_deposit", "client_deposit"]
        assert entries[0]["postings"][0] == {
            "number": 1,
            "address": "client/custody/BANKA",
            "unit": "USD",
            "amount": "500.05",
        }


class TestSealOfTheExport:
    @pytest.fixture
    def sealed(self, db: None, key_directory: Path) -> SmallBook:
        return sealed_book()

    @pytest.mark.parametrize("export_format", [ExportFormat.BEANCOUNT, ExportFormat.HLEDGER])
    def test_is_named_in_a_comment_at_the_head(self, sealed: SmallBook, export_format: ExportFormat) -> None:
        newest = bytes(Seal.objects.latest("pk").seal_hash).hex()[:16]
        head = written(sealed, export_format).splitlines()[:3]
        assert f"; seal 2 of 2008-09-16: {newest}, up to position 35" in head

    def test_leaves_both_tools_content(self, sealed: SmallBook, tmp_path: Path, hledger_path: str) -> None:
        file = tmp_path / "book.beancount"
        file.write_text(written(sealed, ExportFormat.BEANCOUNT), encoding="utf-8")
        assert run_bean_check(file).returncode == 0
        file = tmp_path / "book.journal"
        file.write_text(written(sealed, ExportFormat.HLEDGER), encoding="utf-8")
        subprocess.run([hledger_path, "-f", str(file), "check"], check=True)

    def test_is_said_beside_a_format_without_comments(
        self, sealed: SmallBook, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        newest = bytes(Seal.objects.latest("pk").seal_hash).hex()[:16]
        call_command("export_journal", book="MAIN", format="csv", output=tmp_path / "j.csv", json=True)
        assert json.loads(capsys.readouterr().out)["seal"] == f"seal 2 of 2008-09-16: {newest}"

    def test_is_not_named_before_there_is_one(self, busy_book: SmallBook) -> None:
        assert "; seal" not in written(busy_book, ExportFormat.HLEDGER)


class TestNames:
    def test_two_addresses_that_look_alike_are_refused(self, main_book: SmallBook) -> None:
        for address in ("house/a.b", "house/a-b"):
            draft = AccountDraft(address, main_book.units["USD"], "house", "income", 4010)
            open_accounts(book_id=main_book.book.id, drafts=[draft])
        with pytest.raises(AmbiguousAccountName, match="house/a"):
            written(main_book, ExportFormat.BEANCOUNT)


class TestCommand:
    def test_writes_a_file_whole_or_not_at_all(self, busy_book: SmallBook, tmp_path: Path) -> None:
        file = tmp_path / "journal.csv"
        call_command("export_journal", book="MAIN", format="csv", output=file)
        assert file.read_text(encoding="utf-8") == written(busy_book, ExportFormat.CSV)
        assert list(tmp_path.iterdir()) == [file]
