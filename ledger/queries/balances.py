"""Balances: now, and as of a day. Integers in minor units, debit positive."""

import datetime as dt
from collections.abc import Iterable

from django.db.models import Sum

from ledger.models import BusinessDay, CurrentBalance, DailySnapshot, Posting


def balances(*, account_ids: Iterable[int]) -> dict[int, int]:
    """Running balance by account id."""
    rows = CurrentBalance.objects.filter(account_id__in=list(account_ids))
    return dict(rows.values_list("account_id", "balance_minor"))


def balance(*, account_id: int) -> int:
    """Running balance of one account.

    :raises CurrentBalance.DoesNotExist: there is no such account.
    """
    return CurrentBalance.objects.get(account_id=account_id).balance_minor


def balance_as_of(*, account_id: int, business_date: dt.date) -> int:
    """Balance at the end of a day by booking date: one snapshot probe plus the open day."""
    # A reopened day has a snapshot of its former close, which counts no more.
    not_closed = BusinessDay.objects.filter(book__accounts=account_id).exclude(
        status=BusinessDay.Status.CLOSED
    )
    snapshot = (
        DailySnapshot.objects.filter(account_id=account_id, business_date__lte=business_date)
        .exclude(business_date__in=not_closed.values("business_date"))
        .order_by("-business_date", "-close_no")
        .first()
    )
    tail = Posting.objects.filter(
        account_id=account_id,
        booking_date__lte=business_date,
        booking_date__in=not_closed.values("business_date"),
    ).aggregate(total=Sum("amount_minor"))["total"]
    return (snapshot.balance_minor if snapshot else 0) + int(tail or 0)
