"""Balances of contracts, read from the ledger."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import FinancingContract
from contracts.queries.balances import contract_balances, securities_held
from tests.contracts.builders import Lending


class TestContractBalances:
    def test_shows_money_and_debts_as_positive(self, book: Lending) -> None:
        contract = book.drawn()
        balances = book.of(contract)
        assert (balances.cash_minor, balances.unsettled_cash_minor) == (150_000_000, 0)
        assert (balances.principal_minor, balances.debt_minor) == (100_000_000, 100_000_000)
        assert [(one.funder_code, one.principal_minor, one.seniority) for one in balances.tranches] == [
            ("AURORA", 60_000_000, 1),
            ("BEACON", 40_000_000, 1),
            ("HOUSE", 0, 1),
        ]
        assert balances.tranches[2].funder is None

    def test_takes_two_statements_for_any_number(self, book: Lending) -> None:
        contracts = [book.open(f"F{number}") for number in range(5)]
        with CaptureQueriesContext(connection) as queries:
            contract_balances(contract_ids=[contract.id for contract in contracts])
        assert len(queries) == 2

    def test_names_the_contract_that_is_not_there(self, book: Lending) -> None:
        with pytest.raises(FinancingContract.DoesNotExist, match="0"):
            contract_balances(contract_ids=[0])


class TestSecuritiesHeld:
    def test_counts_settled_and_unsettled_together(self, book: Lending) -> None:
        contract = book.open()
        assert securities_held(contract_id=contract.id) == {}
        book.post_securities(contract, 300)
        assert securities_held(contract_id=contract.id) == {"XSHG:600000": 300}
