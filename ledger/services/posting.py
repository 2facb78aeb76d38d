"""Post and reverse journal entries: one statement for one entry or for a hundred thousand postings."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from django.db import IntegrityError, connection, transaction
from psycopg.types.numeric import Int8

from ledger.models import JournalEntry, Posting
from ledger.services.hold_draws import DRAWS, HoldDraw, draw_parameters, lock_balances, refuse_other_draws
from ledger.services.month_refusals import ReversedMonthDetached
from ledger.services.posting_statement import (
    ALL_COUNTED,
    ALL_KEYS_NEW,
    AS_GIVEN,
    BY_ACCOUNT,
    COUNTED,
    EACH_ENTRY,
    HEADERS_FROM_ARRAYS,
    POSTINGS_FROM_ARRAYS,
    ROOM_TO_SORT,
    posting_statement,
    single_entry_statement,
)
from ledger.services.refusals import (
    EntryWithoutPostings,
    IdempotencyConflict,
    UnknownEntry,
    constraint_name,
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


_FROM_DRAFTS = posting_statement(
    headers=HEADERS_FROM_ARRAYS, postings=POSTINGS_FROM_ARRAYS, order=AS_GIVEN, answer=EACH_ENTRY
)

_DRAWING = posting_statement(
    headers=HEADERS_FROM_ARRAYS,
    postings=POSTINGS_FROM_ARRAYS,
    order=AS_GIVEN,
    answer=EACH_ENTRY,
    draws=DRAWS,
)

PREPARED_UP_TO = 8
"""Postings of a single entry whose statement stays prepared; a larger one is planned for its size."""


@dataclass(frozen=True, slots=True)
class BulkPosting:
    """How many entries were posted, and how many the same request had posted before."""

    posted: int
    replayed: int


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
    if len(drafts) == 1 and len(drafts[0].postings) <= PREPARED_UP_TO and not any(draws):
        return _post_single(
            book_id=book_id, booking_date=booking_date, draft=drafts[0], caller=caller, maker_id=maker_id
        )
    legs = [(number, leg) for number, draft in enumerate(drafts) for leg in draft.postings]
    return _post(
        book_id=book_id,
        booking_date=booking_date,
        headers=[draft.header(number) for number, draft in enumerate(drafts)],
        statement=_DRAWING if any(draws) else _FROM_DRAFTS,
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
        statement=posting_statement(
            headers=HEADERS_FROM_ARRAYS, postings=postings_sql, order=BY_ACCOUNT, answer=EACH_ENTRY
        ),
        params=params,
        draws={},
        caller=caller,
        maker_id=maker_id,
        before=ROOM_TO_SORT,
    )


def post_entries_in_bulk(
    *,
    book_id: int,
    booking_date: dt.date,
    headers_sql: str,
    postings_sql: str,
    params: Mapping[str, object],
    caller: str,
    maker_id: int,
) -> BulkPosting:
    """Post entries whose headers and postings are both computed in the database, any number in one statement.

    `headers_sql` yields (entry_no int, kind text, value_date date, narration text, source_reference text,
    idempotency_key text, reverses_id bigint, adjusts_id bigint), `postings_sql` as in
    `post_journal_entries_from_select`. A header without postings posts nothing. All or none; joins the
    caller's transaction, else is its own.

    :raises IdempotencyConflict: a key was used for another entry, or comes twice.
    :raises LedgerRefusal: the rule that refuses, by name.
    """
    texts = {"headers": headers_sql, "postings": postings_sql, "order": BY_ACCOUNT}
    arguments: dict[str, Any] = {
        **params,
        "book_id": book_id,
        "booking_date": booking_date,
        "caller": caller,
        "maker_id": maker_id,
    }
    with named_refusals(), _keys_once(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ROOM_TO_SORT)
        try:
            with transaction.atomic():
                cursor.execute(
                    posting_statement(**texts, answer=ALL_COUNTED, on_conflict=ALL_KEYS_NEW), arguments
                )
        except IntegrityError as error:
            if constraint_name(error=error) != IdempotencyConflict.code:
                raise
            cursor.execute(posting_statement(**texts, answer=COUNTED), arguments)
        entries, posted, replayed_keys, replayed_hashes = cursor.fetchone()
        if replayed_keys:
            cursor.execute(_DIFFERING, [replayed_keys, replayed_hashes, book_id, caller])
            for (key,) in cursor.fetchall():
                raise IdempotencyConflict(key)
    return BulkPosting(posted=posted, replayed=entries - posted)


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


@contextmanager
def _keys_once() -> Iterator[None]:
    """Postings are numbered per header, so a number clashes only where two headers share a key.

    :raises IdempotencyConflict: they do.
    """
    try:
        yield
    except IntegrityError as error:
        if re.fullmatch(r"ledger_posting_\d{6}_pkey", constraint_name(error=error)):
            raise IdempotencyConflict("one call names a key twice") from error
        raise


_DIFFERING = """
SELECT given.idempotency_key
FROM unnest(%s::text[], %s::bytea[]) AS given (idempotency_key, payload_hash)
INNER JOIN ledger_journalentry AS e
    ON e.book_id = %s AND e.caller = %s AND e.idempotency_key = given.idempotency_key
WHERE e.payload_hash <> given.payload_hash
LIMIT 1
"""


class _PreparingCursor(psycopg.Cursor[tuple[Any, ...]]):
    """Planning takes as long as the posting itself, so the server binds the values and keeps the plan."""

    def execute(self, *arguments: Any, **options: Any) -> Self:
        return super().execute(*arguments, **{**options, "prepare": True})


def _post_single(
    *, book_id: int, booking_date: dt.date, draft: EntryDraft, caller: str, maker_id: int
) -> list[PostedEntry]:
    arguments: dict[str, Any] = {
        "book_id": book_id,
        "booking_date": booking_date,
        "caller": caller,
        "maker_id": maker_id,
        "kind": draft.kind,
        "value_date": draft.value_date,
        "narration": draft.narration,
        "source_reference": draft.source_reference,
        "idempotency_key": draft.idempotency_key,
        "reverses_id": draft.reverses_id,
        "adjusts_id": draft.adjusts_id,
    }
    for number, leg in enumerate(draft.postings, start=1):
        # One type whatever the size, or each size would be prepared by itself.
        arguments[f"account_{number}"] = Int8(leg.account_id)
        arguments[f"amount_{number}"] = Int8(leg.amount_minor)
    statement = single_entry_statement(posting_count=len(draft.postings))
    connection.ensure_connection()
    server_side = _PreparingCursor(connection.connection)
    make = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with named_refusals(), _own_statement(), make(server_side) as cursor:  # type: ignore[arg-type]
        cursor.execute(statement, arguments)
        rows = cursor.fetchall()
    return _answers(rows, book_id=book_id, caller=caller, draws={})


def _own_statement() -> AbstractContextManager[object]:
    """A savepoint inside a transaction, so that a refusal leaves it usable.

    Outside of one the statement of one entry is a transaction by itself, without two more round trips.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


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
    before: str = "",
) -> list[PostedEntry]:
    arguments: dict[str, Any] = {
        **{column: [getattr(header, column) for header in headers] for column in EntryHeader.__slots__},
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
            if before:
                cursor.execute(before)
            cursor.execute(statement, arguments)
            rows = cursor.fetchall()
        return _answers(rows, book_id=book_id, caller=caller, draws=draws)


def _answers(
    rows: Sequence[tuple[Any, ...]],
    *,
    book_id: int,
    caller: str,
    draws: Mapping[str, Sequence[HoldDraw]],
) -> list[PostedEntry]:
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
