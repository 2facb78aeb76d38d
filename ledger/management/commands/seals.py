"""List the seals of a book, and write them for somebody else to hold."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.domain.seal_files import seal_document
from ledger.models import Book
from ledger.queries.seals import signed_seals


class Command(BaseCommand):
    help = "List the seals of a book; with --json, in the form that verify_ledger --seal compares with."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", help="code of the book; all books unless given")
        parser.add_argument("--last", action="store_true", help="the newest only: it covers all before")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        books = Book.objects.order_by("code")
        if options["book"]:
            books = books.filter(code=options["book"])
            if not books:
                raise CommandError(f"There is no book {options['book']}.")
        seals = []
        for book in books:
            found = signed_seals(book_id=book.pk)
            seals += found[-1:] if options["last"] else found
        for seal in seals:
            header = seal.header
            place = f"{header.book_code:<12} {header.seal_no:>5}  {header.business_date}"
            self.stderr.write(
                f"{place}  {header.tree_size:>9} entries  {seal.seal_hash[:16]}  key {header.key_id}"
            )
        if options["json"]:
            self.stdout.write(json.dumps({"seals": [seal_document(seal) for seal in seals]}))
