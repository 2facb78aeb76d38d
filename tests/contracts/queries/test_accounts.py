"""The accounts that contracts share."""

import pytest

from contracts.queries.accounts import NoSharedAccount, shared_accounts
from tests.contracts.builders import Lending


class TestSharedAccounts:
    def test_finds_the_transit_accounts_of_homes_and_custodians(self, book: Lending) -> None:
        book.open()
        shared = shared_accounts(book_id=book.book.id, unit_id=book.units["CNY"])
        assert shared.client_transit(custodian_id=book.custodian_id) == book.id_of("client/transit/BANKA")
        assert shared.funder_transit(funder_id=book.parties["AURORA"].pk) == book.id_of(
            "funder/transit/BANKA"
        )
        assert shared.house_transit() == book.id_of("house/transit/BANKA")
        assert shared.reserve_transit() == book.id_of("reserve/transit/BANKA")
        assert shared.at(address="house/funding") == book.id_of("house/funding")

    def test_says_what_is_missing(self, book: Lending) -> None:
        shared = shared_accounts(book_id=book.book.id, unit_id=book.units["XSHG:600000"])
        for ask in (shared.house_transit, shared.reserve_transit):
            with pytest.raises(NoSharedAccount, match="open a custody account"):
                ask()
        with pytest.raises(NoSharedAccount, match="house/funding is not open"):
            shared.at(address="house/funding")
        with pytest.raises(NoSharedAccount):
            shared.client_transit(custodian_id=book.custodian_id)
