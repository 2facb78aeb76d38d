"""Seal a close: extend the tree by the new entries, sign its head, chain it to the seal before."""

import hashlib
from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from ledger.domain.merkle import CompactRange, peaks
from ledger.domain.seals import SealHeader, header_bytes
from ledger.domain.tiles import Run, TiledTree, grow
from ledger.models import DayClose, Seal, SealChart, SealNode
from ledger.queries.seal_keys import is_sealing, key_in_force
from ledger.queries.seals import tiles_of
from ledger.services.key_files import private_key_of
from ledger.services.refusals import SealKeyMissing, named_refusals

CHUNK = 50_000

_DIGESTS = """
SELECT
    ledger_chart_text(%(book)s),
    encode(sha256(convert_to(ledger_trial_balance_text(%(book)s), 'UTF8')), 'hex'),
    clock_timestamp(),
    (SELECT e.event_hash FROM ledger_sealkeyevent AS e ORDER BY e.event_no DESC LIMIT 1)
"""


def seal_close(*, day_close_id: int) -> Seal | None:
    """Seal a close that has just been made; None before the installation has published a key.

    Requires the caller's transaction, the one that closes: a day is closed and sealed, or neither. Leaf
    hashes come from the database; the tree, the header and the signature are made here.

    :raises SealKeyMissing: no key is in force, or its private key is not at hand.
    :raises SealRefused: the close is not the newest of its book, its book is open again, or a key was changed
      meanwhile.
    Source: DESIGN 3 (seals); decision 27.
    """
    if not is_sealing():
        return None
    close = DayClose.objects.select_related("day__book").get(pk=day_close_id)
    book = close.day.book
    key_id = key_in_force()
    if key_id is None:
        raise SealKeyMissing("the last key was revoked: publish another")
    private_key = private_key_of(key_id=key_id)
    with named_refusals(), transaction.atomic():
        earlier = Seal.objects.filter(book=book).order_by("-seal_no").first()
        size = earlier.tree_size if earlier else 0
        tree = CompactRange(size, peaks(TiledTree(tiles_of(book_id=book.pk)), size))
        runs = grow(tree, _leaves(book.pk, size + 1, close.last_position))
        with connection.cursor() as cursor:
            cursor.execute(_DIGESTS, {"book": book.pk})
            chart, trial_balance_digest, moment, key_event_hash = cursor.fetchone()
        header = SealHeader(
            book_code=book.code,
            seal_no=earlier.seal_no + 1 if earlier else 1,
            business_date=close.day.business_date,
            close_no=close.close_no,
            approval_id=close.approval_id,
            maker_id=close.maker_id,
            checker_id=close.checker_id,
            closed_at=close.recorded_at,
            first_position=size + 1,
            tree_size=tree.size,
            root=tree.root().hex(),
            chart_digest=_keep_chart(chart),
            trial_balance_digest=trial_balance_digest,
            previous_hash=bytes(earlier.seal_hash).hex() if earlier else None,
            key_id=key_id,
            recorded_at=moment,
            key_event_hash=bytes(key_event_hash).hex(),
        )
        content = header_bytes(header)
        seal = Seal.objects.create(
            book=book,
            seal_no=header.seal_no,
            day_close=close,
            first_position=header.first_position,
            tree_size=header.tree_size,
            root_hash=bytes.fromhex(header.root),
            chart_id=header.chart_digest,
            trial_balance_digest=bytes.fromhex(trial_balance_digest),
            previous_hash=earlier.seal_hash if earlier else None,
            seal_hash=hashlib.sha256(content).digest(),
            key_event_hash=bytes(key_event_hash),
            key_id=key_id,
            signature=private_key.sign(content),
            recorded_at=moment,
        )
        _keep_nodes(seal, runs)
    return seal


def _leaves(book_id: int, first: int, last: int) -> Iterator[bytes]:
    with connection.cursor() as cursor:
        for begin in range(first, last + 1, CHUNK):
            cursor.execute(
                "SELECT leaf_hash FROM ledger_entry_leaves(%s, %s, %s)",
                [book_id, begin, min(begin + CHUNK - 1, last)],
            )
            for (leaf,) in cursor.fetchall():
                yield bytes(leaf)


def _keep_chart(content: str) -> str:
    digest = hashlib.sha256(content.encode()).hexdigest()
    if not SealChart.objects.filter(pk=digest).exists():
        SealChart.objects.bulk_create([SealChart(digest=digest, content=content)], ignore_conflicts=True)
    return digest


def _keep_nodes(seal: Seal, runs: Iterable[Run]) -> None:
    SealNode.objects.bulk_create(
        [
            SealNode(
                book_id=seal.book_id,
                level=run.level,
                first_index=run.first_index,
                seal=seal,
                hashes=run.hashes,
            )
            for run in runs
        ]
    )
