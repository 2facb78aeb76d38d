"""Propose a correction of what was wrong after the close, look what it would find, and run it."""

import datetime as dt
import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.queries.staff import day_runner_id
from clearing.corrections.management.proposing import ASKED, propose
from clearing.corrections.models import Correction
from clearing.corrections.services.refusals import CorrectionRefusal
from clearing.corrections.services.run import CorrectionResult, dry_run_correction, run_correction
from ledger.models import Book
from ledger.services.refusals import LedgerRefusal


class Command(BaseCommand):
    help = "Correct what was wrong after the close. Exits with 2 where it is refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        proposing = acts.add_parser("propose", help="write a correction down and ask a second person")
        kinds = proposing.add_subparsers(dest="kind", required=True)
        for name, arguments in ASKED.items():
            kind = kinds.add_parser(name)
            for flag, settings in arguments.items():
                kind.add_argument(flag, **settings)
            kind.add_argument("--reason", required=True, help="why it is corrected")
            kind.add_argument("--evidence", required=True, help="where that can be seen")
            self._common(kind)
        running = acts.add_parser("run", help="carry out an approved correction")
        running.add_argument("reference", help="the correction's reference")
        running.add_argument("--dry-run", action="store_true", help="tell what it would find; write no row")
        self._common(running)

    def _common(self, parser: ArgumentParser) -> None:
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--maker", help="user name of who does it; the system's day-runner unless given")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        """Propose or run; exit 2 where it is refused."""
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        maker_id = person(options["maker"]) if options["maker"] else day_runner_id()
        try:
            told = (
                self._propose(book, maker_id, options)
                if options["act"] == "propose"
                else self._run(book, maker_id, options)
            )
        except (CorrectionRefusal, LedgerRefusal) as refused:
            raise CommandError(f"{refused.code}: {refused}", returncode=2) from refused
        if options["json"]:
            self.stdout.write(json.dumps(told, default=str))

    def _propose(self, book: Book, maker_id: int, options: dict[str, Any]) -> dict[str, object]:
        made = propose(book_id=book.pk, maker_id=maker_id, options=options)
        self.stderr.write(
            f"{made.reference}: {made.subject} since {made.effective_on}; approval {made.approval_id} "
            f"is {made.approval.status}"
        )
        return {
            "reference": made.reference,
            "kind": made.kind,
            "subject": made.subject,
            "effective_on": made.effective_on,
            "was": made.was,
            "corrected": made.corrected,
            "approval": made.approval_id,
            "status": made.approval.status,
        }

    def _run(self, book: Book, maker_id: int, options: dict[str, Any]) -> dict[str, object]:
        found = Correction.objects.filter(book=book, reference=options["reference"]).first()
        if found is None:
            raise CommandError(f"the book has no correction {options['reference']!r}", returncode=2)
        if options["dry_run"]:
            result = dry_run_correction(correction_id=found.pk)
        else:
            result = run_correction(correction_id=found.pk, maker_id=maker_id)
        self._say(found, result)
        return document(found, result)

    def _say(self, correction: Correction, result: CorrectionResult) -> None:
        way = "would find" if result.run_id is None else "ran before" if result.is_replay else "ran"
        findings = ", ".join(f"{name} {n}" for name, n in result.findings.items()) or "nothing differs"
        reviews = ", ".join(f"{name} {n}" for name, n in result.reviews.items()) or "none"
        self.stderr.write(
            f"{correction.reference} {way}, {result.first_date} to {result.last_date}: {findings}"
        )
        self.stderr.write(f"  reviews: {reviews}; entries: {len(result.entry_ids)}")
        for row in result.shown:
            self.stderr.write(
                f"  {row['code'] or row['subject']} {row['business_date']} {row['figure']}: "
                f"{row['stored']} stored, {row['recomputed']} recomputed {row['tendency']}".rstrip()
            )


def person(username: str) -> int:
    """Return the id of an active user."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no active user {username!r}", returncode=2)
    return user.pk


def document(correction: Correction, result: CorrectionResult) -> dict[str, object]:
    """Return a run as JSON shows it."""
    booking_date: dt.date | None = result.booking_date
    return {
        "reference": correction.reference,
        "run": result.run_id,
        "replay": result.is_replay,
        "first_date": result.first_date,
        "last_date": result.last_date,
        "booking_date": booking_date,
        "findings": dict(result.findings),
        "reviews": dict(result.reviews),
        "entries": list(result.entry_ids),
        "shown": list(result.shown),
    }
