"""What every run does: one at a time, in the order of days, with a digest of its result."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q

from clearing.reconciliation.models import ReconciliationRun
from clearing.reconciliation.services.matching_statement import RULE_VERSION

LOCK_CLASS = 0x504C5243
"""The first key of a run's lock ("PLRC"); the second is made of book, custodian and kind."""

FIRST_DAY = dt.date.min


class ReconciliationOutOfOrder(Exception):
    """A later day has been reconciled and carried everything open along: what comes late is matched there."""

    code = "reconciliation_out_of_order"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run is about. Client money has no custodian."""

    book_id: int
    custodian_id: int | None
    kind: str
    business_date: dt.date

    @property
    def of_custodian(self) -> Q:
        """The rows of this custodian, or those of none."""
        if self.custodian_id is None:
            return Q(custodian__isnull=True)
        return Q(custodian_id=self.custodian_id)


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a run stands: the number it will have, what there is of its day, and the day before it."""

    run_id: int
    attempts: tuple[ReconciliationRun, ...]
    previous_date: dt.date
    is_superseded: bool

    @property
    def run_ids(self) -> list[int]:
        return [*(run.pk for run in self.attempts), self.run_id]


_RUNS = """FROM reconciliation_reconciliationrun AS r
    WHERE r.book_id = %(book_id)s AND r.kind = %(kind)s AND r.custodian_id {custodian}
        AND r.business_date"""
_PLACE = f"""
SELECT
    nextval('reconciliation_reconciliationrun_id_seq'),
    (SELECT max(r.business_date) {_RUNS} < %(business_date)s),
    EXISTS (SELECT {_RUNS} > %(business_date)s),
    EXISTS (SELECT {_RUNS} = %(business_date)s)
"""
_PLACE_WITH_CUSTODIAN = _PLACE.format(custodian="= %(custodian_id)s")
_PLACE_OF_POOL = _PLACE.format(custodian="IS NULL")


def take_place(*, scope: Scope) -> RunPlace:
    """Lock the scope until the transaction ends, which it requires, and say where the run stands.

    Of two at the same time the second waits, and then finds the first one's result.

    :raises ReconciliationOutOfOrder: a later day has been reconciled and this one never was.
    """
    arguments: dict[str, Any] = {
        "lock_class": LOCK_CLASS,
        "key": f"{scope.book_id}/{scope.custodian_id}/{scope.kind}",
        "book_id": scope.book_id,
        "custodian_id": scope.custodian_id,
        "kind": scope.kind,
        "business_date": scope.business_date,
    }
    with connection.cursor() as cursor:
        # A statement of its own: what comes after it sees what the holder before has committed.
        cursor.execute("SELECT pg_advisory_xact_lock(%(lock_class)s, hashtext(%(key)s))", arguments)
        cursor.execute(_PLACE_OF_POOL if scope.custodian_id is None else _PLACE_WITH_CUSTODIAN, arguments)
        run_id, previous, is_superseded, is_repeated = cursor.fetchone()
    attempts: tuple[ReconciliationRun, ...] = ()
    if is_repeated:
        runs = ReconciliationRun.objects.filter(scope.of_custodian, book_id=scope.book_id, kind=scope.kind)
        attempts = tuple(runs.filter(business_date=scope.business_date).order_by("attempt"))
    if is_superseded and not attempts:
        raise ReconciliationOutOfOrder(ReconciliationOutOfOrder.__doc__)
    return RunPlace(run_id, attempts, previous or FIRST_DAY, is_superseded)


def digest_of(*, scope: Scope, lines: Iterable[str]) -> bytes:
    """Return the SHA-256 of a run's result, line by line in the order given."""
    digest = hashlib.sha256()
    for line in (f"rules {RULE_VERSION}", f"{scope.kind} {scope.business_date}", *lines):
        digest.update(line.encode() + b"\n")
    return digest.digest()


