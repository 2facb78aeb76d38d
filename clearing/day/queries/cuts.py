"""What a day has to go through: identifiers to cut, statements to take in, days missed. Reads only."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Max, Q

from clearing.day.domain.plan import Cut
from clearing.marks.models import Instrument
from clearing.reconciliation.queries.statements import statements_to_read
from contracts.models import FinancingContract, TermsVersion
from custody.models import CustodyAccount, StatementKind
from ledger.models import BusinessDay, TradingSession


def ids_to_cut(*, book_id: int, cut: Cut) -> Sequence[int]:
    """Return the identifiers that a phase is cut by, ascending."""
    match cut:
        case Cut.CONTRACTS:
            rows = FinancingContract.objects.filter(book_id=book_id).order_by("pk")
            return list(rows.values_list("pk", flat=True))
        case Cut.INSTRUMENTS:
            return list(Instrument.objects.order_by("pk").values_list("pk", flat=True))
        case Cut.CUSTODIANS:
            return _custodians(book_id)
        case _:
            return []


def statements_to_take_in(*, book_id: int, business_date: dt.date) -> list[int]:
    """Return the usable statements up to the day that no earlier day's reconciliation has read."""
    return [
        statement.statement_id
        for custodian_id in _custodians(book_id)
        for kind in (StatementKind.CASH, StatementKind.HOLDINGS)
        for statement in statements_to_read(
            book_id=book_id, custodian_id=custodian_id, kind=kind, business_date=business_date
        ).unread
    ]


def is_first_day_of_month(*, book_id: int, business_date: dt.date) -> bool:
    """Return whether the business day before lies in another month; a book's first day does not count."""
    before = BusinessDay.objects.filter(book_id=book_id, business_date__lt=business_date).aggregate(
        last=Max("business_date")
    )["last"]
    return before is not None and (before.year, before.month) != (business_date.year, business_date.month)


def missed_days(*, book_id: int, until: dt.date) -> list[dt.date]:
    """Return the days to run up to `until`: the open day first, then each session since the last one.

    Sessions are those of any calendar that the terms of the book's contracts name; a book without contracts
    has its weekdays.
    """
    days = BusinessDay.objects.filter(book_id=book_id)
    last = days.aggregate(last=Max("business_date"))["last"]
    opened = days.exclude(status=BusinessDay.Status.CLOSED).values_list("business_date", flat=True).first()
    if last is None:
        return [until]
    calendars = (
        TermsVersion.objects.filter(Q(contracts__book_id=book_id) | Q(amendments__book_id=book_id))
        .values("calendar_code")
        .distinct()
    )
    if calendars:
        sessions = set(
            TradingSession.objects.filter(
                calendar_code__in=calendars, session_date__gt=last, session_date__lte=until
            ).values_list("session_date", flat=True)
        )
    else:
        span = (last + dt.timedelta(days=count) for count in range(1, (until - last).days + 1))
        sessions = {day for day in span if day.weekday() < 5}
    found = sorted(sessions)
    return [opened, *found] if opened is not None and opened <= until else found


def _custodians(book_id: int) -> list[int]:
    rows = CustodyAccount.objects.filter(book_id=book_id).order_by("custodian_id")
    return list(rows.values_list("custodian_id", flat=True).distinct())
