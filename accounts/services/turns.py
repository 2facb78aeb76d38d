"""One at a time: whoever does something under the same key waits for the one before."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256

from django.db import connection

LOCK_CLASS = 0x504C4F4E
"""The first key of every turn's lock ("PLON"); the second is a hash of what it is about."""


@contextmanager
def turn(*, key: str) -> Iterator[None]:
    """Hold the key's lock on this connection for as long as the block runs; the next one waits.

    Belongs to the session of the database, not to a transaction, so the block may commit as it likes; it is
    gone with the connection however that ends. Two keys may share a lock, and then wait in vain.
    """
    number = int.from_bytes(sha256(key.encode()).digest()[:4], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, number])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, number])