def record_run(
    *, scope: Scope, place: RunPlace, digest: bytes, figures: Mapping[str, object], maker_id: int
) -> tuple[ReconciliationRun, bool]:
    """Write the run, unless an attempt of the day came to the same. Requires the caller's transaction.

    :returns: the run, and whether it is new.
    """
    for attempt in place.attempts:
        if bytes(attempt.digest) == digest:
            return attempt, False
    run = ReconciliationRun.objects.create(
        pk=place.run_id,
        book_id=scope.book_id,
        custodian_id=scope.custodian_id,
        kind=scope.kind,
        business_date=scope.business_date,
        attempt=len(place.attempts) + 1,
        rule_version=RULE_VERSION,
        digest=digest,
        figures=dict(figures),
        maker_id=maker_id,
    )
    return run, True


# Business keys, not row numbers: the same books and statements give the same digest in another database.
_BREAKS = """
SELECT concat_ws(
    '|', b.kind, c.external_number, n.code, e.caller, e.idempotency_key, s.external_number, x.sequence,
    b.ledger_minor, b.external_minor, b.first_seen_on, b.closing_run_id IS NOT NULL
)
FROM reconciliation_reconciliationbreak AS b
LEFT JOIN custody_custodyaccount AS c ON c.id = b.custody_account_id
LEFT JOIN ledger_unit AS n ON n.id = b.unit_id
LEFT JOIN ledger_journalentry AS e ON e.id = b.entry_id
LEFT JOIN custody_statemententry AS x ON x.id = b.statement_entry_id
LEFT JOIN custody_statement AS s ON s.id = coalesce(b.statement_id, x.statement_id)
WHERE b.book_id = %(book_id)s AND b.custodian_id IS NOT DISTINCT FROM %(custodian_id)s
    AND b.kind = ANY(%(kinds)s)
    AND (b.status <> 'closed' OR b.closing_run_id = ANY(%(run_ids)s))
    -- Cash and holdings have breaks about statements of their own; the subject says which.
    AND (
        b.kind NOT IN ('statement_missing', 'statement_marked')
        OR split_part(b.subject, '/', 2) = %(run_kind)s
    )
ORDER BY 1
"""

_MATCHES = """
SELECT sha256(convert_to(coalesce(string_agg(line, E'\\n' ORDER BY line), ''), 'UTF8'))
FROM (
    SELECT concat_ws(
        '|', m.rule, e.caller, e.idempotency_key, a.address, s.external_number, x.sequence, l.amount_minor
    ) AS line
    FROM reconciliation_match AS m
    INNER JOIN reconciliation_matchallocation AS l ON l.match_id = m.id AND l.entry_id IS NOT NULL
    INNER JOIN ledger_journalentry AS e ON e.id = l.entry_id
    INNER JOIN ledger_account AS a ON a.id = l.account_id
    INNER JOIN reconciliation_matchallocation AS r ON r.match_id = m.id AND r.statement_entry_id IS NOT NULL
    INNER JOIN custody_statemententry AS x ON x.id = r.statement_entry_id
    INNER JOIN custody_statement AS s ON s.id = x.statement_id
    WHERE m.run_id = ANY(%(run_ids)s)
) AS lines
"""


def break_lines(*, scope: Scope, place: RunPlace, kinds: Iterable[str]) -> list[str]:
    """Return the open breaks of these kinds, and those that the day's runs have closed, for the digest."""
    with connection.cursor() as cursor:
        cursor.execute(
            _BREAKS,
            {
                "book_id": scope.book_id,
                "custodian_id": scope.custodian_id,
                "kinds": list(kinds),
                "run_kind": scope.kind,
                "run_ids": place.run_ids,
            },
        )
        return [line for (line,) in cursor.fetchall()]


NO_MATCHES = hashlib.sha256(b"").hexdigest()
"""What `match_line` returns of a day without matches."""


def match_line(*, place: RunPlace) -> str:
    """Return the hash of all matches of the day's runs, for the digest."""
    with connection.cursor() as cursor:
        cursor.execute(_MATCHES, {"run_ids": place.run_ids})
        [digest] = cursor.fetchone()
    return bytes(digest).hex()
