"""Sessions that post at once: all to one income account, against each to its own."""

import time
from collections.abc import Sequence
from contextlib import ExitStack

from bench.parts.run import Run
from bench.place import Place, settle
from bench.rounds import take_turns
from bench.workers import Worker

LEAD_SECONDS = 0.3
"""How far ahead the common start is, so that every session has been told of it."""


def hot(run: Run) -> None:
    """Compare the throughput of writers on one hot account with that on distinct accounts."""
    place, sizes = run.place, run.sizes
    cast = place.cast
    settle(place.database)
    with ExitStack() as stack:
        run.told(f"starting {sizes.writers} writers")
        writers = [stack.enter_context(Worker("bench.writer")) for _ in range(sizes.writers)]
        for writer in writers:
            writer.tell({"do": "enter", "database": place.database})
        for writer in writers:
            writer.hear()

        def post_to(incomes: Sequence[int]) -> float:
            """Seconds an entry, all writers together."""
            return sizes.hot_seconds / posted(place, writers, incomes, sizes.hot_seconds)

        times = take_turns(
            {
                "one": lambda _number: post_to([cast.shared_income_id] * sizes.writers),
                "own": lambda _number: post_to(cast.plain_income_ids),
                "own hot": lambda _number: post_to(cast.hot_income_ids),
            },
            rounds=sizes.rounds,
            told=run.told,
        )
    add = run.result.add
    add(
        "hot_account_throughput",
        times.ratio("own", "one"),
        f"{sizes.writers} sessions on one income account over each on its own",
        ">= 0.9",
    )
    add("hot_shared_vs_hot_own", times.ratio("own hot", "one"), "the same, their own being hot as well")
    add("hot_entries_per_second", 1 / times.median("one"), "all sessions on one account")


def posted(place: Place, writers: Sequence[Worker], incomes: Sequence[int], seconds: int) -> int:
    """Let every writer post for that long, from one moment on; return how many entries were acknowledged."""
    start_at = time.time() + LEAD_SECONDS
    for number, (writer, income) in enumerate(zip(writers, incomes, strict=True)):
        writer.tell(
            {
                "do": "post_for",
                "start_at": start_at,
                "seconds": seconds,
                "book_id": place.cast.book_id,
                "maker_id": place.cast.maker_id,
                "day": place.bulk.day.isoformat(),
                "receivable_id": place.cast.receivable_ids[number],
                "income_id": income,
            }
        )
    return sum(int(writer.hear()["posted"]) for writer in writers)
