"""An account's postings, newest first, each with the balance that it left: one page at a time."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Q, Sum

from ledger.models import Account, Posting
from ledger.queries.balances import balance_as_of
from ledger.queries.months import months_away

LAST_ENTRY = 2**63 - 1
"""Past every entry of a day: where a page starts that has nothing above it on its day."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: a posting in the order of booking. The next page holds what came before it."""

    booking_date: dt.date
    entry_id: int
    posting_no: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting, and the account's balance after it. Signed minor units, debit positive."""

    entry_id: int
    posting_no: int
    booking_date: dt.date
    value_date: dt.date
    kind: str
    narration: str
    source_reference: str
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    lines: Sequence[StatementLine]
    older: Place | None
    """Where the next page goes on; None at the first posting."""
    away: dt.date | None = None
    """The first day of a month whose postings would come next and are detached; `older` goes on below it."""


def account_statement(
    *, account_id: int, until: dt.date, before: Place | None = None, size: int = 100
) -> StatementPage:
    """Return the newest postings booked up to a day, or those before a place.

    The balance at the top comes from the snapshot of its day, so no page reads more than itself and one day.
    A page ends where a detached month begins, and names it; below, the balance comes from a snapshot again.
    """
    book_id = Account.objects.values_list("book_id", flat=True).get(pk=account_id)
    top = before.booking_date if before else until
    away = max((month for month in months_away(book_id=book_id) if month <= top), default=None)
    postings = Posting.objects.filter(account_id=account_id)
    if away is not None:
        postings = postings.filter(booking_date__gte=_first_day_after(away))
    if before is None:
        balance_minor = balance_as_of(account_id=account_id, business_date=until)
        rows = postings.filter(booking_date__lte=until)
    else:
        that_day = postings.filter(booking_date=before.booking_date)
        later = that_day.filter(
            Q(entry_id__gt=before.entry_id) | Q(entry_id=before.entry_id, posting_no__gte=before.posting_no)
        ).aggregate(total=Sum("amount_minor"))["total"]
        balance_minor = balance_as_of(account_id=account_id, business_date=before.booking_date) - (later or 0)
        rows = postings.filter(
            Q(booking_date__lt=before.booking_date)
            | Q(booking_date=before.booking_date, entry_id__lt=before.entry_id)
            | Q(
                booking_date=before.booking_date,
                entry_id=before.entry_id,
                posting_no__lt=before.posting_no,
            ),
            booking_date__lte=before.booking_date,
        )
    found: list[tuple[Any, ...]] = list(
        rows.order_by("-booking_date", "-entry_id", "-posting_no").values_list(
            "entry_id",
            "posting_no",
            "booking_date",
            "value_date",
            F("entry__kind_id"),
            F("entry__narration"),
            F("entry__source_reference"),
            "amount_minor",
        )[: size + 1]
    )
    lines = []
    for row in found[:size]:
        lines.append(StatementLine(*[*row, balance_minor]))
        balance_minor -= row[-1]
    last = lines[-1] if len(found) > size else None
    if last is None and away is not None:
        return StatementPage(lines, Place(away - dt.timedelta(1), LAST_ENTRY, 0), away)
    older = Place(last.booking_date, last.entry_id, last.posting_no) if last else None
    return StatementPage(lines, older)


def _first_day_after(month: dt.date) -> dt.date:
    return (month + dt.timedelta(32)).replace(day=1)
