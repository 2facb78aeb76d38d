"""Which statements a run has to read. Reads only."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from clearing.reconciliation.models import RunStatement
from custody.models import Statement, StatementKind, StatementState
from custody.queries.statements import READ_STATES, is_usable


@dataclass(frozen=True, slots=True)
class StatementsToRead:
    """Usable ones that no earlier run has read, one a day; the day's own; all new ones with a finding."""

    unread: tuple[Statement, ...]
    of_day: Statement | None
    marked: tuple[Statement, ...]


def statements_to_read(
    *, book_id: int, custodian_id: int, kind: str, business_date: dt.date
) -> StatementsToRead:
    """Return what the run of a day reads of one kind of statements; of several for a day the first."""
    readable = Q(kind=kind, state__in=READ_STATES)
    if kind == StatementKind.CASH:
        readable |= Q(state=StatementState.UNREADABLE)  # of either kind; told once
    read_before = RunStatement.objects.filter(
        run__book_id=book_id,
        run__custodian_id=custodian_id,
        run__kind=kind,
        run__business_date__lt=business_date,
    )
    found = list(
        Statement.objects.filter(
            readable,
            ~Exists(read_before.filter(statement_id=OuterRef("pk"))),
            book_id=book_id,
            custodian_id=custodian_id,
            statement_date__lte=business_date,
        )
        .defer("original")
        .order_by("statement_date", "id")
    )
    days_read = set(
        read_before.filter(
            statement__statement_date__in={one.statement_date for one in found} - {business_date}
        ).values_list("statement__statement_date", flat=True)
    )
    first_of_day: dict[dt.date, Statement] = {}
    for statement in found:
        if is_usable(statement) and statement.statement_date not in days_read:
            first_of_day.setdefault(statement.statement_date, statement)
    return StatementsToRead(
        unread=tuple(first_of_day.values()),
        of_day=first_of_day.get(business_date),
        marked=tuple(statement for statement in found if statement.findings),
    )


def days_stated(*, book_id: int, custodian_id: int, kind: str, days: Collection[dt.date]) -> set[dt.date]:
    """Return those of the days for which a usable statement is there."""
    if not days:
        return set()
    found = Statement.objects.filter(
        book_id=book_id,
        custodian_id=custodian_id,
        kind=kind,
        state__in=READ_STATES,
        statement_date__in=days,
    ).defer("original")
    return {statement.statement_date for statement in found if is_usable(statement)}
