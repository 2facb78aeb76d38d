"""Breaks about statements themselves: one that did not come, one that failed a check."""

from clearing.reconciliation.models import BreakKind, BreakStatus, ReconciliationBreak
from clearing.reconciliation.queries.statements import StatementsToRead, StatementToRead, days_stated
from clearing.reconciliation.services.differences import BreakChanges, Difference, sync_differences
from clearing.reconciliation.services.runs import RunPlace, Scope
from custody.queries.statements import is_usable


def sync_statement_breaks(*, scope: Scope, place: RunPlace, statements: StatementsToRead) -> BreakChanges:
    """Open breaks for a missing statement of the day and for marked ones; close those a later one settles.

    Requires the caller's `acting()` block. A missing day stays missing until a usable statement of that day
    has come; a marked statement stays a break until a usable one of its day has come after it: one that came
    beside a usable one may correct it, and waits for somebody to say so.
    """
    return _sync_missing(scope, place, statements) + _sync_marked(scope, place, statements)


def _sync_missing(scope: Scope, place: RunPlace, statements: StatementsToRead) -> BreakChanges:
    prefix = f"missing/{scope.kind}/{scope.custodian_id}/"
    open_breaks = _open_breaks(scope, BreakKind.STATEMENT_MISSING, prefix)
    days = {one.first_seen_on for one in open_breaks} - {scope.business_date}
    if days:
        days -= days_stated(
            book_id=scope.book_id, custodian_id=scope.custodian_id or 0, kind=scope.kind, days=days
        ).keys()
    if statements.of_day is None:
        days.add(scope.business_date)
    if not days and not open_breaks:
        return BreakChanges(0, 0)
    return sync_differences(
        scope=scope,
        place=place,
        kind=BreakKind.STATEMENT_MISSING,
        prefix=prefix,
        differences=[Difference(subject=f"{prefix}{day}") for day in sorted(days)],
    )


def _sync_marked(scope: Scope, place: RunPlace, statements: StatementsToRead) -> BreakChanges:
    prefix = f"marked/{scope.kind}/{scope.custodian_id}/"
    open_breaks = _open_breaks(scope, BreakKind.STATEMENT_MARKED, prefix)
    if not statements.marked and not open_breaks:
        return BreakChanges(0, 0)
    marked = {
        one.statement.pk: StatementToRead(
            one.statement.pk, one.statement.statement_date, b"", (one.cause,), is_usable(one.statement)
        )
        for one in open_breaks
        if one.statement is not None
    }
    marked |= {statement.statement_id: statement for statement in statements.marked}
    replaced = days_stated(
        book_id=scope.book_id,
        custodian_id=scope.custodian_id or 0,
        kind=scope.kind,
        days={one.statement_date for one in marked.values() if not one.is_usable},
    )
    found = [
        Difference(
            subject=f"{prefix}{statement_id}",
            statement_id=statement_id,
            cause=", ".join(statement.finding_codes)[:200],
        )
        for statement_id, statement in sorted(marked.items())
        if statement.is_usable or replaced.get(statement.statement_date, 0) < statement_id
    ]
    return sync_differences(
        scope=scope, place=place, kind=BreakKind.STATEMENT_MARKED, prefix=prefix, differences=found
    )


def _open_breaks(scope: Scope, kind: str, prefix: str) -> list[ReconciliationBreak]:
    rows = ReconciliationBreak.objects.filter(
        scope.of_custodian, book_id=scope.book_id, kind=kind, subject__startswith=prefix
    ).exclude(status=BreakStatus.CLOSED)
    return list(rows.select_related("statement").defer("statement__original"))
