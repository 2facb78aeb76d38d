"""Take in statements of a custodian."""

import json
import sys
from argparse import ArgumentParser
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.queries.staff import day_runner_id
from custody.models import Statement, StatementState
from custody.services.statements import EmptyStatement, UnknownCustodian, import_statement
from ledger.models import Book


class Command(BaseCommand):
    help = "Keep statements of a custodian as they came and store what they say. Sent twice is taken in once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="+")
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--custodian", required=True, help="the custodian's code")
        parser.add_argument(
            "--received-on", type=date.fromisoformat, help="the day it came, YYYY-MM-DD; today unless given"
        )
        parser.add_argument("--json", action="store_true", help="one JSON document on standard output")

    def handle(self, *_args: object, **options: Any) -> None:
        """Import the files in order; exit 1 where one was marked or unreadable, 2 where one was not taken.

        Each file is its own transaction: those before one that was not taken stay taken in.
        """
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        received_on = options["received_on"] or datetime.now(tz=UTC).date()
        statements: list[tuple[Path, Statement]] = []
        refused = ""
        for file in options["file"]:
            try:
                statement = import_statement(
                    book_id=book.pk,
                    custodian_code=options["custodian"],
                    raw=file.read_bytes(),
                    file_name=file.name,
                    received_on=received_on,
                    maker_id=day_runner_id(),
                )
            except UnknownCustodian:
                refused = f"there is no custodian {options['custodian']!r}"
                break
            except EmptyStatement:
                refused = f"{file} is empty"
                break
            except OSError as error:
                refused = str(error)
                break
            statements.append((file, statement))
            self._tell(file, statement)
        if options["json"]:
            told = [document(file, statement) for file, statement in statements]
            self.stdout.write(json.dumps({"statements": told, "refused": refused}))
        if refused:
            raise CommandError(refused, returncode=2)
        if any(statement.state != StatementState.ACCEPTED for _, statement in statements):
            sys.exit(1)

    def _tell(self, file: Path, statement: Statement) -> None:
        self.stderr.write(f"{file.name}: {statement.get_state_display().lower()}, statement {statement.pk}")
        for replaced_id in statement.supersedes.values_list("replaced_id", flat=True):
            self.stderr.write(f"  takes the place of statement {replaced_id}")
        for finding in statement.findings:
            self.stderr.write(f"  {finding['code']} at {finding['pointer'] or '/'}: {finding['detail']}")


def document(file: Path, statement: Statement) -> dict[str, object]:
    return {
        "file": file.name,
        "id": statement.pk,
        "number": statement.external_number,
        "kind": statement.kind,
        "statement_date": statement.statement_date.isoformat(),
        "state": statement.state,
        "sha256": bytes(statement.sha256).hex(),
        "entries": statement.entries.count(),
        "findings": statement.findings,
        "supersedes": list(statement.supersedes.values_list("replaced_id", flat=True)),
    }
