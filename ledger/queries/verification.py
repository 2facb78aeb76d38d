"""Prove a book from its postings: every balance, every identity, every snapshot and position.

Each check is one statement that returns what fails, with the name of what fails. A check that could not look
at everything (a month detached, a right missing) is incomplete, and then the whole answer is: never clean.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import DatabaseError, connection, transaction

from ledger.domain.seal_files import OutsideSeal
from ledger.models import Book
from ledger.queries import (
    checks_entries,
    checks_exchange,
    checks_holds,
    checks_periods,
    checks_seals,
    checks_time,
)
from ledger.queries.months import months_away
from ledger.queries.periods import Reopening, reopenings
from ledger.queries.verification_check import Check
from ledger.queries.verification_checks import CHECKS

ALL_CHECKS: tuple[Check, ...] = (
    *CHECKS,
    *checks_entries.CHECKS,
    *checks_holds.CHECKS,
    *checks_periods.CHECKS,
    *checks_time.CHECKS,
    *checks_exchange.CHECKS,
    *checks_seals.CHECKS,
)

SHOWN_PER_CHECK = 50
"""How many findings of one check are named; the rest are counted."""


class Verdict(enum.Enum):
    """What a verification may say."""

    CLEAN = "clean"
    FAILED = "failed"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found: `findings` name what fails, `reason` says why it could not look at everything."""

    name: str
    findings: tuple[str, ...] = ()
    found: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer for one book. `failed` outranks `incomplete`: what was found is found."""

    book_code: str
    entries: int
    postings: int
    accounts: int
    checks: tuple[CheckResult, ...] = field(default=())
    notes: tuple[str, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    """Periods that were opened again after their close: no fault, and not to be overlooked."""

    @property
    def verdict(self) -> Verdict:
        if any(check.found for check in self.checks):
            return Verdict.FAILED
        if any(check.reason for check in self.checks):
            return Verdict.INCOMPLETE
        return Verdict.CLEAN


def verify_book(*, book: Book, outside: Sequence[OutsideSeal] = ()) -> Verification:
    """Run every check on one book, in one snapshot of the database where it opens the transaction itself.

    Joins a transaction that is open (a dry run proves its own uncommitted work that way). Reads only.
    `outside` are seals that somebody else holds: they find what a superuser changed together with the seals.

    Source: DESIGN 4 (identities), 11.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        arguments = {"book": book.id}
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_journalentry WHERE book_id = %(book)s),"
            " (SELECT count(*) FROM ledger_posting WHERE book_id = %(book)s),"
            " (SELECT count(*) FROM ledger_account WHERE book_id = %(book)s)",
            arguments,
        )
        entries, postings, accounts = cursor.fetchone()
        missing = [f"{month:%Y-%m}" for month in months_away(book_id=book.id)]
        named = ", ".join(missing)
        reason = f"no postings to look at for {named}: the months are detached" if missing else ""
        results = tuple(
            CheckResult(check.name, reason=f"not run: {reason}")
            if missing and check.needs_every_month
            else _run(check, arguments, reason)
            for check in ALL_CHECKS
        )
        sealed, notes = _run_seals(book, outside, missing, reason)
        reopened = tuple(reopenings(book_id=book.id))
    return Verification(book.code, entries, postings, accounts, (*results, *sealed), notes, reopened)


def _run_seals(
    book: Book, outside: Sequence[OutsideSeal], missing: Sequence[str], reason: str
) -> tuple[list[CheckResult], tuple[str, ...]]:
    try:
        with transaction.atomic():
            found, notes = checks_seals.check_seals(
                book=book, outside=outside, missing_months=missing, reason=reason
            )
    except DatabaseError as error:
        return [CheckResult("seals", reason=f"could not look: {str(error).splitlines()[0]}")], ()
    results = [
        CheckResult(one.name, tuple(one.findings[:SHOWN_PER_CHECK]), len(one.findings), one.reason)
        for one in found
    ]
    return results, tuple(notes)


def _run(check: Check, arguments: Mapping[str, int], reason: str) -> CheckResult:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(check.sql, arguments)
            rows = list(_first(cursor.fetchall()))
    except DatabaseError as error:
        return CheckResult(check.name, reason=f"could not look: {str(error).splitlines()[0]}")
    return CheckResult(check.name, tuple(rows[:SHOWN_PER_CHECK]), len(rows), reason)


def _first(rows: list[tuple[object, ...]]) -> Iterator[str]:
    return (str(row[0]) for row in rows)
