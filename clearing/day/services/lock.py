"""One runner a book: a session-level advisory lock, gone with its holder's connection however that ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection

LOCK_CLASS = 0x504C4459
"""The first key of every day's lock ("PLDY"); the second is the book's."""

LOCK_WAIT_MS = 3000
"""How long the server may take to notice that a killed runner is gone."""

_LOCK_NOT_AVAILABLE = "55P03"


class DayAlreadyRunning(Exception):
    """Another process runs a day of this book. Wait until it has ended, or end it; then run the day again."""

    code = "day_already_running"


@contextmanager
def day_lock(*, book_id: int) -> Iterator[None]:
    """Hold the book's day lock on this connection for as long as the block runs.

    Belongs to the session, not to a transaction: call it outside of any.
    Source: DESIGN 9 (one lock per book).

    :raises DayAlreadyRunning: somebody else holds it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        [before] = cursor.fetchone()
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{LOCK_WAIT_MS}ms"])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, book_id])
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            raise DayAlreadyRunning(DayAlreadyRunning.__doc__) from error
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, book_id])
