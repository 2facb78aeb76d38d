"""Bulk posting into a book with fifty million postings against one with a million."""

from bench.parts.run import Run
from bench.place import Place, settle
from bench.rounds import take_turns


def stored(run: Run) -> None:
    """Let the same service post the same batch into the large book and into the small one."""
    small, large = run.place, run.large_place
    entries = run.sizes.stored_entries
    for place in (small, large):
        settle(place.database)

    def post_into(place: Place) -> float:
        place.enter()
        return place.bulk.post_entries(entries)

    times = take_turns(
        {"small": lambda _number: post_into(small), "large": lambda _number: post_into(large)},
        rounds=run.sizes.rounds,
        told=run.told,
    )
    note = (
        f"postings a second with {run.sizes.much_stored.postings:,} stored over "
        f"with {run.sizes.stored.postings:,}; {entries:,} entries"
    )
    run.result.add("throughput_at_50m", times.ratio("small", "large"), note, ">= 0.85")
