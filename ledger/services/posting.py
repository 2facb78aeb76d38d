"""Post and reverse journal entries: one statement for one entry or for a hundred thousand postings."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ledger.models import JournalEntry, Posting
from ledger.services.hold_draws import DRAWS, HoldDraw, draw_parameters, lock_balances, refuse_other_draws
from ledger.services.month_refusals import ReversedMonthDetached
from ledger.services.refusals import (
    EntryWithoutPostings,
    IdempotencyConflict,
    UnknownEntry,
    named_refusals,
)


@dataclass(frozen=True, slots=True)
class PostingDraft:
    """One leg: account and signed amount in the unit's smallest part, debit positive, never zero."""

    account_id: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class EntryHeader:
    """An entry without its postings; `entry_no` ties it to the rows of a SELECT."""

    entry_no: int
    kind: str
    value_date: dt.date
    narration: str
    source_reference: str
    idempotency_key: str
    reverses_id: int | None = None
    adjusts_id: int | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be posted. No personal data in the narration: it will be sealed.

    `hold_draws` names the holds through which it is posted, in the same statement.
    """

    kind: str
    value_date: dt.date
    narration: str
    source_reference: str
    idempotency_key: str
    postings: Sequence[PostingDraft]
    reverses_id: int | None = None
    adjusts_id: int | None = None
    hold_draws: Sequence[HoldDraw] = ()

    def header(self, entry_no: int) -> EntryHeader:
        return EntryHeader(
            entry_no=entry_no,
            kind=self.kind,
            value_date=self.value_date,
            narration=self.narration,
            source_reference=self.source_reference,
            idempotency_key=self.idempotency_key,
            reverses_id=self.reverses_id,
            adjusts_id=self.adjusts_id,
        )


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """What was posted; `is_replay` says that the same request had been posted before."""

    entry_id: int
    idempotency_key: str
    is_replay: bool


# The postings of all entries come from `source`; every row that is written comes from this one statement, as
# the posting rule demands. A key that exists inserts nothing: its hash is compared afterwards.
_POST = """
WITH header AS MATERIALIZED (
    SELECT * FROM unnest(
        %(entry_no)s::int[], %(kind)s::text[], %(value_date)s::date[], %(narration)s::text[],
        %(source_reference)s::text[], %(idempotency_key)s::text[], %(reverses_id)s::bigint[],
        %(adjusts_id)s::bigint[]
    ) AS h(
        entry_no, kind, value_date, narration, source_reference, idempotency_key, reverses_id, adjusts_id
    )
), source AS MATERIALIZED (
    {source}
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
        SELECT
            entry_no,
            count(*) AS posting_count,
            string_agg(account_id || ' ' || amount_minor, ',' ORDER BY account_id, amount_minor) AS postings
        FROM numbered
        GROUP BY entry_no
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
    ON CONFLICT (book_id, caller, idempotency_key) DO NOTHING
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
SELECT h.entry_no, h.idempotency_key, h.payload_hash, e.id
FROM hashed AS h
LEFT JOIN entry AS e ON e.idempotency_key = h.idempotency_key
ORDER BY h.entry_no
"""

_FROM_ARRAYS = """
    SELECT * FROM unnest(%(posting_entry_no)s::int[], %(account_id)s::bigint[], %(amount_minor)s::bigint[])
    WITH ORDINALITY AS p(entry_no, account_id, amount_minor, ordinal)
"""


def post_journal_entries(
    *, book_id: int, booking_date: dt.date, drafts: Sequence[EntryDraft], caller: str, maker_id: int
) -> list[PostedEntry]:
    """Post any number of entries in one statement, all or none.

    Joins the caller's transaction, else is its own. Amounts: integers in minor units, debit positive.
    The idempotency key is the caller's own and holds for ever: the same key with the same payload returns the
    entry first posted (also after its day is closed), with another payload it is refused.

    Draws on holds are part of the statement: the limit counts what they free, and they stand or fall with it.

    :returns: one `PostedEntry` per draft, in the order given.
    :raises LedgerRefusal: the rule that refuses, by name; see docs/rules/ledger.md (DESIGN 3).
    """
    if not drafts:
        return []
    for draft in drafts:
        if len(draft.postings) < 2:
            raise EntryWithoutPostings(draft.idempotency_key)
    draws = [draft.hold_draws for draft in drafts]
    legs = [(number, leg) for number, draft in enumerate(drafts) for leg in draft.postings]
    return _post(
        book_id=book_id,
        booking_date=booking_date,
        headers=[draft.header(number) for number, draft in enumerate(drafts)],
        statement=_POST.format(source=_FROM_ARRAYS, order="s.ordinal", draws=DRAWS if any(draws) else ""),
        params={
            "posting_entry_no": [number for number, _ in legs],
            "account_id": [leg.account_id for _, leg in legs],
            "amount_minor": [leg.amount_minor for _, leg in legs],
            **(draw_parameters(draws=draws) if any(draws) else {}),
        },
        draws={draft.idempotency_key: draft.hold_draws for draft in drafts if draft.hold_draws},
        caller=caller,
        maker_id=maker_id,
    )


def post_journal_entries_from_select(
    *,
    book_id: int,
    booking_date: dt.date,
    headers: Sequence[EntryHeader],
    postings_sql: str,
    params: Mapping[str, object],
    caller: str,
    maker_id: int,
) -> list[PostedEntry]:
    """Post entries whose postings a SELECT computes in the database: the way of the book's daily work.

    `postings_sql` yields (entry_no int, account_id bigint, amount_minor bigint), no zero amounts; parameters
    by name. A header without rows posts nothing and is not returned. Otherwise as `post_journal_entries`.

    :raises LedgerRefusal: the rule that refuses, by name.
    """
    if not headers:
        return []
    return _post(
        book_id=book_id,
        booking_date=booking_date,
        headers=headers,
        statement=_POST.format(source=postings_sql, order="s.account_id, s.amount_minor", draws=""),
        params=params,
        draws={},
        caller=caller,
        maker_id=maker_id,
    )


def post_journal_entry(
    *, book_id: int, booking_date: dt.date, draft: EntryDraft, caller: str, maker_id: int
) -> PostedEntry:
    """Post one entry. As `post_journal_entries`."""
    return post_journal_entries(
        book_id=book_id, booking_date=booking_date, drafts=[draft], caller=caller, maker_id=maker_id
    )[0]


def reverse_journal_entry(
    *,
    entry_id: int,
    booking_date: dt.date,
    narration: str,
    caller: str,
    idempotency_key: str,
    maker_id: int,
) -> PostedEntry:
    """Book the exact negation of an entry, with its value date, into the open day.

    Joins the caller's transaction, else is its own. An entry is reversed once: of several at the
    same time one succeeds and the others are refused.

    :raises UnknownEntry: there is no such entry.
    :raises AlreadyReversed: it has been reversed before, under another key.
    :raises ReversedMonthDetached: its postings are of a month that is detached.
    :raises LedgerRefusal: any other rule of the ledger (DESIGN 1, rule 3).
    """
    entry = JournalEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise UnknownEntry(str(entry_id))
    postings = Posting.objects.filter(entry_id=entry_id, booking_date=entry.booking_date).order_by(
        "posting_no"
    )
    legs = [PostingDraft(posting.account_id, -posting.amount_minor) for posting in postings]
    if not legs:
        raise ReversedMonthDetached(f"entry {entry_id} is of {entry.booking_date:%Y-%m}")
    draft = EntryDraft(
        kind=entry.kind_id,
        value_date=entry.value_date,
        narration=narration,
        source_reference=f"ledger.entry:{entry_id}",
        idempotency_key=idempotency_key,
        postings=legs,
        reverses_id=entry_id,
    )
    return post_journal_entry(
        book_id=entry.book_id, booking_date=booking_date, draft=draft, caller=caller, maker_id=maker_id
    )


def _post(
    *,
    book_id: int,
    booking_date: dt.date,
    headers: Sequence[EntryHeader],
    statement: str,
    params: Mapping[str, object],
    draws: Mapping[str, Sequence[HoldDraw]],
    caller: str,
    maker_id: int,
) -> list[PostedEntry]:
    columns = EntryHeader.__slots__
    arguments: dict[str, Any] = {
        **{column: [getattr(header, column) for header in headers] for column in columns},
        **params,
        "book_id": book_id,
        "booking_date": booking_date,
        "caller": caller,
        "maker_id": maker_id,
    }
    if len(set(arguments["idempotency_key"])) < len(headers):
        raise IdempotencyConflict("one call names a key twice")
    with named_refusals(), transaction.atomic():
        if draws:
            lock_balances(account_ids=arguments["account_id"])
        with connection.cursor() as cursor:
            cursor.execute(statement, arguments)
            rows = cursor.fetchall()
        hashes = {key: bytes(payload_hash) for _, key, payload_hash, entry_id in rows if entry_id is None}
        earlier = _earlier_entries(book_id=book_id, caller=caller, hashes=hashes) if hashes else {}
        if earlier:
            refuse_other_draws(draws={earlier[key]: draws.get(key, ()) for key in earlier})
    return [
        PostedEntry(
            entry_id=earlier[key] if entry_id is None else entry_id,
            idempotency_key=key,
            is_replay=entry_id is None,
        )
        for _, key, _, entry_id in rows
    ]


def _earlier_entries(*, book_id: int, caller: str, hashes: Mapping[str, bytes]) -> dict[str, int]:
    """The entries first posted under these keys, each proved to be the same request."""
    found: dict[str, int] = {}
    rows = JournalEntry.objects.filter(book_id=book_id, caller=caller, idempotency_key__in=list(hashes))
    for entry_id, key, payload_hash in rows.values_list("id", "idempotency_key", "payload_hash"):
        if bytes(payload_hash) != hashes[key]:
            raise IdempotencyConflict(key)
        found[key] = entry_id
    return found
