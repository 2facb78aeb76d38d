"""Bulk posting against the floor."""

import sys

from tqdm import tqdm

from bench.parts.run import Run
from bench.place import floor_of, settle
from bench.profile import profile_of
from bench.rounds import take_turns


def bulk(run: Run) -> None:
    """Compare the service's bulk way with a raw INSERT ... SELECT of the same rows."""
    place, sizes = run.place, run.sizes
    with floor_of(place) as floor:
        settle(place.database)
        place.enter()
        floor.stage()
        floor.insert()
        if run.profile:
            entries, postings = sizes.bulk_entries, sizes.one_entry_postings
            tqdm.write(profile_of(place.bulk, entries=entries, one_entry_postings=postings), file=sys.stderr)

        def floor_without_rules(_number: int) -> float:
            floor.stage()
            return floor.insert()

        two = take_turns(
            {
                "service": lambda _number: place.bulk.post_entries(sizes.bulk_entries),
                "floor": floor_without_rules,
            },
            rounds=sizes.rounds,
            told=run.told,
        )
        one = take_turns(
            {
                "service": lambda _number: place.bulk.post_one(sizes.one_entry_postings),
                "floor": floor_without_rules,
            },
            rounds=sizes.rounds,
            told=run.told,
        )
    add = run.result.add
    entries, postings = sizes.bulk_entries, sizes.one_entry_postings
    add("bulk_vs_floor", two.ratio("service", "floor"), f"{entries:,} entries of two postings", "<= 2.5")
    add(
        "bulk_one_entry_vs_floor",
        one.ratio("service", "floor"),
        f"one entry of {postings:,} postings",
        "<= 2.5",
    )
    add("bulk_postings_per_second", 2 * entries / two.median("service"), "the first of these")
    add("one_entry_postings_per_second", postings / one.median("service"), "the second")
    add("floor_postings_per_second", 2 * entries / two.median("floor"), "its floor")
