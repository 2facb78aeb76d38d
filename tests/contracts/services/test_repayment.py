"""Principal goes back to those who lent it, by what they have outstanding."""

import datetime as dt

import pytest

from contracts.models import FinancingContract
from contracts.services.refusals import AmountNotPositive, CashShort, MoreThanOwed, ValueDateAhead
from contracts.services.repayment import repay
from ledger.services.posting import PostedEntry
from tests.contracts.builders import Lending
from tests.ledger.holding import hold_back


def pay(
    book: Lending,
    contract: FinancingContract,
    amount: int,
    *,
    key: str = "repaid",
    value_date: dt.date | None = None,
) -> PostedEntry:
    return repay(
        contract_id=contract.id,
        amount_minor=amount,
        booking_date=book.day,
        value_date=value_date or book.day,
        maker_id=book.maker.id,
        idempotency_key=key,
    )


class TestRepay:
    def test_refuses_what_is_held_for_a_withdrawal(self, book: Lending) -> None:
        contract = book.drawn()
        cash = book.of(contract).cash_minor
        hold_back(
            account_id=contract.cash_account_id, amount_minor=cash - 5, day=book.day, maker_id=book.maker.id
        )
        with pytest.raises(CashShort, match="has 5 available"):
            pay(book, contract, 6)
        pay(book, contract, 5)

    def test_shares_by_what_is_outstanding(self, book: Lending) -> None:
        contract = book.drawn()
        pay(book, contract, 10_000_000)
        balances = book.of(contract)
        assert balances.principal_minor == 90_000_000
        assert [tranche.principal_minor for tranche in balances.tranches] == [54_000_000, 36_000_000, 0]
        assert book.balance("funder/AURORA/available") == -46_000_000
        assert book.balance("client/transit/BANKA") == 90_000_000

    def test_leaves_no_tranche_a_cent_when_all_is_repaid(self, book: Lending) -> None:
        contract = book.drawn()
        for number, amount in enumerate((33_333_333, 33_333_334, 33_333_333)):
            pay(book, contract, amount, key=f"part-{number}")
        assert [tranche.principal_minor for tranche in book.of(contract).tranches] == [0, 0, 0]
        book.move(contract, "closed")

    def test_answers_a_repeated_request_with_its_entry(self, book: Lending) -> None:
        contract = book.drawn()
        first = pay(book, contract, 60_000_000)
        again = pay(book, contract, 60_000_000)
        assert (again.entry_id, again.is_replay) == (first.entry_id, True)
        assert book.of(contract).principal_minor == 40_000_000

    def test_refuses_more_than_is_owed(self, book: Lending) -> None:
        contract = book.drawn()
        with pytest.raises(MoreThanOwed):
            pay(book, contract, 100_000_001)

    def test_refuses_more_than_there_is_cash(self, book: Lending) -> None:
        contract = book.drawn()
        book.post_at(
            "client_withdrawal",
            {contract.cash_account_id: 149_000_000, book.id_of("client/payments/BANKA"): -149_000_000},
        )
        with pytest.raises(CashShort, match="F1 has 1000000"):
            pay(book, contract, 1_000_001)

    def test_refuses_what_is_unfit(self, book: Lending) -> None:
        contract = book.drawn()
        with pytest.raises(AmountNotPositive):
            pay(book, contract, 0)
        with pytest.raises(ValueDateAhead):
            pay(book, contract, 1, value_date=book.day + dt.timedelta(days=1))
