"""make bench-accrual: how fast a book's interest is accrued, against one raw statement of the same rows."""

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from django.db import connection, connections

from bench.accrual_book import FIRST_DAY, AccrualBook, load_accrual_book
from bench.accrual_floor import AccrualFloor
from bench.databases import AnotherBenchmarkRuns, Connection, databases, owner_connection, point_at
from bench.profile import EXPLAIN
from bench.results import RESULTS, Result, write
from bench.rounds import take_turns, timed
from contracts.services.interest import accrue_interest

FULL, QUICK = 1_000_000, 20_000
ROUNDS = 2


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="make bench-accrual ARGS=...", description=__doc__)
    whole.add_argument("--quick", action="store_true", help="20,000 contracts; no figure for the record")
    whole.add_argument("--contracts", type=int, metavar="N", help="instead of a million")
    whole.add_argument("--rounds", type=int, default=ROUNDS, help="rounds that are counted")
    whole.add_argument(
        "--output", type=Path, help="where the JSON document goes; else only a full run writes it"
    )
    whole.add_argument("--profile", action="store_true", help="print the plans of one accrual")
    return whole


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    contracts = options.contracts or (QUICK if options.quick else FULL)
    try:
        result, server = measure(contracts, options.rounds, profile=options.profile)
    except AnotherBenchmarkRuns:
        print("Another benchmark runs in this server: wait for it.", file=sys.stderr)
        return 1
    print(result.table())
    path = options.output or (RESULTS / "accrual.json" if contracts == FULL else None)
    if path:
        write(result.document(server=server, packages=("Django", "psycopg")), path)
    return 0


def measure(contracts: int, rounds: int, *, profile: bool) -> tuple[Result, str]:
    """Accrue a book day by day, the service and the floor in turns; return the figures and the server."""
    result = Result(sizes={"contracts": contracts, "tranches": contracts, "rounds": rounds})
    with databases() as made:
        told("migrating")
        name = made.make_migrated("accrual")
        with owner_connection(name) as owner:
            told(f"loading {contracts:,} contracts")
            with timed() as watch:
                book = load_accrual_book(owner=owner, contracts=contracts)
            result.sizes["load_seconds"] = round(watch.seconds)
            connections.close_all()
            point_at(name)
            times = _take_turns(owner, book, rounds, profile)
            row = owner.execute("SHOW server_version").fetchone()
    result.add(
        "accrual_vs_floor",
        times[0] / times[1],
        f"{contracts:,} contracts in one run against one raw statement of the same rows",
        "<= 3",
    )
    result.add("accrual_seconds", times[0], "the run")
    result.add("floor_seconds", times[1], "its floor")
    return result, str(row[0]) if row else ""


def _take_turns(owner: Connection, book: AccrualBook, rounds: int, profile: bool) -> tuple[float, float]:
    """The first day is accrued before the copies are made; a round of warming up follows."""
    _run(owner, book, 1)
    floor = AccrualFloor(owner, book)
    told("copying the tables for the floor")
    floor.build()
    owner.execute("VACUUM (ANALYZE) contracts_interestaccrual, ledger_balance, ledger_journalentry")
    # A trigger's plan outlives a table's growth.
    connection.close()

    def service(number: int) -> float:
        if profile and number == 1:
            with connection.execute_wrapper(_explain):
                return _run(owner, book, number + 2)
        return _run(owner, book, number + 2)

    times = take_turns(
        {
            "service": service,
            "floor": lambda number: floor.accrue(day=_day(number + 2), before=_day(number + 1)),
        },
        rounds=rounds,
        told=told,
    )
    return times.median("service"), times.median("floor")


def _run(owner: Connection, book: AccrualBook, number: int) -> float:
    """Open a day and accrue the whole book in one run; return the seconds of the accrual."""
    book.open_day(owner=owner, day=_day(number))
    with timed() as watch:
        done = accrue_interest(book_id=book.book_id, business_date=_day(number), maker_id=book.maker_id)
    if done.contracts != book.contracts:
        raise RuntimeError(f"{done.contracts} of {book.contracts} contracts were accrued")
    return watch.seconds


def _day(number: int) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=number)


def _explain(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
    """Time each statement and print what the server did; the statement runs, and its answer is its own."""
    with timed() as watch:
        answer = execute(sql, params, many, context)
    print(f"-- {watch.seconds:.3f} s: {' '.join(sql.split())[:100]}", file=sys.stderr)
    return answer


def told(words: str) -> None:
    print(words, file=sys.stderr)


__all__ = ["EXPLAIN", "main"]
