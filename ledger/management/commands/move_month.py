"""Detach a closed month's postings, or attach them again, as the owner. Exits with 1 where refused."""

import argparse
import datetime as dt
import json
import re
import sys

from django.core.management.base import BaseCommand, CommandParser

from ledger.services.months import attach_month, detach_month
from ledger.services.refusals import LedgerRefusal

MOVES = {"detach": detach_month, "attach": attach_month}


def month_of(text: str) -> dt.date:
    """`2008-09` as the first of that month."""
    match = re.fullmatch(r"([0-9]{4})-([0-9]{2})", text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 1900:
        raise argparse.ArgumentTypeError(f"a month is written YYYY-MM, not {text!r}")
    return dt.date(int(match[1]), int(match[2]), 1)


class Command(BaseCommand):
    help = (
        "Take a closed month's postings out of the table with a record of them, or bring them back unchanged."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=month_of, help="YYYY-MM")
        parser.add_argument("move", choices=sorted(MOVES))
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, month: dt.date, move: str, **options: object) -> None:
        try:
            content = MOVES[move](month=month)
        except LedgerRefusal as refusal:
            self.stderr.write(str(refusal))
            if options["json"]:
                self.stdout.write(json.dumps({"month": f"{month:%Y-%m}", "refused": refusal.code}))
            sys.exit(1)
        self.stderr.write(
            f"{month:%Y-%m} is {move}ed: {content.postings} postings in ledger_posting_{month:%Y%m}, "
            f"sha256 {content.digest.hex()}."
        )
        if options["json"]:
            document = {
                "month": f"{month:%Y-%m}",
                "move": f"{move}ed",
                "postings": content.postings,
                "debit_minor": content.debit_minor,
                "credit_minor": content.credit_minor,
                "sha256": content.digest.hex(),
            }
            self.stdout.write(json.dumps(document))
