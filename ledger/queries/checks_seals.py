"""The checks of `verify_ledger` that prove seals: rows, leaves, roots, chain, digests.

They stream: each seal's leaves are computed by the database anew and handed over as hashes, so that a million
postings take seconds and little memory.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence

from django.db import connection

from ledger.domain.merkle import CompactRange
from ledger.domain.seal_files import OutsideSeal
from ledger.domain.seals import (
    SealHeader,
    TrialBalanceRow,
    header_bytes,
    is_signed,
    trial_balance_digest,
)
from ledger.domain.tiles import HASH_SIZE, grow
from ledger.models import Book, JournalEntry, Seal, SealChart, SealKeyEvent, SealNode
from ledger.queries.checks_seal_keys import check_signatures
from ledger.queries.seal_texts import headers_of
from ledger.queries.verification_check import Check, Found

CHUNK = 50_000
NOT_SEALING = "No key of seals is published, so closes are not sealed."

_UNSEALED = """
SELECT d.business_date, c.close_no
FROM ledger_dayclose AS c
INNER JOIN ledger_businessday AS d ON d.id = c.day_id
WHERE d.book_id = %(book)s
    AND c.recorded_at >= (SELECT min(e.recorded_at) FROM ledger_sealkeyevent AS e)
    AND NOT EXISTS (SELECT FROM ledger_seal AS s WHERE s.day_close_id = c.id)
"""

_CLOSES = """
SELECT s.id, c.last_position, d.book_id
FROM ledger_seal AS s
INNER JOIN ledger_dayclose AS c ON c.id = s.day_close_id
INNER JOIN ledger_businessday AS d ON d.id = c.day_id
WHERE s.book_id = %(book)s
"""

# Per seal and line, what changed of accounts not at zero and of their sides: summed up over the seals it is
# each trial balance, at the cost of reading every posting once.
_TRIAL_BALANCES = """
WITH moved AS (
    SELECT s.seal_no, p.account_id, sum(p.amount_minor) AS amount_minor
    FROM ledger_seal AS s
    CROSS JOIN LATERAL (
        SELECT own.entry_id
        FROM ledger_entryposition AS own
        WHERE own.book_id = s.book_id AND own.position BETWEEN s.first_position AND s.tree_size
        OFFSET 0
    ) AS o
    INNER JOIN ledger_journalentry AS e ON e.id = o.entry_id
    INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
    WHERE s.book_id = %(book)s
    GROUP BY s.seal_no, p.account_id
), stood AS (
    SELECT
        m.seal_no,
        m.account_id,
        sum(m.amount_minor) OVER (PARTITION BY m.account_id ORDER BY m.seal_no) AS after,
        sum(m.amount_minor) OVER (PARTITION BY m.account_id ORDER BY m.seal_no) - m.amount_minor AS before
    FROM moved AS m
)
SELECT
    t.seal_no, u.code, a.ring, a.category_id,
    sum((t.after <> 0)::integer - (t.before <> 0)::integer),
    sum(greatest(t.after, 0) - greatest(t.before, 0)),
    sum(greatest(-t.after, 0) - greatest(-t.before, 0))
