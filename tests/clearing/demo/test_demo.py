"""The demo itself, its shorter book: Apple's split of 2005 on real prices, banks, staff and all."""

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test.utils import override_settings

from clearing.margin.models import Valuation
from clearing.marks.models import Mark
from ledger.models import Account, BusinessDay, CurrentBalance, JournalEntry
from ledger.queries.balances import balance_as_of

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, EX_DATE = dt.date(2005, 2, 25), dt.date(2005, 2, 28)
CREDITED = dt.date(2005, 3, 2)


def play(directory: Path, until: dt.date) -> list[dict[str, Any]]:
    output = io.StringIO()
    with override_settings(BASE_DIR=directory):
        call_command(
            "demo", "--no-serve", "--json", "--until", until.isoformat(), stdout=output, stderr=io.StringIO()
        )
    documents: list[dict[str, Any]] = json.loads(output.getvalue())
    return documents


def balances() -> dict[str, int]:
    rows = CurrentBalance.objects.values_list("account__address", "account__unit__code", "balance_minor")
    return {f"{address} {unit}": balance for address, unit, balance in rows}


class TestDemo:
    def test_goes_through_the_split_and_proves_its_ledger(self, tmp_path: Path) -> None:
        documents = play(tmp_path, CREDITED)
        assert [document["verdict"] for document in documents] == ["clean", "clean"]
        assert not BusinessDay.objects.filter(book__code="SPLIT05", status="open").exists()
        assert Path(documents[0]["picture"]).read_text(encoding="utf-8").startswith("<svg")
        self.check_shares_double()
        self.check_nobody_looks_poorer()

    def check_shares_double(self) -> None:
        holdings = Account.objects.filter(role="entitlement", unit__code="XNAS:AAPL", book__code="SPLIT05")
        held = 0
        for account in holdings:
            before = balance_as_of(account_id=account.pk, business_date=BEFORE)
            assert balance_as_of(account_id=account.pk, business_date=CREDITED) == 2 * before
            held += before
        assert held < 0

    def check_nobody_looks_poorer(self) -> None:
        """Price and quantity change epoch on one day: no coverage falls by more than the market did."""
        marks = dict(
            Mark.objects.filter(
                instrument__unit__code="XNAS:AAPL", session_date__in=[BEFORE, EX_DATE]
            ).values_list("session_date", "price_minor")
        )
        assert 10 * (marks[EX_DATE] or 0) < 6 * (marks[BEFORE] or 0)
        of_day = {
            day: dict(
                Valuation.objects.filter(book__code="SPLIT05", business_date=day).values_list(
                    "contract_id", "coverage_ppm"
                )
            )
            for day in (BEFORE, EX_DATE)
        }
        assert of_day[BEFORE]
        for contract_id, coverage in of_day[BEFORE].items():
            assert 100 * (of_day[EX_DATE][contract_id] or 0) > 95 * (coverage or 0)

    def test_goes_on_where_it_stopped_and_changes_nothing_when_done(self, tmp_path: Path) -> None:
        play(tmp_path, dt.date(2005, 2, 15))
        play(tmp_path, dt.date(2005, 2, 18))
        before, entries = balances(), JournalEntry.objects.count()
        play(tmp_path, dt.date(2005, 2, 18))
        assert (balances(), JournalEntry.objects.count()) == (before, entries)
