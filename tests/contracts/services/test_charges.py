"""Penalty and fees: charged and collected."""

import datetime as dt

import pytest

from contracts.models import FinancingContract
from contracts.services.charges import (
    Charge,
    NothingToCharge,
    accrue_fee,
    accrue_penalty,
    collect_charge,
)
from contracts.services.refusals import CashShort, MoreThanOwed
from ledger.services.posting import PostedEntry
from tests.contracts.builders import Lending


def charge_fee(book: Lending, contract: FinancingContract, amount: int) -> PostedEntry:
    return accrue_fee(
        contract_id=contract.id,
        amount_minor=amount,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee-1",
    )


def charge_penalty(book: Lending, contract: FinancingContract, overdue: int, days: int) -> PostedEntry:
    return accrue_penalty(
        contract_id=contract.id,
        overdue_minor=overdue,
        overdue_since=book.day - dt.timedelta(days=days),
        until=book.day,
        booking_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="penalty-1",
    )


class TestAccruePenalty:
    def test_charges_half_as_much_again_on_what_is_overdue(self, book: Lending) -> None:
        """105,342.47 overdue for 12 days at 9.75 % is 337.67."""
        contract = book.open()
        charge_penalty(book, contract, 10_534_247, 12)
        assert book.of(contract).penalty_minor == 33_767
        assert book.balance("house/income/penalty") == -33_767

    def test_refuses_where_it_rounds_to_nothing(self, book: Lending) -> None:
        contract = book.open()
        with pytest.raises(NothingToCharge):
            charge_penalty(book, contract, 10_534_247, 0)


class TestAccrueFee:
    def test_charges_once_for_one_key(self, book: Lending) -> None:
        contract = book.open()
        assert [charge_fee(book, contract, 200_000).is_replay for _ in range(2)] == [False, True]
        assert book.of(contract).fees_minor == 200_000
        assert book.balance("house/income/fee") == -200_000


class TestCollectCharge:
    def collect(self, book: Lending, contract: FinancingContract, amount: int) -> None:
        collect_charge(
            contract_id=contract.id,
            charge=Charge.FEE,
            amount_minor=amount,
            booking_date=book.day,
            maker_id=book.maker.id,
            idempotency_key=f"collected-{amount}",
        )

    def test_pays_the_house_from_the_client_s_cash(self, book: Lending) -> None:
        contract = book.open()
        book.deposit(contract, 150_000)
        charge_fee(book, contract, 200_000)
        self.collect(book, contract, 150_000)
        balances = book.of(contract)
        assert (balances.fees_minor, balances.cash_minor) == (50_000, 0)
        assert book.balance("house/transit/BANKA") == 150_000

    def test_refuses_more_than_is_owed_or_there(self, book: Lending) -> None:
        contract = book.open()
        charge_fee(book, contract, 200_000)
        with pytest.raises(MoreThanOwed):
            self.collect(book, contract, 200_001)
        with pytest.raises(CashShort):
            self.collect(book, contract, 200_000)
