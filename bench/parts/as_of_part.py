"""A balance as of a day, against a row read by its primary key, on accounts with years of history."""

import datetime as dt
import sys

from tqdm import tqdm

from bench.parts.run import Run
from bench.place import settle
from bench.profile import plans_of_reads
from bench.rounds import take_turns, timed
from ledger.models import Balance
from ledger.queries.balances import balance_as_of


def as_of(run: Run) -> None:
    """Read balances of many accounts on many days, and as many rows by key."""
    place = run.large_place
    plan, cast = run.sizes.much_stored, place.cast
    days = plan.days()
    settle(place.database)
    place.enter()

    def account(number: int) -> int:
        return cast.first_client_id + number * 7919 % plan.accounts

    def day(number: int) -> dt.date:
        return days[number * 104729 % len(days)]

    def read_as_of(number: int) -> float:
        with timed() as watch:
            balance_as_of(account_id=account(number), business_date=day(number))
        return watch.seconds

    def read_today(number: int) -> float:
        with timed() as watch:
            balance_as_of(account_id=account(number), business_date=place.bulk.day)
        return watch.seconds

    def read_by_key(number: int) -> float:
        with timed() as watch:
            Balance.objects.get(pk=account(number))
        return watch.seconds

    if run.profile:
        tqdm.write(plans_of_reads(lambda: read_as_of(1)), file=sys.stderr)
    times = take_turns(
        {"as of": read_as_of, "as of today": read_today, "by key": read_by_key},
        rounds=run.sizes.reads,
        told=lambda _what: None,
        warm_up=run.sizes.reads // 10,
    )
    add = run.result.add
    by_key = times.median("by key")
    note = f"balance as of any of {len(days)} days less a read by key"
    add("as_of_extra_ms", 1000 * (times.median("as of") - by_key), note, "< 1")
    add("as_of_today_extra_ms", 1000 * (times.median("as of today") - by_key), "the same as of the open day")
    add("read_by_key_ms", 1000 * by_key, "a balance row by its key, by Django")
