"""Write the whole journal of a book as text that an independent tool reads."""

import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from ledger.models import Book
from ledger.queries.export import ExportFormat, export_journal
from ledger.queries.seals import newest_mark


class Command(BaseCommand):
    help = "Export the journal of a book as Beancount, hledger, CSV or JSON Lines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", required=True, help="code of the book")
        parser.add_argument("--format", required=True, choices=[choice.value for choice in ExportFormat])
        parser.add_argument("--output", type=Path, help="file to write; standard output unless given")
        parser.add_argument("--json", action="store_true", help="with --output: say what was written as JSON")

    def handle(self, **options: object) -> None:
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            known = ", ".join(Book.objects.values_list("code", flat=True)) or "none"
            raise CommandError(f"There is no book {options['book']}. Books: {known}.")
        lines = export_journal(book=book, export_format=ExportFormat(str(options["format"])))
        output = options["output"]
        if not isinstance(output, Path):
            for line in lines:
                self.stdout.write(line, ending="")
            return
        unfinished = output.with_name(output.name + ".unfinished")
        written = 0
        with unfinished.open("w", encoding="utf-8") as file:
            for line in tqdm(lines, unit=" lines", file=sys.stderr, disable=not sys.stderr.isatty()):
                file.write(line)
                written += 1
        unfinished.replace(output)
        mark = newest_mark(book_id=book.pk)
        seal = f"; {mark.text}" if mark else ""
        self.stderr.write(f"{written} pieces written to {output}{seal}")
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "book": book.code,
                        "format": options["format"],
                        "file": str(output),
                        "seal": mark.text if mark else None,
                    }
                )
            )
