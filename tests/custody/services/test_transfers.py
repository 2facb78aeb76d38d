"""Rings settle what they owe one another through the banks, and the banks' statements close it."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from custody.models import Payment, PaymentState, Statement, TransferInstruction, TransferState
from custody.queries.instructions import open_instructions
from custody.services.payments import contribute_reserve
from custody.services.transfers import (
    Confirmation,
    StatementNotUsable,
    UnknownStatement,
    confirm_from_statement,
    sweep_transit,
)
from ledger.models import JournalEntry
from ledger.queries.accounts import account_id
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entries
from tests.custody.cast import MONDAY, Cast, document, entry, raw
from tests.custody.services.test_payments import deposit
from tests.custody.services.test_withdrawals import release, request


def owe(cast: Cast, payer: str, payee: str, amount: int) -> None:
    """Interest is collected of Okafor, for the house or for Meridian: from transit to transit."""
    client_cash = account_id(book_id=cast.book.pk, address="client/C2/F2/cash", unit_code="USD")
    credit = "house/capital" if payee.startswith("house") else "funder/MERIDIAN/available"
    signed = {payer: -amount, payee: amount, credit: -amount}
    ids = {one: account_id(book_id=cast.book.pk, address=one, unit_code="USD") for one in signed}
    postings = [PostingDraft(ids[one], value) for one, value in signed.items()]
    post_journal_entries(
        book_id=cast.book.pk,
        booking_date=MONDAY,
        drafts=[
            EntryDraft(
                kind="interest_collected",
                value_date=MONDAY,
                narration="interest collected",
                source_reference="tests:1",
                idempotency_key=f"{payer}{payee}{amount}{JournalEntry.objects.count()}",
                postings=[*postings, PostingDraft(client_cash, amount)],
            )
        ],
        caller="tests",
        maker_id=cast.runner,
    )


def sweep(cast: Cast, day: dt.date = MONDAY) -> list[tuple[str, str, int]]:
    made = sweep_transit(book_id=cast.book.pk, business_date=day, maker_id=cast.runner)
    return [
        (one.from_account.external_number, one.to_account.external_number, one.amount_minor) for one in made
    ]


class TestSweepTransit:
    def test_pays_what_rings_owe_from_bank_account_to_bank_account(self, busy: Cast) -> None:
        assert sweep(busy) == [("H-CLIENT", "H-HOUSE", 30_000), ("H-CLIENT", "I-FUNDER", 70_000)]

    def test_books_nothing(self, busy: Cast) -> None:
        sweep(busy)
        assert busy.balance("client/transit/HARBOUR") == -100_000

    def test_instructs_nothing_twice(self, busy: Cast) -> None:
        sweep(busy)
        assert sweep(busy) == []

    def test_adds_what_came_after_the_first_sweep(self, busy: Cast) -> None:
        sweep(busy)
        owe(busy, "client/transit/HARBOUR", "house/transit/HARBOUR", 500)
        assert sweep(busy) == [("H-CLIENT", "H-HOUSE", 500)]
        references = TransferInstruction.objects.order_by("pk").values_list("reference", flat=True)
        assert list(references) == [f"MAIN-T-20080915-0000{number}" for number in (1, 2, 3)]

    def test_offsets_what_goes_both_ways(self, busy: Cast) -> None:
        contribute_reserve(
            book_id=busy.book.pk,
            booking_date=MONDAY,
            value_date=MONDAY,
            unit_code="USD",
            amount_minor=50_000,
            idempotency_key="1",
            maker_id=busy.runner,
        )
        # The house awaits 30,000 and owes 50,000.
        assert sweep(busy) == [
            ("H-CLIENT", "H-RESERVE", 50_000),
            ("H-CLIENT", "I-FUNDER", 50_000),
            ("H-HOUSE", "I-FUNDER", 20_000),
        ]

    def test_takes_one_query_and_one_look_at_the_result(self, busy: Cast) -> None:
        with CaptureQueriesContext(connection) as queries:
            sweep(busy)
        kinds = [query["sql"].split()[0] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert kinds.count("WITH") == 1

    def test_has_nothing_to_do_in_a_book_at_rest(self, cast: Cast) -> None:
        assert sweep(cast) == []


def statement(cast: Cast, *accounts: dict[str, Any], bank: str = "HARBOUR", **changes: Any) -> Statement:
    number = Statement.objects.count() + 1
    told = document(
        custodian=bank,
        number=f"{bank}-CASH-{number:06d}",
        sequence=number,
        statement_date=f"2008-09-{14 + number}",
        accounts=list(accounts),
    )
    return cast.take_in(raw(told | changes), bank=bank)


def moved(account: str, *entries: dict[str, str]) -> dict[str, Any]:
    """An account that opens with a million dollars and foots."""
    cents = 100_000_000 + sum(int(one["amount"].replace(".", "")) for one in entries)
    closing = f"{cents // 100}.{cents % 100:02d}"
    balances = [{"unit": "USD", "opening": "1000000.00", "closing": closing}]
    return {"account": account, "balances": balances, "entries": list(entries)}


def confirm(cast: Cast, told: Statement) -> Confirmation:
    return confirm_from_statement(statement_id=told.pk, booking_date=MONDAY, maker_id=cast.runner)


FIRST, SECOND = "MAIN-T-20080915-00001", "MAIN-T-20080915-00002"


class TestConfirmFromStatement:
    def test_closes_a_transfer_inside_one_bank(self, busy: Cast) -> None:
        sweep(busy)
        told = statement(
            busy,
            moved("H-CLIENT", entry("-300.00", "HB-7", FIRST)),
            moved("H-HOUSE", entry("300.00", "HB-8", FIRST)),
        )
        done = confirm(busy, told)
        assert (done.transfer_sides, done.payments, len(done.entry_ids)) == (2, 0, 2)
        assert TransferInstruction.objects.get(reference=FIRST).state == TransferState.CONFIRMED
        assert busy.balance("house/custody/HARBOUR") == 30_000
        assert busy.balance("house/transit/HARBOUR") == 0
        assert busy.balance("client/transit/HARBOUR") == -70_000
        assert busy.balance("client/custody/HARBOUR") == 470_000

    def test_confirms_each_side_by_its_own_bank(self, busy: Cast) -> None:
        sweep(busy)
        confirm(busy, statement(busy, moved("H-CLIENT", entry("-700.00", "HB-9", SECOND))))
        transfer = TransferInstruction.objects.get(reference=SECOND)
        assert (transfer.state, transfer.credited_entry) == (TransferState.INSTRUCTED, None)
        assert busy.balance("funder/transit/ISLAND") == 70_000
        confirm(busy, statement(busy, moved("I-FUNDER", entry("700.00", "IB-1", SECOND)), bank="ISLAND"))
        transfer.refresh_from_db()
        assert transfer.state == TransferState.CONFIRMED
        assert busy.balance("funder/transit/ISLAND") == 0
        assert busy.balance("funder/custody/ISLAND") == 70_000

    def test_does_not_sweep_again_what_one_bank_has_confirmed(self, busy: Cast) -> None:
        sweep(busy)
        confirm(busy, statement(busy, moved("H-CLIENT", entry("-700.00", "HB-9", SECOND))))
        assert sweep(busy) == []

    def test_closes_a_payment(self, busy: Cast) -> None:
        deposit(busy, bank_reference="HB-2")
        payment = request(busy)
        release(busy, payment, busy.approved(payment))
        done = confirm(
            busy, statement(busy, moved("H-CLIENT", entry("-600.00", "HB-5", payment.reference or "")))
        )
        payment.refresh_from_db()
        assert (payment.state, payment.bank_reference) == (PaymentState.CONFIRMED, "HB-5")
        assert payment.resolved_entry_id == done.entry_ids[0]
        assert busy.balance("client/payments/HARBOUR") == 0
        assert busy.balance("client/custody/HARBOUR") == 540_000
        assert open_instructions(book_id=busy.book.pk, custodian_code="HARBOUR") == []

    def test_changes_nothing_the_second_time(self, busy: Cast) -> None:
        sweep(busy)
        told = statement(busy, moved("H-CLIENT", entry("-300.00", "HB-7", FIRST)))
        confirm(busy, told)
        assert confirm(busy, told) == Confirmation(0, 0, ())

    @pytest.mark.parametrize(
        ("account", "amount", "reference"),
        [
            ("H-CLIENT", "-300.01", FIRST),
            ("H-CLIENT", "300.00", FIRST),
            ("H-HOUSE", "-300.00", FIRST),
            ("H-RESERVE", "300.00", FIRST),
            ("H-CLIENT", "-300.00", SECOND),
            ("H-CLIENT", "-300.00", ""),
        ],
    )
    def test_leaves_what_does_not_agree_to_reconciliation(
        self, busy: Cast, account: str, amount: str, reference: str
    ) -> None:
        sweep(busy)
        told = statement(busy, moved(account, entry(amount, "HB-7", reference)))
        assert confirm(busy, told) == Confirmation(0, 0, ())

    def test_confirms_once_what_the_bank_booked_twice(self, busy: Cast) -> None:
        sweep(busy)
        twice = [entry("-300.00", reference, FIRST) for reference in ("HB-7", "HB-8")]
        assert confirm(busy, statement(busy, moved("H-CLIENT", *twice))).transfer_sides == 1

    def test_believes_nothing_of_a_statement_that_does_not_foot(self, busy: Cast) -> None:
        sweep(busy)
        wrong = moved("H-CLIENT", entry("-300.00", "HB-7", FIRST))
        wrong["balances"][0]["closing"] = "0.00"
        with pytest.raises(StatementNotUsable, match="footing_wrong"):
            confirm(busy, statement(busy, wrong))

    def test_goes_on_after_a_gap(self, busy: Cast) -> None:
        sweep(busy)
        statement(busy)
        told = statement(busy, moved("H-CLIENT", entry("-300.00", "HB-7", FIRST)), sequence=9)
        assert {finding["code"] for finding in told.findings} == {"sequence_gap", "opening_differs"}
        assert confirm(busy, told).transfer_sides == 1

    def test_books_the_bank_s_value_date(self, busy: Cast) -> None:
        sweep(busy)
        line = entry("-300.00", "HB-7", FIRST, value_date="2008-09-14")
        done = confirm(busy, statement(busy, moved("H-CLIENT", line)))
        assert JournalEntry.objects.get(pk=done.entry_ids[0]).value_date == dt.date(2008, 9, 14)

    def test_takes_as_many_statements_for_many_as_for_one(self, busy: Cast) -> None:
        counts = []
        for number in (1, 30):
            for index in range(number):
                owe(busy, "client/transit/HARBOUR", "house/transit/HARBOUR", 10 + index)
                sweep(busy)
            transfers = TransferInstruction.objects.filter(
                state="instructed", to_account__external_number="H-HOUSE", debited_entry__isnull=True
            )
            lines = [
                entry(
                    f"-{one.amount_minor // 100}.{one.amount_minor % 100:02d}", f"HB-{one.pk}", one.reference
                )
                for one in transfers
            ]
            told = statement(busy, moved("H-CLIENT", *lines))
            with CaptureQueriesContext(connection) as queries:
                assert confirm(busy, told).transfer_sides == len(lines)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_confirms_nothing_by_holdings(self, busy: Cast) -> None:
        told = busy.take_in(raw(document(kind="holdings", accounts=[])))
        assert confirm(busy, told) == Confirmation(0, 0, ())

    def test_names_a_statement_that_is_not_there(self, busy: Cast) -> None:
        with pytest.raises(UnknownStatement):
            confirm_from_statement(statement_id=0, booking_date=MONDAY, maker_id=busy.runner)

    def test_leaves_payments_of_another_book_alone(self, busy: Cast) -> None:
        deposit(busy, bank_reference="HB-2")
        payment = request(busy)
        release(busy, payment, busy.approved(payment))
        told = statement(busy, moved("H-RESERVE", entry("-600.00", "HB-5", payment.reference or "")))
        assert json.loads(bytes(told.original))["custodian"] == "HARBOUR"
        assert confirm(busy, told) == Confirmation(0, 0, ())
        assert Payment.objects.get(pk=payment.pk).state == PaymentState.INSTRUCTED
