"""Reconcile a day: the ledger against what the custodians say, and client money against what is owed."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from django.db import connection
from django.db.models import Max

from accounts.services.actor import acting
from clearing.reconciliation.models import (
    BalanceComparison,
    BreakKind,
    ReconciliationRun,
    RunKind,
    RunStatement,
)
from clearing.reconciliation.queries.balances import (
    CustodyBalance,
    cash_balances,
    corrected_since,
    holding_balances,
)
from clearing.reconciliation.queries.client_money import client_money
from clearing.reconciliation.queries.standing import Standing, standing_breaks
from clearing.reconciliation.queries.statements import StatementsToRead, statements_to_read
from clearing.reconciliation.services.differences import BreakChanges, Difference, sync_differences
from clearing.reconciliation.services.matching_statement import MATCH_CASH, RULE_VERSION
from clearing.reconciliation.services.runs import (
    NO_MATCHES,
    RunPlace,
    Scope,
    break_lines,
    digest_of,
    match_line,
    record_run,
    take_place,
)
from clearing.reconciliation.services.statements import sync_statement_breaks
from custody.models import Custodian, Statement, StatementKind
from ledger.models import Unit

WINDOW_BUSINESS_DAYS = 3
"""How far apart ledger and bank may book the same amount, in business days of the book."""

DIFFERENCES: Mapping[str, BreakKind] = {
    RunKind.CASH: BreakKind.BALANCE_DIFFERENCE,
    RunKind.HOLDINGS: BreakKind.HOLDING_DIFFERENCE,
}
UNMATCHED = (BreakKind.LEDGER_UNMATCHED, BreakKind.EXTERNAL_UNMATCHED)
STATEMENT_BREAKS = (BreakKind.STATEMENT_MISSING, BreakKind.STATEMENT_MARKED)


def reconcile(
    *, book_id: int, custodian_code: str, business_date: dt.date, maker_id: int
) -> list[ReconciliationRun]:
    """Reconcile one custodian's cash, then its holdings, at the end of a day. Joins or opens an atomic block.

    Run again with nothing new it writes nothing and returns the same runs; with something new it adds an
    attempt. Of two at once one writes. Amounts: minor units or quantities, plus is in.

    :returns: the runs of the day, cash and holdings.
    :raises Custodian.DoesNotExist: no custodian has this code.
    :raises ReconciliationOutOfOrder: a later day has been reconciled and this one never was.
    Source: DESIGN 8 (runs, matching, breaks).
    """
    custodian = Custodian.objects.get(code=custodian_code)
    reason = f"reconciliation with {custodian_code} of {business_date}"
    with acting(actor_id=maker_id, reason=reason):
        return [
            _run(Scope(book_id, custodian.pk, RunKind.CASH, business_date), _reconcile_cash, maker_id),
            _run(
                Scope(book_id, custodian.pk, RunKind.HOLDINGS, business_date), _reconcile_holdings, maker_id
            ),
        ]


def reconcile_anew(*, statement_id: int, maker_id: int) -> ReconciliationRun | None:
    """Reconcile again, as of the newest day reconciled, because a statement took another's place since.

    Joins or opens an atomic block. The attempt is added to that day: what the superseded lines had been
    matched with is free, and is matched with the corrected ones or stands open from that day on. None: no day
    from the statement's on was reconciled yet, so that the coming run reads it as any other.

    Source: DESIGN 3 (after close), 8.
    """
    statement = Statement.objects.defer("original").get(pk=statement_id)
    newest = ReconciliationRun.objects.filter(
        book_id=statement.book_id,
        custodian_id=statement.custodian_id,
        kind=statement.kind,
        business_date__gte=statement.statement_date,
    ).aggregate(day=Max("business_date"))["day"]
    if newest is None:
        return None
    scope = Scope(statement.book_id, statement.custodian_id, statement.kind, newest)
    body = _reconcile_cash if statement.kind == StatementKind.CASH else _reconcile_holdings
    with acting(actor_id=maker_id, reason=f"statement {statement} of {statement.statement_date} corrected"):
        return _run(scope, body, maker_id)


def reconcile_client_money_of(*, book_id: int, business_date: dt.date, maker_id: int) -> ReconciliationRun:
    """Hold what clients are owed against the money that is there, by currency.

    Joins or opens an atomic block.
    A shortfall is a break of its currency; negative balances are listed and never netted. Idempotent as
    `reconcile`.

    :raises ReconciliationOutOfOrder: a later day has been reconciled and this one never was.
    Source: DESIGN 8, run 1; vector S1.
    """
    with acting(actor_id=maker_id, reason=f"client money reconciliation of {business_date}"):
        return _run(Scope(book_id, None, RunKind.CLIENT_MONEY, business_date), _reconcile_pool, maker_id)


def _run(
    scope: Scope, body: Callable[[Scope, RunPlace, int], ReconciliationRun], maker_id: int
) -> ReconciliationRun:
    place = take_place(scope=scope)
    if place.is_superseded:
        return place.attempts[-1]
    return body(scope, place, maker_id)


def _reconcile_cash(scope: Scope, place: RunPlace, maker_id: int) -> ReconciliationRun:
    statements = _statements(scope)
    with connection.cursor() as cursor:
        cursor.execute(
            MATCH_CASH,
            {
                "book_id": scope.book_id,
                "custodian_id": scope.custodian_id,
                # From the day before on: what was booked after that day's run is not lost.
                "since": place.previous_date,
                "business_date": scope.business_date,
                "statement_ids": [statement.statement_id for statement in statements.unread],
                "window": WINDOW_BUSINESS_DAYS,
                "run_id": place.run_id,
                "rule_version": RULE_VERSION,
            },
        )
        matched, opened, closed = cursor.fetchone()
    return _judge(scope, place, statements, matched, BreakChanges(opened, closed), maker_id)


def _reconcile_holdings(scope: Scope, place: RunPlace, maker_id: int) -> ReconciliationRun:
    return _judge(scope, place, _statements(scope), 0, BreakChanges(0, 0), maker_id)


def _judge(
    scope: Scope,
    place: RunPlace,
    statements: StatementsToRead,
    matched: int,
    changes: BreakChanges,
    maker_id: int,
) -> ReconciliationRun:
    """Compare the balances, bring the breaks about them and about statements up to the day, and record."""
    kind = DIFFERENCES[scope.kind]
    standing = standing_breaks(
        book_id=scope.book_id, custodian_id=scope.custodian_id or 0, run_kind=scope.kind
    )
    comparisons = _compare(scope, place, statements, standing)
    if statements.of_day is None or statements.marked or standing.has(*STATEMENT_BREAKS):
        changes += sync_statement_breaks(scope=scope, place=place, statements=statements)
    differences = _differences(scope, comparisons)
    if statements.of_day is not None and (differences or standing.has(kind)):
        changes += sync_differences(
            scope=scope,
            place=place,
            kind=kind,
            prefix=f"{scope.kind}/{scope.custodian_id}/",
            differences=differences,
        )
    lines = [f"statement {one.sha256.hex()}" for one in statements.unread]
    lines += [
        f"balance {one.custody_account_id} {one.unit_id} {one.ledger_minor} {one.external_minor}"
        for one in comparisons
    ]
    lines.append(match_line(place=place) if matched or place.attempts else NO_MATCHES)
    if standing.count_of_kind or changes != BreakChanges(0, 0) or place.attempts:
        lines += break_lines(scope=scope, place=place, kinds=[kind, *UNMATCHED, *STATEMENT_BREAKS])
    run, is_new = record_run(
        scope=scope,
        place=place,
        digest=digest_of(scope=scope, lines=lines),
        figures={
            "matched": matched,
            "opened": changes.opened,
            "closed": changes.closed,
            "compared": len(comparisons),
            "statements": len(statements.unread),
        },
        maker_id=maker_id,
    )
    if is_new:
        RunStatement.objects.bulk_create(
            [RunStatement(run=run, statement_id=one.statement_id) for one in statements.unread]
        )
        BalanceComparison.objects.bulk_create(comparisons)
    return run


def _reconcile_pool(scope: Scope, place: RunPlace, maker_id: int) -> ReconciliationRun:
    result = client_money(book_id=scope.book_id, business_date=scope.business_date)
    unit_ids = dict(Unit.objects.filter(code__in=result).values_list("code", "id"))
    changes = sync_differences(
        scope=scope,
        place=place,
        kind=BreakKind.CLIENT_MONEY_SHORTFALL,
        prefix="client-money/",
        differences=[
            Difference(
                subject=f"client-money/{code}",
                unit_id=unit_ids[code],
                ledger_minor=one.resource_minor,
                external_minor=one.requirement_minor,
            )
            for code, one in sorted(result.items())
            if one.shortfall_minor
        ],
    )
    figures = {
        code: {
            "positive_minor": one.positive_minor,
            "negative": [[each.account, each.balance_minor] for each in one.negative],
            "unallocated_minor": one.unallocated_minor,
            "prudent_segregation_minor": one.prudent_segregation_minor,
            "obligations_minor": one.obligations_minor,
            "requirement_minor": one.requirement_minor,
            "resource_minor": one.resource_minor,
            "shortfall_minor": one.shortfall_minor,
            "excess_minor": one.excess_minor,
            "naive_requirement_minor": one.naive_requirement_minor,
        }
        for code, one in sorted(result.items())
    }
    lines = [repr(sorted(figures.items()))]
    lines += break_lines(scope=scope, place=place, kinds=[BreakKind.CLIENT_MONEY_SHORTFALL])
    run, _ = record_run(
        scope=scope,
        place=place,
        digest=digest_of(scope=scope, lines=lines),
        figures={"opened": changes.opened, "closed": changes.closed, "currencies": figures},
        maker_id=maker_id,
    )
    return run


def _statements(scope: Scope) -> StatementsToRead:
    return statements_to_read(
        book_id=scope.book_id,
        custodian_id=scope.custodian_id or 0,
        kind=scope.kind,
        business_date=scope.business_date,
    )


def _compare(
    scope: Scope, place: RunPlace, statements: StatementsToRead, standing: Standing
) -> list[BalanceComparison]:
    """Hold the balances against each other, with what is unmatched on either side.

    What a corrected statement booked after the day counts as open in the ledger, the other way round.
    """
    compared = cash_balances if scope.kind == RunKind.CASH else holding_balances
    balances: Sequence[CustodyBalance] = compared(
        book_id=scope.book_id,
        custodian_id=scope.custodian_id or 0,
        business_date=scope.business_date,
        statement_id=statements.of_day.statement_id if statements.of_day else None,
    )
    later = corrected_since(
        book_id=scope.book_id, custodian_id=scope.custodian_id or 0, business_date=scope.business_date
    )
    return [
        BalanceComparison(
            run_id=place.run_id,
            custody_account_id=balance.custody_account_id,
            unit_id=balance.unit_id,
            ledger_minor=balance.ledger_minor,
            external_minor=balance.external_minor,
            open_ledger_minor=unmatched[0] - later.get((balance.custody_account_id, balance.unit_id), 0),
            open_external_minor=unmatched[1],
        )
        for balance in balances
        for unmatched in [standing.unmatched.get((balance.custody_account_id, balance.unit_id), (0, 0))]
    ]


def _differences(scope: Scope, comparisons: Sequence[BalanceComparison]) -> list[Difference]:
    """Return what the open items do not explain. Where nothing is stated there is nothing to differ from."""
    return [
        Difference(
            subject=f"{scope.kind}/{scope.custodian_id}/{one.custody_account_id}/{one.unit_id}",
            custody_account_id=one.custody_account_id,
            unit_id=one.unit_id,
            ledger_minor=one.ledger_minor,
            external_minor=one.external_minor,
        )
        for one in comparisons
        if one.external_minor is not None
        and one.ledger_minor - one.open_ledger_minor != one.external_minor - one.open_external_minor
    ]
