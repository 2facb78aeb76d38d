"""Fold the deltas of hot accounts into their balances, batch by batch. Nobody waits for it, at any time."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.models import Book
from ledger.services.days import ROLL_UP_BATCH, roll_up_deltas


class Command(BaseCommand):
    help = "Fold the deltas of hot accounts into their balances; no balance changes, and nobody waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", help="code of the book; all books unless given")
        parser.add_argument("--batch", type=int, default=ROLL_UP_BATCH, help="deltas folded at once")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: object) -> None:
        batch = int(str(options["batch"]))
        if batch < 1:
            raise CommandError("A batch has at least one delta.")
        books = Book.objects.order_by("code")
        if options["book"]:
            books = books.filter(code=options["book"])
            if not books:
                known = ", ".join(Book.objects.values_list("code", flat=True)) or "none"
                raise CommandError(f"There is no book {options['book']}. Books: {known}.")
        rolled = {book.code: roll_up_deltas(book_id=book.id, batch_size=batch) for book in books}
        for code, deltas in rolled.items():
            self.stderr.write(f"Book {code}: {deltas} deltas folded.")
        if options["json"]:
            self.stdout.write(
                json.dumps([{"book": code, "deltas": deltas} for code, deltas in rolled.items()])
            )
