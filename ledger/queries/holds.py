"""What an account has booked, held and available, and which holds are open. Integers in minor units."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from ledger.models import CurrentBalance, Hold


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """`booked_minor` is signed, debit positive; held and available are positive amounts on either side.

    `available_minor` is None for an account without a limit.
    """

    booked_minor: int
    held_minor: int
    available_minor: int | None


def account_balances(*, account_ids: Iterable[int]) -> dict[int, AccountBalance]:
    """Booked, held and available by account id."""
    rows = CurrentBalance.objects.filter(account_id__in=list(account_ids))
    return {
        row.account_id: AccountBalance(row.balance_minor, row.held_minor, row.available_minor) for row in rows
    }


def available(*, account_id: int) -> int:
    """What may leave an account with a limit: booked less held, never negative.

    :raises KeyError: there is no such account, or it has no limit.
    """
    found = account_balances(account_ids=[account_id])[account_id].available_minor
    if found is None:
        raise KeyError(account_id)
    return found


def open_holds(*, account_id: int) -> QuerySet[Hold]:
    """The holds of which something is left, oldest first."""
    return Hold.objects.filter(account_id=account_id, open_minor__gt=0).order_by("placed_on", "id")