FROM stood AS t
INNER JOIN ledger_account AS a ON a.id = t.account_id
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
GROUP BY t.seal_no, u.code, a.ring, a.category_id
ORDER BY t.seal_no
"""


CHECKS: tuple[Check, ...] = (
    Check(
        "snapshots_of_closes",
        "every snapshot is of a close that was made",
        """
        SELECT format(
            'account %%s, %%s: its snapshot is of close %%s, which is not there', s.account_id, s.day,
            s.close_no
        )
        FROM (
            SELECT o.account_id, o.business_date AS day, o.close_no
            FROM ledger_dailysnapshot AS o
            WHERE o.book_id = %(book)s
            UNION ALL
            SELECT v.account_id, v.closed_date, v.close_no
            FROM ledger_valuesnapshot AS v
            INNER JOIN ledger_account AS a ON a.id = v.account_id
            WHERE a.book_id = %(book)s
        ) AS s
        WHERE NOT EXISTS (
                SELECT FROM ledger_dayclose AS c
                INNER JOIN ledger_businessday AS d ON d.id = c.day_id
                WHERE d.book_id = %(book)s AND d.business_date = s.day AND c.close_no = s.close_no
            )
        """,
    ),
)


def check_seals(
    *, book: Book, outside: Sequence[OutsideSeal], missing_months: Sequence[str], reason: str
) -> tuple[list[Found], list[str]]:
    """Return what each check of the seals found, and notes on what does not fail. Reads only.

    `missing_months` (YYYY-MM) are detached: their entries keep the leaves that were sealed; `reason` says so.
    """
    seals = list(Seal.objects.filter(book=book).order_by("seal_no"))
    if not seals and not SealKeyEvent.objects.exists():
        held = [_held_outside(book, seals, outside)] if outside else []
        return held, [NOT_SEALING]
    headers = headers_of(seals=seals)
    entries, trees = _rows(book, seals, missing_months, reason)
    found = [
        _chained(book, seals, headers),
        check_signatures(seals=seals, headers=headers),
        entries,
        trees,
        _charts(book, seals),
        _trial_balances(book, seals, reason),
    ]
    if outside:
        found.append(_held_outside(book, seals, outside))
    return found, []


def _chained(book: Book, seals: Sequence[Seal], headers: dict[int, SealHeader]) -> Found:
    found = Found("seals_chained")
    with connection.cursor() as cursor:
        cursor.execute(_CLOSES, {"book": book.pk})
        closes = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(_UNSEALED, {"book": book.pk})
        found.findings += [f"day {day}, close {number}: is not sealed" for day, number in cursor.fetchall()]
    size, number = 0, 0
    previous: bytes | None = None
    moment = None
    for seal in seals:
        header = headers.get(seal.pk)
        if header is None:
            found.findings.append(f"seal {seal.seal_no}: its close, day or book is not there")
        elif bytes(seal.seal_hash) != hashlib.sha256(header_bytes(header)).digest():
            found.findings.append(f"seal {seal.seal_no}: its hash is not that of what it says")
        stored = None if seal.previous_hash is None else bytes(seal.previous_hash)
        if (seal.seal_no, seal.first_position, stored) != (number + 1, size + 1, previous) or (
            moment and seal.recorded_at < moment
        ):
            found.findings.append(f"seal {seal.seal_no}: does not follow from seal {number}")
        if closes.get(seal.pk) != (seal.tree_size, book.pk):
            found.findings.append(f"seal {seal.seal_no}: covers {seal.tree_size} entries, its close others")
        number, size, previous = seal.seal_no, seal.tree_size, bytes(seal.seal_hash)
        moment = seal.recorded_at
    return found


def _rows(
    book: Book, seals: Sequence[Seal], missing_months: Sequence[str], reason: str
) -> tuple[Found, Found]:
    """Rows to leaves, leaves to roots and to the kept nodes."""
    entries, trees = Found("seals_entries", reason=reason), Found("seals_trees", reason=reason)
    tree = CompactRange()
    for seal in seals:
        kept = {
            (node.level, node.first_index): (node.book_id, bytes(node.hashes))
            for node in SealNode.objects.filter(seal=seal)
        }
        sealed_leaves = _sealed_leaves(kept)
        leaves: list[bytes] = []
        for place, entry_id, leaf in _leaves(book, tree.size + 1, seal.tree_size):
            sealed = sealed_leaves.get(place - 1)
            if sealed != leaf and sealed is not None and _is_detached(entry_id, missing_months):
                leaf = sealed
            elif sealed != leaf:
                entries.findings.append(f"entry {entry_id}, position {place}: is not what was sealed")
            leaves.append(leaf)
        if tree.size + len(leaves) != seal.tree_size:
            entries.findings.append(f"seal {seal.seal_no}: some of its entries are gone")
        grown = {(run.level, run.first_index): (book.pk, run.hashes) for run in grow(tree, leaves)}
        if tree.root() != bytes(seal.root_hash):
            trees.findings.append(f"seal {seal.seal_no}: its root is not that of the entries")
        if kept != grown:
            trees.findings.append(f"seal {seal.seal_no}: its nodes are not those of the tree")
    return entries, trees


def _leaves(book: Book, first: int, last: int) -> Iterator[tuple[int, int, bytes]]:
    with connection.cursor() as cursor:
        for begin in range(first, last + 1, CHUNK):
            end = min(begin + CHUNK - 1, last)
            cursor.execute("SELECT * FROM ledger_entry_leaves(%s, %s, %s)", [book.pk, begin, end])
            for place, entry_id, leaf in cursor.fetchall():
                yield place, entry_id, bytes(leaf)


def _sealed_leaves(kept: dict[tuple[int, int], tuple[int, bytes]]) -> dict[int, bytes]:
    return {
        first + at // HASH_SIZE: hashes[at : at + HASH_SIZE]
        for (level, first), (_, hashes) in kept.items()
        if level == 0
        for at in range(0, len(hashes), HASH_SIZE)
    }


def _is_detached(entry_id: int, missing_months: Sequence[str]) -> bool:
    if not missing_months:
        return False
    booked = JournalEntry.objects.filter(pk=entry_id).values_list("booking_date", flat=True).first()
    return booked is not None and booked.strftime("%Y-%m") in missing_months


def _charts(book: Book, seals: Sequence[Seal]) -> Found:
    """Each chart is what its digest names; what the newest seal covers still stands, unchanged."""
    found = Found("seals_charts")
    kept = SealChart.objects.filter(pk__in={seal.chart_id for seal in seals})
    charts = {chart.pk: chart.content for chart in kept}
    for digest, content in charts.items():
        if hashlib.sha256(content.encode()).hexdigest() != digest:
            found.findings.append(f"chart {digest}: is not what was sealed")
    for seal in seals:
        if seal.chart_id not in charts:
            found.findings.append(f"seal {seal.seal_no}: its chart is gone")
    if not seals or seals[-1].chart_id not in charts or found.findings:
        return found
    with connection.cursor() as cursor:
        cursor.execute("SELECT part, key, content::text FROM ledger_chart_rows(%s)", [book.pk])
        now = {(part, key): json.loads(content) for part, key, content in cursor.fetchall()}
    for line in charts[seals[-1].chart_id].splitlines():
        part, key, content = line.split(" ", 2)
        sealed, current = json.loads(content), now.get((part, key))
        if current is None:
            found.findings.append(f"{part} {key}: was sealed and is gone")
        elif differing := sorted(name for name in sealed if sealed[name] != current.get(name)):
            found.findings.append(f"{part} {key}: {', '.join(differing)} differs from what was sealed")
    return found


def _trial_balances(book: Book, seals: Sequence[Seal], reason: str) -> Found:
    found = Found("seals_trial_balances", reason=reason)
    if reason:
        return found
    changes: dict[int, list[tuple[tuple[str, str, int], tuple[int, int, int]]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL_BALANCES, {"book": book.pk})
        for seal_no, *line, accounts, debit, credit in cursor.fetchall():
            amounts = (int(accounts), int(debit), int(credit))
            changes.setdefault(seal_no, []).append(((line[0], line[1], line[2]), amounts))
    lines: dict[tuple[str, str, int], tuple[int, int, int]] = {}
    for seal in seals:
        for line, (accounts, debit, credit) in changes.get(seal.seal_no, ()):
            held = lines.get(line, (0, 0, 0))
            lines[line] = (held[0] + accounts, held[1] + debit, held[2] + credit)
        rows = [TrialBalanceRow(*line, *amounts) for line, amounts in lines.items() if amounts[0]]
        if bytes(seal.trial_balance_digest).hex() != trial_balance_digest(rows):
            found.findings.append(f"seal {seal.seal_no}: its trial balance is not that of the entries")
    return found


def _held_outside(book: Book, seals: Sequence[Seal], outside: Sequence[OutsideSeal]) -> Found:
    """What somebody else holds is the measure: a seal that was made again differs from it."""
    found = Found("seals_held_outside")
    stored = {seal.seal_no: seal for seal in seals}
    events = {bytes(one).hex() for one in SealKeyEvent.objects.values_list("event_hash", flat=True)}
    theirs = [seal for seal in outside if seal.header.book_code == book.code]
    if not theirs:
        found.reason = f"none of the seals held outside is of book {book.code}"
    for seal in theirs:
        number, content = seal.header.seal_no, header_bytes(seal.header)
        if hashlib.sha256(content).hexdigest() != seal.seal_hash or not is_signed(
            bytes.fromhex(seal.public_key), bytes.fromhex(seal.signature), content
        ):
            found.reason = f"seal {number} held outside is damaged: it is not signed by its own key"
            continue
        if number not in stored:
            found.findings.append(f"seal {number}: is held outside and not here")
        elif bytes(stored[number].seal_hash).hex() != seal.seal_hash:
            ours, named = bytes(stored[number].root_hash).hex(), f"seal {number}: is not the one held outside"
            found.findings.append(f"{named}; root {ours[:16]} here, {seal.header.root[:16]} there")
        if seal.header.key_event_hash not in {None, *events}:
            found.findings.append(f"seal {number}: held outside, names an event of keys that is not here")
    return found
