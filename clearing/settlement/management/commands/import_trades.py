"""Take in a broker's file of executions and book them into the open day."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import DAY_RUNNER, User
from clearing.settlement.services.accounts import SettlementAccountMissing
from clearing.settlement.services.house import HouseAccountMissing
from clearing.settlement.services.trade_files import TradeFileImport, import_trade_file
from ledger.models import Book
from ledger.queries.days import open_business_date
from ledger.services.refusals import LedgerRefusal


class Command(BaseCommand):
    help = (
        "Take in a CSV file of executions: contract, instrument, side, quantity, price, trade_date, "
        "broker_reference; optionally external_cost, commission, liquidation_order."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--maker", default=DAY_RUNNER, help="the user who books")
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *_args: object, **options: Any) -> None:
        """Import the file; exit 1 where a line was rejected or something found, 2 where nothing was done."""
        file: Path = options["file"]
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        booking_date = open_business_date(book_id=book.pk)
        if booking_date is None:
            raise CommandError(f"book {book.code} has no open day: open one first", returncode=2)
        maker = User.objects.filter(username=options["maker"]).first()
        if maker is None:
            raise CommandError(f"there is no user {options['maker']!r}", returncode=2)
        try:
            raw = file.read_bytes()
            with tqdm(
                total=raw.count(b"\n"), unit=" lines", file=sys.stderr, delay=1, disable=None
            ) as progress:
                done = import_trade_file(
                    book_id=book.pk,
                    raw=raw,
                    file_name=file.name,
                    received_at=datetime.now(tz=UTC),
                    booking_date=booking_date,
                    maker_id=maker.pk,
                    on_progress=progress.update,
                )
        except (OSError, LedgerRefusal, SettlementAccountMissing, HouseAccountMissing) as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self._tell(file.name, done, as_json=options["json"])
        if done.rejected or done.findings:
            sys.exit(1)

    def _tell(self, file_name: str, done: TradeFileImport, *, as_json: bool) -> None:
        again = "taken in before; " if done.is_replay else ""
        self.stderr.write(
            f"{file_name}: {again}{done.booked_count} trades booked, {done.replayed_count} known before, "
            f"{len(done.rejected)} lines rejected, {len(done.findings)} findings"
        )
        for line in done.rejected:
            self.stderr.write(f"  line {line.number}: {line.reason}: {line.explanation}")
        for found in done.findings:
            self.stderr.write(f"  {found.broker_reference}: {found.kind}: {found.explanation}")
        if as_json:
            self.stdout.write(json.dumps(_document(file_name, done)))


def _document(file_name: str, done: TradeFileImport) -> dict[str, object]:
    return {
        "file": file_name,
        "file_id": done.file_id,
        "is_replay": done.is_replay,
        "booked": done.booked_count,
        "known_before": done.replayed_count,
        "rejected": [
            {"line": line.number, "reason": line.reason, "explanation": line.explanation, "raw": line.raw}
            for line in done.rejected
        ],
        "findings": [
            {
                "kind": found.kind,
                "broker_reference": found.broker_reference,
                "contract": found.contract_code,
                "amount_minor": found.amount_minor,
                "explanation": found.explanation,
            }
            for found in done.findings
        ],
    }
