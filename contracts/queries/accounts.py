"""The ledger accounts of contracts, and those that all contracts of a currency share."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from contracts.models import FinancingContract
from custody.models import CashHome, CustodyAccountUnit, CustodyRing
from ledger.models import Account


class NoSharedAccount(LookupError):
    """An account that money should run through is not there; the message says which, and what opens it."""


@dataclass(frozen=True, slots=True)
class SharedAccounts:
    """What contracts of one book and currency post to beside their own accounts.

    Transit accounts are the client ring's by custodian, the other rings' at the home bank of their cash.
    """

    transit_by_custodian: Mapping[int, int]
    transit_by_funder: Mapping[int, int]
    transit_by_ring: Mapping[str, int]
    by_address: Mapping[str, int]

    def client_transit(self, *, custodian_id: int) -> int:
        """:raises NoSharedAccount: the client ring has no account at this custodian."""
        return _present(
            self.transit_by_custodian.get(custodian_id), f"client money at custodian {custodian_id}"
        )

    def funder_transit(self, *, funder_id: int) -> int:
        """:raises NoSharedAccount: the funder's cash has no home."""
        return _present(self.transit_by_funder.get(funder_id), f"funder {funder_id}")

    def house_transit(self) -> int:
        """:raises NoSharedAccount: the house's cash has no home."""
        return _present(self.transit_by_ring.get(CustodyRing.HOUSE), "the house")

    def reserve_transit(self) -> int:
        """:raises NoSharedAccount: the reserve's cash has no home."""
        return _present(self.transit_by_ring.get(CustodyRing.RESERVE), "the reserve")

    def at(self, *, address: str) -> int:
        """The account of an address of the house or reserve ring.

        :raises NoSharedAccount: it is not open in this currency.
        """
        account_id = self.by_address.get(address)
        if account_id is None:
            raise NoSharedAccount(f"{address} is not open in this currency: open it first")
        return account_id


def _present(account_id: int | None, whose: str) -> int:
    if account_id is None:
        raise NoSharedAccount(f"{whose}: no transit account in this currency, open a custody account first")
    return account_id


SHARED_ADDRESSES = (
    "house/funding",
    "house/income/spread",
    "house/income/penalty",
    "house/income/fee",
    "house/income/recovery",
    "house/expense/waived",
    "house/expense/loan-loss",
    "house/expense/bad-spread",
    "reserve/fund",
)


def shared_accounts(*, book_id: int, unit_id: int) -> SharedAccounts:
    """The shared accounts of a book in one currency, in three statements; one that is missing is refused when
    asked for.
    """
    rows = CustodyAccountUnit.objects.filter(custody_account__book_id=book_id, unit_id=unit_id)
    transit: dict[int, int] = {}
    by_custodian: dict[int, int] = {}
    for custody_account_id, ring, custodian_id, transit_id in rows.values_list(
        "custody_account_id", "custody_account__ring", "custody_account__custodian_id", "transit_account_id"
    ):
        if transit_id is not None:
            transit[custody_account_id] = transit_id
            if ring == CustodyRing.CLIENT:
                by_custodian[custodian_id] = transit_id
    by_funder: dict[int, int] = {}
    by_ring: dict[str, int] = {}
    homes = CashHome.objects.filter(book_id=book_id, custody_account_id__in=transit)
    for home in homes:
        if home.owner_id is None:
            by_ring[home.ring] = transit[home.custody_account_id]
        else:
            by_funder[home.owner_id] = transit[home.custody_account_id]
    addresses = Account.objects.filter(book_id=book_id, unit_id=unit_id, address__in=SHARED_ADDRESSES)
    return SharedAccounts(
        transit_by_custodian=by_custodian,
        transit_by_funder=by_funder,
        transit_by_ring=by_ring,
        by_address=dict(addresses.values_list("address", "id")),
    )


def accounts_of(*, contract: FinancingContract) -> QuerySet[Account]:
    """Every ledger account of a contract, its funding and claims included, by address."""
    return Account.objects.filter(book_id=contract.book_id, contract_code=contract.code).order_by(
        "address", "unit_id"
    )
