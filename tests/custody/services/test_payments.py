"""What came in is booked once, to whom it belongs."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from custody.models import Payment, PaymentKind, PaymentState
from custody.queries.custody_accounts import UnitNotHeld
from custody.services.payments import (
    BankReferenceTaken,
    NotAnAmount,
    NotUnidentified,
    ReceiptDraft,
    UnknownPayment,
    WrongEntitlement,
    contribute_reserve,
    identify_receipt,
    receive_client_deposit,
    receive_client_deposits,
    receive_funder_deposit,
    receive_house_capital,
    receive_securities,
)
from ledger.models import JournalEntry
from ledger.services.refusals import DayNotOpen, UnbalancedEntry
from tests.custody.cast import MONDAY, TUESDAY, Cast, make_cast


def deposit(cast: Cast, **changes: Any) -> Payment:
    said: dict[str, Any] = {
        "book_id": cast.book.pk,
        "booking_date": MONDAY,
        "value_date": MONDAY,
        "custody_account_id": cast.custody["HARBOUR", "client"].pk,
        "unit_code": "USD",
        "amount_minor": 100_000,
        "entitlement_account_id": cast.wang_cash,
        "bank_reference": "HB-1",
        "maker_id": cast.runner,
    }
    return receive_client_deposit(**(said | changes))


def funder_deposit(cast: Cast, **changes: Any) -> Payment:
    assert cast.meridian is not None
    said: dict[str, Any] = {
        "book_id": cast.book.pk,
        "booking_date": MONDAY,
        "value_date": MONDAY,
        "funder_id": cast.meridian.pk,
        "unit_code": "USD",
        "amount_minor": 900_000,
        "bank_reference": "IB-1",
        "maker_id": cast.runner,
    }
    return receive_funder_deposit(**(said | changes))


class TestReceiveClientDeposit:
    def test_is_the_client_s_cash_in_custody(self, cast: Cast) -> None:
        payment = deposit(cast)
        assert payment.state == PaymentState.RECEIVED
        assert cast.balance("client/custody/HARBOUR") == 100_000
        assert cast.balance("client/C1/F1/cash") == -100_000

    def test_stays_unallocated_where_nobody_is_named(self, cast: Cast) -> None:
        payment = deposit(cast, entitlement_account_id=None)
        assert payment.state == PaymentState.UNIDENTIFIED
        assert cast.balance("client/unallocated/HARBOUR") == -100_000

    def test_keeps_the_value_date_apart_from_the_booking_date(self, cast: Cast) -> None:
        payment = deposit(cast, value_date=dt.date(2008, 9, 12))
        assert payment.booked_entry is not None
        assert (payment.booked_entry.booking_date, payment.booked_entry.value_date) == (
            MONDAY,
            dt.date(2008, 9, 12),
        )

    def test_is_booked_once_however_often_reported(self, cast: Cast) -> None:
        assert deposit(cast).pk == deposit(cast).pk
        assert cast.balance("client/custody/HARBOUR") == 100_000

    def test_refuses_the_reference_for_another_amount(self, cast: Cast) -> None:
        deposit(cast)
        with pytest.raises(BankReferenceTaken, match="HB-1"):
            deposit(cast, amount_minor=100_001)

    def test_knows_a_reference_by_its_bank(self, cast: Cast) -> None:
        deposit(cast)
        deposit(cast, custody_account_id=cast.custody["ISLAND", "client"].pk)
        assert cast.balance("client/C1/F1/cash") == -200_000

    @pytest.mark.parametrize("amount", [0, -1])
    def test_refuses_what_is_no_amount(self, cast: Cast, amount: int) -> None:
        with pytest.raises(NotAnAmount):
            deposit(cast, amount_minor=amount)

    def test_refuses_a_unit_that_the_account_does_not_hold(self, cast: Cast) -> None:
        with pytest.raises(UnitNotHeld, match="CHF"):
            deposit(cast, unit_code="CHF")

    def test_refuses_an_account_of_another_book(self, cast: Cast) -> None:
        other = make_cast(code="OTHER")
        with pytest.raises(UnitNotHeld):
            deposit(cast, custody_account_id=other.custody["HARBOUR", "client"].pk)

    def test_refuses_money_of_clients_in_the_funders_account(self, cast: Cast) -> None:
        with pytest.raises(UnbalancedEntry):
            deposit(cast, custody_account_id=cast.custody["HARBOUR", "funder"].pk)
        assert not Payment.objects.exists()

    def test_refuses_what_is_nobody_s_entitlement(self, cast: Cast) -> None:
        unallocated = deposit(cast, entitlement_account_id=None).booked_entry
        assert unallocated is not None
        wrong = unallocated.postings.get(amount_minor__lt=0).account_id
        with pytest.raises(WrongEntitlement):
            deposit(cast, entitlement_account_id=wrong, bank_reference="HB-2")

    def test_leaves_nothing_behind_on_a_closed_day(self, cast: Cast) -> None:
        with pytest.raises(DayNotOpen):
            deposit(cast, booking_date=TUESDAY)
        assert not Payment.objects.exists()


class TestReceiveClientDeposits:
    def drafts(self, cast: Cast, number: int) -> list[ReceiptDraft]:
        account = cast.custody["HARBOUR", "client"].pk
        return [
            ReceiptDraft(account, "USD", 100 + index, f"HB-{index}", MONDAY, cast.okafor_cash)
            for index in range(number)
        ]

    def receive(self, cast: Cast, drafts: list[ReceiptDraft]) -> list[Payment]:
        return receive_client_deposits(
            book_id=cast.book.pk, booking_date=MONDAY, drafts=drafts, maker_id=cast.runner
        )

    def test_answers_in_the_order_asked(self, cast: Cast) -> None:
        drafts = self.drafts(cast, 5)
        self.receive(cast, drafts[2:3])
        payments = self.receive(cast, drafts[::-1])
        assert [payment.amount_minor for payment in payments] == [104, 103, 102, 101, 100]
        assert cast.balance("client/C2/F2/cash") == -510

    def test_takes_as_many_statements_for_many_as_for_one(self, cast: Cast) -> None:
        drafts = self.drafts(cast, 200)
        with CaptureQueriesContext(
            connection,
        ) as one:
            self.receive(cast, drafts[:1])
        with CaptureQueriesContext(connection) as many:
            self.receive(cast, drafts[1:])
        assert len(many) == len(one)

    def test_refuses_a_reference_given_twice_in_a_call(self, cast: Cast) -> None:
        with pytest.raises(BankReferenceTaken):
            self.receive(cast, self.drafts(cast, 1) * 2)

    def test_books_all_or_none(self, cast: Cast) -> None:
        wrong = ReceiptDraft(
            cast.custody["HARBOUR", "client"].pk, "USD", 5, "HB-X", MONDAY, None, PaymentKind.SECURITIES_IN
        )
        with pytest.raises(WrongEntitlement):
            self.receive(cast, [*self.drafts(cast, 3), wrong])
        assert not JournalEntry.objects.filter(book=cast.book).exists()


class TestIdentifyReceipt:
    def test_gives_it_to_the_client_with_its_own_value_date(self, cast: Cast) -> None:
        payment = deposit(cast, entitlement_account_id=None, value_date=dt.date(2008, 9, 12))
        found = self.identify(cast, payment.pk, cast.wang_cash)
        assert found.state == PaymentState.RECEIVED
        assert found.resolved_entry is not None
        assert found.resolved_entry.value_date == dt.date(2008, 9, 12)
        assert cast.balance("client/unallocated/HARBOUR") == 0
        assert cast.balance("client/C1/F1/cash") == -100_000

    def test_is_done_once(self, cast: Cast) -> None:
        payment = deposit(cast, entitlement_account_id=None)
        self.identify(cast, payment.pk, cast.wang_cash)
        with pytest.raises(NotUnidentified):
            self.identify(cast, payment.pk, cast.okafor_cash)

    def test_refuses_an_entitlement_to_shares(self, cast: Cast) -> None:
        payment = deposit(cast, entitlement_account_id=None)
        with pytest.raises(UnbalancedEntry):
            self.identify(cast, payment.pk, cast.wang_shares)
        assert cast.balance("client/unallocated/HARBOUR") == -100_000

    def test_names_a_payment_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(UnknownPayment):
            self.identify(cast, 0, cast.wang_cash)

    def identify(self, cast: Cast, payment_id: int, account_id: int) -> Payment:
        return identify_receipt(
            payment_id=payment_id,
            entitlement_account_id=account_id,
            booking_date=MONDAY,
            maker_id=cast.runner,
        )


class TestReceiveSecurities:
    def test_are_the_client_s_in_custody(self, cast: Cast) -> None:
        receive_securities(
            book_id=cast.book.pk,
            booking_date=MONDAY,
            value_date=MONDAY,
            custody_account_id=cast.custody["HARBOUR", "client"].pk,
            unit_code="XNYS:IBM",
            quantity=40,
            entitlement_account_id=cast.wang_shares,
            bank_reference="HB-7",
            maker_id=cast.runner,
        )
        assert cast.balance("client/custody/HARBOUR", "XNYS:IBM") == 40
        assert cast.balance("client/C1/F1/securities", "XNYS:IBM") == -40


class TestReceiveFunderDeposit:
    def test_is_available_at_the_funder_s_home_bank(self, cast: Cast) -> None:
        funder_deposit(cast)
        assert cast.balance("funder/custody/ISLAND") == 900_000
        assert cast.balance("funder/MERIDIAN/available") == -900_000

    def test_refuses_a_currency_in_which_the_funder_has_nothing(self, cast: Cast) -> None:
        with pytest.raises(WrongEntitlement):
            funder_deposit(cast, unit_code="XNYS:IBM")


class TestReceiveHouseCapital:
    def test_is_the_house_s_own(self, cast: Cast) -> None:
        receive_house_capital(
            book_id=cast.book.pk,
            booking_date=MONDAY,
            value_date=MONDAY,
            unit_code="USD",
            amount_minor=5_000_000,
            bank_reference="HB-8",
            maker_id=cast.runner,
        )
        assert cast.balance("house/custody/HARBOUR") == 5_000_000
        assert cast.balance("house/capital") == -5_000_000


class TestContributeReserve:
    def contribute(self, cast: Cast, amount: int = 80_000) -> Any:
        return contribute_reserve(
            book_id=cast.book.pk,
            booking_date=MONDAY,
            value_date=MONDAY,
            unit_code="USD",
            amount_minor=amount,
            idempotency_key="2008-09",
            maker_id=cast.runner,
        )

    def test_waits_in_transit_for_the_bank(self, cast: Cast) -> None:
        self.contribute(cast)
        assert cast.balance("reserve/fund") == -80_000
        assert cast.balance("house/expense/reserve") == 80_000
        assert (cast.balance("house/transit/HARBOUR"), cast.balance("reserve/transit/HARBOUR")) == (
            -80_000,
            80_000,
        )

    def test_is_made_once_under_its_key(self, cast: Cast) -> None:
        self.contribute(cast)
        assert self.contribute(cast).is_replay
        assert cast.balance("reserve/fund") == -80_000

    def test_refuses_to_take_out(self, cast: Cast) -> None:
        with pytest.raises(NotAnAmount):
            self.contribute(cast, -5)
