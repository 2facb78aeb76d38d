"""The canonical form of booked entries and of their accounts: what seals and evidence are made of.

Built from the rows in Python, beside the database's own spelling of the same
(ledger/sql/canonical_entries.sql): two witnesses, which a property test holds equal.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db import connection

from ledger.domain.canonical import CanonicalAccount, CanonicalEntry, CanonicalPosting, account_sha256_hex

CHUNK = 20_000

_ACCOUNTS = """
SELECT
    a.id, b.code, a.address, u.code, u.kind, u.exponent, a.ring, a.role, a.category_id, o.code,
    a.contract_code, a."limit", a.is_hot, a.expected_age_days
FROM ledger_account AS a
INNER JOIN ledger_book AS b ON b.id = a.book_id
INNER JOIN ledger_unit AS u ON u.id = a.unit_id
LEFT JOIN accounts_party AS o ON o.id = a.owner_id
WHERE a.id = any(%s)
ORDER BY a.id
"""

_ENTRIES = """
SELECT
    b.code, o.position, e.id, e.kind_id, e.booking_date, e.value_date, e.narration, e.source_reference,
    e.caller, e.idempotency_key, encode(e.payload_hash, 'hex'), e.posting_count, e.maker_id, e.reverses_id,
    e.adjusts_id, e.recorded_at, e.creating_xid::text::bigint
FROM ledger_entryposition AS o
INNER JOIN ledger_journalentry AS e ON e.id = o.entry_id
INNER JOIN ledger_book AS b ON b.id = e.book_id
WHERE o.book_id = %s AND o.position BETWEEN %s AND %s
ORDER BY o.position
"""

_POSTINGS = """
SELECT p.entry_id, p.posting_no, p.account_id, u.code, b.code, p.value_date, p.amount_minor
FROM ledger_entryposition AS o
INNER JOIN ledger_journalentry AS e ON e.id = o.entry_id
INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
INNER JOIN ledger_unit AS u ON u.id = p.unit_id
INNER JOIN ledger_book AS b ON b.id = p.book_id
WHERE o.book_id = %s AND o.position BETWEEN %s AND %s
ORDER BY o.position, p.posting_no
"""


def canonical_accounts(*, account_ids: Collection[int]) -> list[CanonicalAccount]:
    """Return the accounts as postings are sealed to them, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, [list(account_ids)])
        return [CanonicalAccount(*row) for row in cursor.fetchall()]


def canonical_entries(*, book_id: int, first_position: int, last_position: int) -> list[CanonicalEntry]:
    """Return the stamped entries of these positions in canonical form. Three statements, whatever the number.

    Source: DESIGN 3 (versioned canonical bytes).
    """
    arguments = [book_id, first_position, last_position]
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, arguments)
        entries = cursor.fetchall()
        cursor.execute(_POSTINGS, arguments)
        rows = cursor.fetchall()
    digests = {
        account.account_id: account_sha256_hex(account)
        for account in canonical_accounts(account_ids={row[2] for row in rows})
    }
    postings: dict[int, list[CanonicalPosting]] = defaultdict(list)
    for entry_id, number, account_id, unit_code, book_code, value_date, amount_minor in rows:
        postings[entry_id].append(
            CanonicalPosting(number, digests[account_id], unit_code, book_code, value_date, amount_minor)
        )
    return [CanonicalEntry(*(*row, tuple(postings[row[2]]))) for row in entries]


def canonical_entries_until(*, book_id: int, last_position: int) -> Iterator[CanonicalEntry]:
    """Yield the entries from the first position on, in chunks: any length takes little memory."""
    for first in range(1, last_position + 1, CHUNK):
        yield from canonical_entries(
            book_id=book_id, first_position=first, last_position=min(first + CHUNK - 1, last_position)
        )
