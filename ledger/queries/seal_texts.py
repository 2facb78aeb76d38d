"""What the database's rows spell: headers of seals, statements of key events, canonical bytes."""

from collections.abc import Sequence

from django.db import connection

from ledger.domain.seals import KeyStatement, SealHeader
from ledger.models import Seal, SealKeyEvent

_HEADERS = """
SELECT
    s.id, b.code, s.seal_no, d.business_date, c.close_no, c.approval_id, c.maker_id, c.checker_id,
    c.recorded_at, s.first_position, s.tree_size, encode(s.root_hash, 'hex'), s.chart_id,
    encode(s.trial_balance_digest, 'hex'), encode(s.previous_hash, 'hex'), s.key_id, s.recorded_at,
    encode(s.key_event_hash, 'hex')
FROM ledger_seal AS s
INNER JOIN ledger_book AS b ON b.id = s.book_id
INNER JOIN ledger_dayclose AS c ON c.id = s.day_close_id
INNER JOIN ledger_businessday AS d ON d.id = c.day_id
WHERE s.id = any(%s)
"""


def headers_of(*, seals: Sequence[Seal]) -> dict[int, SealHeader]:
    """Return what each seal says, by its id, read from the rows it is about; none for a broken reference."""
    with connection.cursor() as cursor:
        cursor.execute(_HEADERS, [[seal.pk for seal in seals]])
        return {row[0]: SealHeader(*row[1:]) for row in cursor.fetchall()}


def canonical_bytes_of(*, book_id: int, position: int) -> bytes:
    """Return the canonical bytes of the entry at a position, empty where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT canonical FROM ledger_canonical_entries(%s, %s, %s)", [book_id, position, position]
        )
        row = cursor.fetchone()
    return b"" if row is None else bytes(row[0])


def statement_of(*, event: SealKeyEvent, public_key: bytes) -> KeyStatement:
    """Return what an event of a key says."""
    return KeyStatement(
        event_no=event.event_no,
        event=event.event,
        key_id=event.key_id,
        public_key=public_key.hex(),
        signer_id=event.signer_id,
        reason=event.reason,
        untrusted_from=event.untrusted_from,
        maker_id=event.maker_id,
        checker_id=event.checker_id,
        previous_hash=None if event.previous_hash is None else bytes(event.previous_hash).hex(),
        recorded_at=event.recorded_at,
    )
