"""Find accounts by address."""

from collections.abc import Iterable

from ledger.models import Account


class NoSuchAccount(LookupError):
    """The book has no account of this address and unit."""


def account_ids(*, book_id: int, addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Account id by (address, unit code).

    :raises NoSuchAccount: one of them is not there; names it.
    """
    wanted = set(addresses)
    rows = Account.objects.filter(book_id=book_id, address__in={address for address, _ in wanted})
    found = {
        (address, unit): account_id
        for address, unit, account_id in rows.values_list("address", "unit__code", "id")
        if (address, unit) in wanted
    }
    missing = wanted - found.keys()
    if missing:
        raise NoSuchAccount(", ".join(f"{address} {unit}" for address, unit in sorted(missing)))
    return found


def account_id(*, book_id: int, address: str, unit_code: str) -> int:
    """The id of one account.

    :raises NoSuchAccount: it is not there.
    """
    return account_ids(book_id=book_id, addresses=[(address, unit_code)])[address, unit_code]
