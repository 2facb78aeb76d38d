"""Write a book's entries, seals and proofs as one archive, with the program that verifies it."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from ledger.models import Book
from ledger.queries.bundle import PostingsAway, write_bundle
from ledger.queries.seals import EntryNotSealed


class Command(BaseCommand):
    help = "Write a bundle: entries, seals, keys, trial balance and proofs, verified by a file of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", required=True, help="code of the book")
        parser.add_argument("--until", type=dt.date.fromisoformat, help="last sealed day; all unless given")
        parser.add_argument("--entry", type=int, help="an entry whose proof of inclusion is added")
        parser.add_argument("--output", type=Path, required=True, help="the zip to write")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"There is no book {options['book']}.")
        output: Path = options["output"]
        unfinished = output.with_name(output.name + ".unfinished")
        try:
            with unfinished.open("wb") as target, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                manifest = write_bundle(
                    target=target, book=book, until=options["until"], entry_id=options["entry"]
                )
        except (EntryNotSealed, PostingsAway) as refused:
            unfinished.unlink()
            raise CommandError(f"{refused.__doc__} ({refused})") from refused
        unfinished.replace(output)
        self.stderr.write(f"{output}: {manifest['seals']} seals of book {book.code}")
        if options["json"]:
            self.stdout.write(json.dumps({"file": str(output), **manifest}))
