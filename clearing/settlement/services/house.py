"""The house's side of what settlement moves between rings."""

from collections.abc import Collection

from clearing.settlement.domain.addresses import BankAddresses
from clearing.settlement.domain.postings import HouseAccounts
from custody.queries.custody_accounts import home_bank
from ledger.models import Account
from ledger.services.accounts import AccountDraft, open_accounts

_COMMISSION = "house/income/commission"
_OVERRUN = "house/overrun-receivable"


class HouseAccountMissing(LookupError):
    """A transit account is not there: open the custody accounts of client and house in this currency."""


def house_accounts(
    *, book_id: int, banks: Collection[tuple[str, int]]
) -> dict[tuple[str, int], HouseAccounts]:
    """Return the accounts by (custodian code, currency unit id), opening income and receivable where missing.

    Joins the caller's transaction. Two statements where all are there.

    :raises HouseAccountMissing: a transit account is not there.
    :raises NoHome: the house has no home bank in the book.
    """
    if not banks:
        return {}
    home = f"house/transit/{home_bank(book_id=book_id, ring='house')}"
    addresses = {_COMMISSION, _OVERRUN, home} | {BankAddresses(bank).transit for bank, _ in banks}
    rows = Account.objects.filter(book_id=book_id, address__in=addresses)
    ids = {(address, unit): pk for address, unit, pk in rows.values_list("address", "unit_id", "pk")}
    units = {unit_id for _, unit_id in banks}
    if any((address, unit_id) not in ids for address in (_COMMISSION, _OVERRUN) for unit_id in units):
        ids |= _open(book_id, units)
    found: dict[tuple[str, int], HouseAccounts] = {}
    for bank, unit_id in banks:
        try:
            found[bank, unit_id] = HouseAccounts(
                client_transit=ids[BankAddresses(bank).transit, unit_id],
                house_transit=ids[home, unit_id],
                commission_income=ids[_COMMISSION, unit_id],
                overrun_receivable=ids[_OVERRUN, unit_id],
            )
        except KeyError as missing:
            raise HouseAccountMissing(f"{missing} for {bank}") from missing
    return found


def _open(book_id: int, units: Collection[int]) -> dict[tuple[str, int], int]:
    drafts: list[AccountDraft] = []
    for unit_id in sorted(units):
        drafts.append(AccountDraft(_COMMISSION, unit_id, "house", "income", 4020, is_hot=True))
        drafts.append(
            AccountDraft(_OVERRUN, unit_id, "house", "overrun_receivable", 1340, limit="no_credit_balance")
        )
    return open_accounts(book_id=book_id, drafts=drafts)
