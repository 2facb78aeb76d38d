"""make bench-ledger: how fast the ledger posts and reads, against a floor and against others."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.db import connection
from tqdm import tqdm

from bench import parts
from bench.databases import AnotherBenchmarkRuns, databases
from bench.results import RESULTS, Result, renew, write
from bench.sizes import FULL, QUICK, Sizes


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(prog="make bench-ledger ARGS=...", description=__doc__)
    whole.add_argument(
        "--quick", action="store_true", help="small sizes; a minute or two, no figure for the record"
    )
    whole.add_argument(
        "--only", action="append", choices=list(parts.PARTS), help="this part; may be repeated"
    )
    whole.add_argument(
        "--output", type=Path, help="where the JSON document goes; else only a full run writes it"
    )
    whole.add_argument(
        "--renew",
        action="store_true",
        help="measure the parts of --only anew in full and put them into the recorded document, each figure"
        " with its commit",
    )
    whole.add_argument("--stored", type=int, metavar="POSTINGS", help="instead of fifty million")
    whole.add_argument(
        "--profile", action="store_true", help="print the plans of bulk posting and of a balance as of a day"
    )
    return whole


def main(arguments: Sequence[str]) -> int:
    asked = parser()
    options = asked.parse_args(arguments)
    if options.renew and (options.quick or options.stored or options.output or not options.only):
        asked.error("--renew goes with --only and full sizes.")
    sizes = QUICK if options.quick else FULL
    if options.stored:
        sizes = replace(sizes, much_stored=replace(sizes.much_stored, postings=options.stored))
    wanted = options.only or list(parts.PARTS)
    try:
        result, server = measure(sizes, wanted, profile=options.profile)
    except AnotherBenchmarkRuns:
        print("Another benchmark runs in this server: wait for it.", file=sys.stderr)
        return 1
    print(result.table())
    if options.renew:
        renew(result, RESULTS / "ledger.json")
        return 0
    whole = not (options.quick or options.only or options.stored)
    path = options.output or (RESULTS / "ledger.json" if whole else None)
    if path:
        write(result.document(server=server), path)
    return 0


def measure(sizes: Sizes, wanted: Sequence[str], *, profile: bool) -> tuple[Result, str]:
    """Run the wanted parts in databases of their own, and return the figures with the server's version."""
    result = Result(sizes=sizes.named())
    with databases() as made, tqdm(total=len(wanted), unit="part", file=sys.stderr, disable=None) as bar:
        run = parts.Run(sizes=sizes, databases=made, result=result, profile=profile, told=bar.set_postfix_str)
        for name in wanted:
            bar.set_description(name)
            parts.PARTS[name](run)
            bar.update()
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_version")
            (server,) = cursor.fetchone()
    return result, str(server)
