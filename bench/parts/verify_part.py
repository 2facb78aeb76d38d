"""How long the proof of a whole book takes."""

from bench.databases import point_at
from bench.parts.run import Run
from bench.proof import proved


def verify(run: Run) -> None:
    """Prove the book of a million postings, and say how long it takes per million."""
    place = run.place
    run.told("verifying")
    point_at(place.database)
    seconds, postings = proved(place.cast.book_id)
    note = f"verify_book over {postings:,} postings, per million"
    run.result.add("verify_seconds_1m", seconds * 1_000_000 / postings, note, "< 20")
