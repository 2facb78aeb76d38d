"""The proof that a loaded book is what the services would have written."""

from bench.rounds import timed
from ledger.models import Book
from ledger.queries.verification import Verdict, verify_book


class NotClean(Exception):
    """The book that was to be measured does not verify: nothing measured on it would mean anything."""


def proved(book_id: int) -> tuple[float, int]:
    """Verify the book that Django points at.

    :returns: seconds, and postings looked at.
    :raises NotClean: with what fails.
    """
    with timed() as watch:
        verification = verify_book(book=Book.objects.get(pk=book_id))
    if verification.verdict is not Verdict.CLEAN:
        raise NotClean(
            "; ".join(
                f"{check.name}: {check.reason or check.findings[:3]}"
                for check in verification.checks
                if check.found or check.reason
            )
        )
    return watch.seconds, verification.postings
