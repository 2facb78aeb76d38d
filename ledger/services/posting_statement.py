"""The one statement that writes entries and their postings, for one entry or for hundreds of thousands.

Headers and postings come from a SELECT each; a posting belongs to the header of its `entry_no`. Every row
that is written comes from this one statement, as the posting rule demands. A key that exists inserts nothing:
its hash is compared afterwards.
"""

from functools import cache

HEADERS_FROM_ARRAYS = """
    SELECT * FROM unnest(
        %(entry_no)s::int[], %(kind)s::text[], %(value_date)s::date[], %(narration)s::text[],
        %(source_reference)s::text[], %(idempotency_key)s::text[], %(reverses_id)s::bigint[],
        %(adjusts_id)s::bigint[]
    ) AS h(
        entry_no, kind, value_date, narration, source_reference, idempotency_key, reverses_id, adjusts_id
    )
"""

POSTINGS_FROM_ARRAYS = """
    SELECT * FROM unnest(%(posting_entry_no)s::int[], %(account_id)s::bigint[], %(amount_minor)s::bigint[])
    WITH ORDINALITY AS p(entry_no, account_id, amount_minor, ordinal)
"""

AS_GIVEN = "s.ordinal"
BY_ACCOUNT = "s.account_id, s.amount_minor"

EACH_ENTRY = """
SELECT h.entry_no, h.idempotency_key, h.payload_hash, e.id
FROM hashed AS h
LEFT JOIN entry AS e ON e.idempotency_key = h.idempotency_key
ORDER BY h.entry_no
"""

# What was new is counted only; what was not is named, to be compared.
COUNTED = """
SELECT
    count(*),
    count(e.id),
    array_agg(h.idempotency_key) FILTER (WHERE e.id IS NULL),
    array_agg(h.payload_hash) FILTER (WHERE e.id IS NULL)
FROM hashed AS h
LEFT JOIN entry AS e ON e.idempotency_key = h.idempotency_key
"""

# All were new, or the statement was refused.
ALL_COUNTED = """
SELECT (SELECT count(*) FROM hashed), (SELECT count(*) FROM entry), NULL::text[], NULL::bytea[]
"""

SKIP_KNOWN_KEYS = "ON CONFLICT (book_id, caller, idempotency_key) DO NOTHING"
ALL_KEYS_NEW = ""
"""Saves the look for a conflict before each row; a key that is known refuses the whole statement."""

ROOM_TO_SORT = "SET LOCAL work_mem = '128MB'"
"""For the statement that follows: half a million postings are numbered and joined without a file."""

_POST = """
WITH header AS (
    {headers}
), source AS (
    {postings}
), numbered AS MATERIALIZED (
    SELECT
        s.entry_no,
        s.account_id,
        s.amount_minor,
        row_number() OVER (PARTITION BY s.entry_no ORDER BY {order}) AS posting_no
    FROM source AS s
), hashed AS MATERIALIZED (
    SELECT
        h.*,
        n.posting_count,
        ledger_payload_hash(
            %(caller)s, h.idempotency_key, h.kind, h.value_date, h.narration, h.source_reference,
            h.reverses_id, h.adjusts_id, n.postings
        ) AS payload_hash
    FROM header AS h
    INNER JOIN (
        -- Sorted once for all, since a sort inside the aggregate would be one for each entry.
        SELECT
            p.entry_no,
            count(*) AS posting_count,
            string_agg(p.account_id || ' ' || p.amount_minor, ',') AS postings
        FROM (
            SELECT entry_no, account_id, amount_minor
            FROM numbered
            ORDER BY entry_no, account_id, amount_minor
            OFFSET 0
        ) AS p
        GROUP BY p.entry_no
    ) AS n USING (entry_no)
), entry AS (
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id, reverses_id, adjusts_id
    )
    SELECT
        %(book_id)s, h.kind, %(booking_date)s, h.value_date, h.narration, h.source_reference, %(caller)s,
        h.idempotency_key, h.payload_hash, h.posting_count, %(maker_id)s, h.reverses_id, h.adjusts_id
    FROM hashed AS h
    ORDER BY h.entry_no
    {on_conflict}
    RETURNING id, idempotency_key, value_date
), posting AS (
    INSERT INTO ledger_posting (
        entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
    )
    SELECT
        e.id, n.account_id, n.amount_minor, n.posting_no, coalesce(a.unit_id, 0), %(book_id)s,
        %(booking_date)s, e.value_date
    FROM numbered AS n
    INNER JOIN hashed AS h ON h.entry_no = n.entry_no
    INNER JOIN entry AS e ON e.idempotency_key = h.idempotency_key
    LEFT JOIN ledger_account AS a ON a.id = n.account_id
){draws}
{answer}
"""


def posting_statement(
    *,
    headers: str,
    postings: str,
    order: str,
    answer: str,
    draws: str = "",
    on_conflict: str = SKIP_KNOWN_KEYS,
) -> str:
    """Put the statement together from texts of our own, never from a caller's data."""
    return _POST.format(
        on_conflict=on_conflict, headers=headers, postings=postings, order=order, answer=answer, draws=draws
    )


_POST_ONE = """
WITH leg AS MATERIALIZED (
    SELECT l.account_id, l.amount_minor, l.posting_no, a.unit_id
    FROM (VALUES {legs}) AS l (account_id, amount_minor, posting_no)
    LEFT JOIN ledger_account AS a ON a.id = l.account_id
), hashed AS MATERIALIZED (
    SELECT
        ledger_payload_hash(
            %(caller)s, %(idempotency_key)s, %(kind)s, %(value_date)s, %(narration)s, %(source_reference)s,
            %(reverses_id)s, %(adjusts_id)s,
            (
                SELECT string_agg(account_id || ' ' || amount_minor, ',' ORDER BY account_id, amount_minor)
                FROM leg
            )
        ) AS payload_hash
), entry AS (
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id, reverses_id, adjusts_id
    )
    SELECT
        %(book_id)s, %(kind)s, %(booking_date)s, %(value_date)s, %(narration)s, %(source_reference)s,
        %(caller)s, %(idempotency_key)s, h.payload_hash, {count}, %(maker_id)s, %(reverses_id)s::bigint,
        %(adjusts_id)s::bigint
    FROM hashed AS h
    ON CONFLICT (book_id, caller, idempotency_key) DO NOTHING
    RETURNING id
), posting AS (
    INSERT INTO ledger_posting (
        entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
    )
    SELECT
        e.id, l.account_id, l.amount_minor, l.posting_no, coalesce(l.unit_id, 0), %(book_id)s,
        %(booking_date)s, %(value_date)s
    FROM entry AS e
    CROSS JOIN leg AS l
)
SELECT 0, %(idempotency_key)s::text, h.payload_hash, e.id
FROM hashed AS h
LEFT JOIN entry AS e ON true
"""


@cache
def single_entry_statement(*, posting_count: int) -> str:
    """The statement for one entry, every value a parameter of its own: its plan can stay prepared.

    Postings are the parameters account_1, amount_1, account_2, and so on.
    """
    legs = ", ".join(
        f"(%(account_{number})s::bigint, %(amount_{number})s::bigint, {number})"
        for number in range(1, posting_count + 1)
    )
    return _POST_ONE.format(legs=legs, count=posting_count)
