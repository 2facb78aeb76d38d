"""Prove every book from its postings. Exits with 0: clean, 1: something fails, 2: could not see all."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.domain.seal_files import DamagedSealFile, OutsideSeal, read_seals
from ledger.models import Book
from ledger.queries.verification import Verdict, Verification, verify_book

EXIT_CODES = {Verdict.CLEAN: 0, Verdict.FAILED: 1, Verdict.INCOMPLETE: 2}


class Command(BaseCommand):
    help = "Prove balances, identities, snapshots and positions from the postings, and name what fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--book", help="code of the book; all books unless given")
        parser.add_argument("--seal", type=Path, help="seals held outside, as `seals --json` wrote them")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: object) -> None:
        books = Book.objects.order_by("code")
        if options["book"]:
            books = books.filter(code=options["book"])
            if not books:
                known = ", ".join(Book.objects.values_list("code", flat=True)) or "none"
                raise CommandError(f"There is no book {options['book']}. Books: {known}.")
        outside = self.held_outside(options["seal"])
        verifications = [verify_book(book=book, outside=outside) for book in books]
        for verification in verifications:
            self.tell(verification)
        if options["json"]:
            self.stdout.write(json.dumps([document(verification) for verification in verifications]))
        verdicts = {verification.verdict for verification in verifications}
        if Verdict.FAILED in verdicts:
            sys.exit(EXIT_CODES[Verdict.FAILED])
        unseen = self.not_looked_at(verifications, () if options["book"] else outside)
        if Verdict.INCOMPLETE in verdicts or unseen:
            sys.exit(EXIT_CODES[Verdict.INCOMPLETE])

    def not_looked_at(self, verifications: Sequence[Verification], outside: Sequence[OutsideSeal]) -> bool:
        """Whether there was nothing to look at: no book at all, or not the one that a seal is of."""
        here = {verification.book_code for verification in verifications}
        absent = sorted({seal.header.book_code for seal in outside} - here)
        if not here:
            self.stderr.write("There is no book: nothing was looked at.")
        for code in absent:
            self.stderr.write(f"Book {code}: incomplete. Its seals are held outside, and it is not here.")
        return bool(absent) or not here

    def held_outside(self, file: object) -> list[OutsideSeal]:
        if not isinstance(file, Path):
            return []
        try:
            seals = read_seals(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, DamagedSealFile) as error:
            self.stderr.write(f"{file} holds no seals: {error}")
            sys.exit(EXIT_CODES[Verdict.INCOMPLETE])
        if not seals:
            self.stderr.write(f"{file} holds no seals: there is nothing to compare with.")
            sys.exit(EXIT_CODES[Verdict.INCOMPLETE])
        return seals

    def tell(self, verification: Verification) -> None:
        self.stderr.write(
            f"Book {verification.book_code}: {verification.verdict.value}. {verification.entries} entries, "
            f"{verification.postings} postings, {verification.accounts} accounts."
        )
        for one in verification.reopenings:
            self.stderr.write(f"  reopened {one.period} at position {one.last_position}: {one.reason}")
        for note in verification.notes:
            self.stderr.write(f"  note: {note}")
        for check in verification.checks:
            if check.reason:
                self.stderr.write(f"  {check.name}: incomplete: {check.reason}")
            for finding in check.findings:
                self.stderr.write(f"  {check.name}: {finding}")
            if check.found > len(check.findings):
                self.stderr.write(f"  {check.name}: and {check.found - len(check.findings)} more")


def document(verification: Verification) -> dict[str, object]:
    return {
        "book": verification.book_code,
        "verdict": verification.verdict.value,
        "entries": verification.entries,
        "postings": verification.postings,
        "accounts": verification.accounts,
        "reopenings": [
            {
                "period": one.period,
                "reason": one.reason,
                "last_position": one.last_position,
                "recorded_at": one.recorded_at.isoformat(),
            }
            for one in verification.reopenings
        ],
        "notes": list(verification.notes),
        "checks": [
            {
                "name": check.name,
                "found": check.found,
                "findings": list(check.findings),
                "incomplete": check.reason,
            }
            for check in verification.checks
        ],
    }
