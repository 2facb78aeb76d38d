"""The evening's receipts are booked from the statement, each to whom its remitter names."""

from typing import Any

import pytest

from custody.models import Payment, PaymentKind, PaymentState, Statement
from custody.services.incoming import book_incoming_payments
from custody.services.transfers import StatementNotUsable, UnknownStatement, sweep_transit
from tests.custody.cast import MONDAY, Cast, document, entry, raw
from tests.custody.services.test_transfers import moved


def book(cast: Cast, statement: Statement) -> list[Payment]:
    return book_incoming_payments(statement_id=statement.pk, booking_date=MONDAY, maker_id=cast.runner)


def arrival(amount: str, number: int, ours: str, **other: str) -> dict[str, str]:
    return entry(amount, f"HB-{number}", ours, type="incoming_payment", **other)


def told(cast: Cast, *accounts: dict[str, Any], **changes: Any) -> Statement:
    return cast.take_in(raw(document(accounts=list(accounts), **changes)))


class TestBookIncomingPayments:
    def test_gives_clients_what_names_their_contract(self, cast: Cast) -> None:
        payments = book(cast, cast.take_in(raw(document())))
        assert [payment.bank_reference for payment in payments] == ["HB-1", "HB-2"]
        assert cast.balance("client/C1/F1/cash") == -100_000
        assert cast.balance("client/C2/F2/cash") == -50_000

    def test_changes_nothing_the_second_time(self, cast: Cast) -> None:
        statement = cast.take_in(raw(document()))
        first = book(cast, statement)
        assert [one.pk for one in book(cast, statement)] == [one.pk for one in first]
        assert cast.balance("client/custody/HARBOUR") == 150_000

    @pytest.mark.parametrize("reference", ["", "F9/1", "happy birthday"])
    def test_leaves_unallocated_what_names_nobody(self, cast: Cast, reference: str) -> None:
        (payment,) = book(cast, told(cast, moved("H-CLIENT", arrival("5.00", 1, reference))))
        assert payment.state == PaymentState.UNIDENTIFIED
        assert cast.balance("client/unallocated/HARBOUR") == -500

    def test_gives_a_funder_what_names_it_and_leaves_the_rest_to_reconciliation(self, cast: Cast) -> None:
        lines = [arrival("5.00", 1, "MERIDIAN/1"), arrival("6.00", 2, "SOMEBODY/1")]
        (payment,) = book(cast, told(cast, moved("H-FUNDER", *lines)))
        assert payment.kind == PaymentKind.FUNDER_DEPOSIT
        assert cast.balance("funder/MERIDIAN/available") == -500

    def test_books_what_the_house_pays_in_as_capital(self, cast: Cast) -> None:
        book(cast, told(cast, moved("H-HOUSE", arrival("5.00", 1, ""))))
        assert cast.balance("house/capital") == -500

    def test_leaves_money_for_the_reserve_to_reconciliation(self, cast: Cast) -> None:
        assert book(cast, told(cast, moved("H-RESERVE", arrival("5.00", 1, "")))) == []

    def test_takes_securities_in_for_a_contract_and_only_then(self, cast: Cast) -> None:
        lines = [{"unit": "XNYS:IBM", "opening": "0", "closing": "12", "available": "12"}]
        moves = [
            arrival("7", 1, "F1/1", unit="XNYS:IBM"),
            arrival("5", 2, "F9/1", unit="XNYS:IBM"),
        ]
        account = {"account": "H-CLIENT", "balances": lines, "entries": moves}
        (payment,) = book(cast, told(cast, account, kind="holdings"))
        assert payment.kind == PaymentKind.SECURITIES_IN
        assert cast.balance("client/C1/F1/securities", "XNYS:IBM") == -7

    def test_takes_nothing_that_is_no_receipt(self, cast: Cast) -> None:
        lines = [entry("5.00", "HB-1", "F1/1", type="trade_settlement"), arrival("-5.00", 2, "F1/1")]
        assert book(cast, told(cast, moved("H-CLIENT", *lines))) == []

    def test_takes_our_own_transfer_from_another_bank_for_what_it_is(self, busy: Cast) -> None:
        transfers = sweep_transit(book_id=busy.book.pk, business_date=MONDAY, maker_id=busy.runner)
        statement = told(busy, moved("H-HOUSE", arrival("300.00", 7, transfers[0].reference)))
        assert book(busy, statement) == []

    def test_believes_nothing_of_a_statement_that_does_not_foot(self, cast: Cast) -> None:
        statement = cast.take_in(raw(document()).replace(b'"1500.00"', b'"1500.01"'))
        with pytest.raises(StatementNotUsable):
            book(cast, statement)

    def test_names_a_statement_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(UnknownStatement):
            book_incoming_payments(statement_id=0, booking_date=MONDAY, maker_id=cast.runner)
