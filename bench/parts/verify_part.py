"""The proof of the whole book, and that what was loaded is what the services would have written."""

from bench.parts.run import Run
from bench.rounds import timed
from ledger.models import Book
from ledger.queries.verification import Verdict, verify_book


class NotClean(Exception):
    """The book that was to be measured does not verify: nothing measured on it would mean anything."""


def verify(run: Run) -> None:
    """Prove the book of a million postings, and say how long it takes per million."""
    place = run.place
    run.told("verifying")
    seconds, postings = proved(place.cast.book_id)
    note = f"verify_book over {postings:,} postings, per million"
    run.result.add("verify_seconds_1m", seconds * 1_000_000 / postings, note, "< 20")


def proved(book_id: int) -> tuple[float, int]:
    """Verify the book that Django points at.

    :returns: seconds, and postings looked at.
    :raises NotClean: with what fails.
    """
    with timed() as watch:
        verification = verify_book(book=Book.objects.get(pk=book_id))
    if verification.verdict is not Verdict.CLEAN:
        failing = [
            f"{c.name}: {c.reason or c.findings[:3]}" for c in verification.checks if c.found or c.reason
        ]
        raise NotClean("; ".join(failing))
    return watch.seconds, verification.postings
