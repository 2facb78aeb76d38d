"""Balances: now, and as of a day on either axis of time. Integers in minor units, debit positive."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from ledger.domain.axes import Axis
from ledger.models import Account, CurrentBalance
from ledger.queries.accounts import NoSuchAccount
from ledger.queries.as_of import PointInTime, point_of_account


def balances(*, account_ids: Iterable[int]) -> dict[int, int]:
    """Running balance by account id."""
    rows = CurrentBalance.objects.filter(account_id__in=list(account_ids))
    return dict(rows.values_list("account_id", "balance_minor"))


def balance(*, account_id: int) -> int:
    """Running balance of one account.

    :raises CurrentBalance.DoesNotExist: there is no such account.
    """
    return CurrentBalance.objects.get(account_id=account_id).balance_minor


# Days close in their order: where a later day exists, this one and all before it are closed. Else every
# booking counts, and the running balance is their sum.
_BOOKED = """
SELECT CASE
    WHEN EXISTS (
        SELECT FROM ledger_businessday AS d WHERE d.book_id = a.book_id AND d.business_date > %(day)s
    )
        THEN coalesce((
            SELECT s.balance_minor
            FROM ledger_dailysnapshot AS s
            WHERE s.account_id = a.id AND s.business_date <= %(day)s
            ORDER BY s.business_date DESC, s.close_no DESC
            LIMIT 1
        ), 0)
    ELSE (SELECT c.balance_minor FROM ledger_currentbalance AS c WHERE c.account_id = a.id)
END
FROM ledger_account AS a
WHERE a.id = %(account_id)s
"""


def balance_as_of(
    *,
    account_id: int,
    business_date: dt.date,
    axis: Axis = Axis.BOOKING,
    known_at: dt.date | None = None,
) -> int:
    """Balance of one account at the end of a day, by booking date or by value date.

    By booking date one statement: a probe of the snapshots, or the running balance where no later day exists.
    With `known_at` only of what was booked up to the close of that day.

    :raises NoSuchAccount: there is no such account.
    """
    if axis is Axis.BOOKING and known_at is None:
        with connection.cursor() as cursor:
            cursor.execute(_BOOKED, {"account_id": account_id, "day": business_date})
            row = cursor.fetchone()
        if row is None:
            raise NoSuchAccount(str(account_id))
        return int(row[0])
    return balance_at(
        account_id=account_id,
        point=point_of_account(account_id=account_id, day=business_date, axis=axis, known_at=known_at),
    )


def balance_at(*, account_id: int, point: PointInTime) -> int:
    """Balance of one account at a point in time of its book.

    :raises NoSuchAccount: there is no such account.
    """
    found = balances_at(account_ids=[account_id], point=point)
    if not found:
        raise NoSuchAccount(str(account_id))
    return found[account_id]


def balances_at(*, account_ids: Iterable[int], point: PointInTime) -> dict[int, int]:
    """Balance by account id at a point in time of their book. One statement."""
    statement = (
        f"SELECT a.id, b.balance_minor FROM ledger_account AS a {point.joins}"  # noqa: S608 (constants only)
        " WHERE a.id = ANY(%(account_ids)s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {**point.arguments, "account_ids": list(account_ids)})
        return {account_id: int(balance_minor) for account_id, balance_minor in cursor.fetchall()}


def book_of(*, account_id: int) -> int:
    """The book of an account.

    :raises NoSuchAccount: there is no such account.
    """
    book_id = Account.objects.filter(pk=account_id).values_list("book_id", flat=True).first()
    if book_id is None:
        raise NoSuchAccount(str(account_id))
    return book_id
