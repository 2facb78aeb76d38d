"""Take in a price source's file of quotes."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from clearing.marks.services.quotes import (
    ConcurrentQuoteImport,
    PriceSourceUnknown,
    QuoteImport,
    import_quotes,
)
from ledger.models import Book


class Command(BaseCommand):
    help = "Take in a CSV file of quotes: instrument, session_date, price, quoted_at, epoch."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--source", required=True, help="the price source's code")
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *_args: object, **options: Any) -> None:
        """Import the file; exit 1 where a line was rejected, 2 where the file could not be taken at all."""
        file: Path = options["file"]
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        try:
            raw = file.read_bytes()
            with tqdm(
                total=raw.count(b"\n"), unit=" lines", file=sys.stderr, delay=1, disable=None
            ) as progress:
                done = import_quotes(
                    book_id=book.pk,
                    source_code=options["source"],
                    raw=raw,
                    file_name=file.name,
                    received_at=datetime.now(tz=UTC),
                    on_progress=progress.update,
                )
        except (OSError, PriceSourceUnknown, ConcurrentQuoteImport) as refused:
            raise CommandError(str(refused), returncode=2) from refused
        self._tell(file.name, done, as_json=options["json"])
        if done.rejected:
            sys.exit(1)

    def _tell(self, file_name: str, done: QuoteImport, *, as_json: bool) -> None:
        again = "taken in before; " if done.is_replay else ""
        self.stderr.write(
            f"{file_name}: {again}{done.quote_count} quotes, {len(done.rejected)} lines rejected"
        )
        for line in done.rejected:
            self.stderr.write(f"  line {line.number}: {line.reason}: {line.explanation}")
        if as_json:
            self.stdout.write(
                json.dumps(
                    {
                        "file": file_name,
                        "file_id": done.file_id,
                        "is_replay": done.is_replay,
                        "quotes": done.quote_count,
                        "rejected": [
                            {
                                "line": line.number,
                                "reason": line.reason,
                                "explanation": line.explanation,
                                "raw": line.raw,
                            }
                            for line in done.rejected
                        ],
                    }
                )
            )
