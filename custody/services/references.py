"""Our references for what is instructed: by book, day and number, so a re-run of a day gives the same."""

import datetime as dt

from django.db import connection

from ledger.models import Book


def lock_references(*, book: Book) -> None:
    """Let one session at a time number instructions of the book, to the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('custody_references'), %s)", [book.pk])


def reference_stem(*, book: Book, letter: str, day: dt.date) -> str:
    """What the references of one kind and day have in common, for example `MAIN-T-20080915-`."""
    return f"{book.code}-{letter}-{day:%Y%m%d}-"
