"""Custodians and their accounts, tied to the rings of the ledger."""

import pytest

from accounts.services.parties import register_party
from custody.models import Custodian, CustodyAccount, CustodyAccountUnit
from custody.queries.custody_accounts import NoHome, custody_account, home_bank, home_banks_of_funders
from custody.services.custodians import (
    CustodyAccountTaken,
    DuplicateCustodian,
    HomeExists,
    NotAHome,
    RingHoldsNoAssets,
    ensure_custody_units,
    open_custody_account,
    register_custodian,
    set_cash_home,
)
from ledger.models import Account
from ledger.services.books import UnitDraft, create_units
from tests.custody.cast import Cast


def addresses(cast: Cast, unit: str) -> set[str]:
    accounts = Account.objects.filter(book=cast.book, unit__code=unit, contract_code="")
    return set(accounts.values_list("address", flat=True))


class TestRegisterCustodian:
    def test_refuses_a_second_of_the_code_or_party(self, cast: Cast) -> None:
        party = cast.harbour.party_id
        for code in ("HARBOUR", "OTHER"):
            with pytest.raises(DuplicateCustodian):
                register_custodian(
                    code=code, name="Harbour", party_id=party, actor_id=cast.runner, reason="again"
                )

    def test_leaves_a_history(self, cast: Cast) -> None:
        (row,) = Custodian.history.filter(code="HARBOUR")
        assert (row.history_type, row.history_change_reason) == ("+", "test cast")


class TestOpenCustodyAccount:
    def test_opens_what_a_client_bank_needs(self, cast: Cast) -> None:
        assert {one for one in addresses(cast, "USD") if one.endswith("HARBOUR") or "/HARBOUR/" in one} == {
            "client/custody/HARBOUR",
            "client/transit/HARBOUR",
            "client/payments/HARBOUR",
            "client/unallocated/HARBOUR",
            "client/settlement/HARBOUR/cash-receivable",
            "client/settlement/HARBOUR/cash-payable",
            "client/costs/HARBOUR/external",
            "client/costs/HARBOUR/house",
            "client/tax-payable/HARBOUR",
            "client/fx-clearing/HARBOUR",
            "funder/custody/HARBOUR",
            "funder/transit/HARBOUR",
            "funder/payments/HARBOUR",
            "reserve/custody/HARBOUR",
            "reserve/transit/HARBOUR",
            "house/custody/HARBOUR",
            "house/transit/HARBOUR",
        }

    def test_holds_securities_in_the_client_ring_only(self, cast: Cast) -> None:
        assert {one for one in addresses(cast, "XNYS:IBM") if "HARBOUR" in one} == {
            "client/custody/HARBOUR",
            "client/settlement/HARBOUR/securities-receivable",
            "client/settlement/HARBOUR/securities-payable",
        }

    def test_makes_custody_and_transit_hot_so_that_writers_do_not_wait(self, cast: Cast) -> None:
        crowded = Account.objects.filter(book=cast.book, role__in=["custody", "transit"])
        assert not crowded.filter(is_hot=False).exists()

    def test_says_how_old_money_on_the_way_may_grow(self, cast: Cast) -> None:
        clearing = Account.objects.filter(
            book=cast.book, role__in=["transit", "payments", "settlement", "unallocated"]
        )
        assert not clearing.filter(expected_age_days__isnull=True).exists()

    def open(self, cast: Cast, ring: str, number: str) -> CustodyAccount:
        return open_custody_account(
            book_id=cast.book.pk,
            custodian_id=cast.harbour.pk,
            ring=ring,
            external_number=number,
            unit_ids=[cast.units["USD"]],
            actor_id=cast.runner,
            reason="test",
        )

    def test_refuses_a_second_account_of_the_ring(self, cast: Cast) -> None:
        with pytest.raises(CustodyAccountTaken, match="client"):
            self.open(cast, "client", "H-CLIENT-2")

    def test_refuses_the_ring_that_is_only_owed(self, cast: Cast) -> None:
        with pytest.raises(RingHoldsNoAssets):
            self.open(cast, "principal", "H-PRINCIPAL")


class TestEnsureCustodyUnits:
    def test_ties_a_new_share_to_the_client_accounts(self, cast: Cast) -> None:
        unit = create_units(drafts=[UnitDraft("XNYS:GE", "security", 0)])["XNYS:GE"]
        assert ensure_custody_units(book_id=cast.book.pk, unit_ids=[unit]) == 2
        assert ensure_custody_units(book_id=cast.book.pk, unit_ids=[unit]) == 0
        assert CustodyAccountUnit.objects.filter(unit_id=unit, transit_account__isnull=True).count() == 2

    def test_ties_a_new_currency_to_every_account_and_home(self, cast: Cast) -> None:
        unit = create_units(drafts=[UnitDraft("HKD", "currency", 2)])["HKD"]
        assert ensure_custody_units(book_id=cast.book.pk, unit_ids=[unit]) == 8
        assert {"funder/MERIDIAN/available", "reserve/fund", "house/capital"} <= addresses(cast, "HKD")


class TestSetCashHome:
    def test_is_where_home_bank_looks(self, cast: Cast) -> None:
        assert cast.meridian is not None
        assert home_bank(book_id=cast.book.pk, ring="house") == "HARBOUR"
        assert home_bank(book_id=cast.book.pk, ring="funder", owner_id=cast.meridian.pk) == "ISLAND"
        assert home_banks_of_funders(book_id=cast.book.pk) == {cast.meridian.pk: "ISLAND"}

    def test_opens_where_its_owner_is_credited(self, cast: Cast) -> None:
        assert {"funder/MERIDIAN/available", "reserve/fund", "house/capital"} <= addresses(cast, "USD")

    def test_is_missed_by_name(self, cast: Cast) -> None:
        with pytest.raises(NoHome, match="client"):
            home_bank(book_id=cast.book.pk, ring="client")

    def test_is_set_once(self, cast: Cast) -> None:
        with pytest.raises(HomeExists):
            self.set(cast, "house", "house")

    def test_is_an_account_of_its_own_ring(self, cast: Cast) -> None:
        lion = register_party(
            code="LION", kind="funder", display_name="Lion", actor_id=cast.runner, reason="test"
        )
        with pytest.raises(NotAHome):
            self.set(cast, "funder", "house", owner_id=lion.pk)

    def test_is_a_funder_s_and_not_a_client_s(self, cast: Cast) -> None:
        wang = Account.objects.get(pk=cast.wang_cash).owner_id
        with pytest.raises(NotAHome):
            self.set(cast, "funder", "funder", owner_id=wang)

    def set(self, cast: Cast, ring: str, account_ring: str, owner_id: int | None = None) -> None:
        account = custody_account(book_id=cast.book.pk, custodian_code="HARBOUR", ring=account_ring)
        set_cash_home(
            book_id=cast.book.pk,
            ring=ring,
            custody_account_id=account.pk,
            owner_id=owner_id,
            actor_id=cast.runner,
            reason="test",
        )
