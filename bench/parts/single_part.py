"""One entry at a time: the service against four bare statements and against the ORM."""

from bench.databases import app_connection
from bench.parts.run import Run
from bench.place import floor_of, settle
from bench.rounds import take_turns
from bench.single import Single


def single(run: Run) -> None:
    """Compare the latencies of one deposit, commit included."""
    place = run.place
    with floor_of(place):
        settle(place.database)
        place.enter()
        with app_connection(place.database) as bare:
            ways = Single(place.cast, place.bulk.day, bare, "bench-single")
            times = take_turns(
                {
                    "service": ways.by_service,
                    "bare": ways.by_bare_statements,
                    "orm": ways.by_orm,
                },
                rounds=run.sizes.singles,
                told=lambda _what: None,
                warm_up=run.sizes.singles // 10,
            )
    add = run.result.add
    add("single_vs_bare", times.ratio("service", "bare"), "one entry, over four bare statements", "<= 2.0")
    add("single_vs_orm", times.ratio("service", "orm"), "one entry, over Django's create() without rules")
    add("single_ms", 1000 * times.median("service"), "one entry by the service")
    add("bare_ms", 1000 * times.median("bare"), "by four bare statements")
    add("orm_ms", 1000 * times.median("orm"), "by create() and update()")
