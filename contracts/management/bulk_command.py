"""What the two commands of bulk imports have in common."""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from accounts.models import User
from accounts.services.approvals import CheckerNotPermitted, SelfApproval, approve
from contracts.models import BulkImport
from contracts.services.imports.bulk import (
    ImportHasFaults,
    ImportRequest,
    carry_out_import,
    check_import,
    propose_import,
)
from contracts.services.imports.report import ImportReport, report_csv
from ledger.models import Book


class BulkCommand(BaseCommand):
    """Dry run; with `--maker` a proposal; with `--checker` as well the import itself."""

    kind: str

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a .csv or .xlsx file")
        parser.add_argument("--book", required=True, help="code of the book")
        parser.add_argument(
            "--encoding",
            choices=BulkImport.Encoding.values,
            default=BulkImport.Encoding.UTF_8.value,
            help="how a CSV file was saved; UTF-8 unless said otherwise",
        )
        parser.add_argument("--maker", help="user who proposes it; without one this is a dry run")
        parser.add_argument("--checker", help="second person at hand, who approves it")
        parser.add_argument("--report", type=Path, help="write the faults to this file, as CSV")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        book = Book.objects.filter(code=options["book"]).first()
        path: Path = options["file"]
        if book is None or not path.is_file() or path.suffix.lower() not in (".csv", ".xlsx"):
            raise CommandError("name a book that exists and a .csv or .xlsx file", returncode=2)
        request = ImportRequest(
            book.pk,
            self.kind,
            path.suffix.lower()[1:],
            path.name[:200],
            path.read_bytes(),
            options["encoding"],
        )
        done, approval_id = 0, None
        try:
            if not options["maker"]:
                report = check_import(request=request)
            else:
                report, approval_id, done = self.take(request, options["maker"], options["checker"])
        except ImportHasFaults as refused:
            report = refused.report
        except (SelfApproval, CheckerNotPermitted) as refused:
            raise CommandError(refused.__doc__ or "", returncode=2) from refused
        self.tell(report, options, done, approval_id)
        if report.faults:
            sys.exit(1)
        if approval_id and not done and not report.is_replay:
            sys.exit(3)

    def take(
        self, request: ImportRequest, maker: str, checker: str | None
    ) -> tuple[ImportReport, int | None, int]:
        with transaction.atomic():
            report, kept = propose_import(request=request, maker_id=person(maker))
            if kept.carried_out_at is not None or not checker:
                return report, kept.approval_id, 0
            if kept.approval.status == "proposed":
                approve(approval_id=kept.approval_id, checker_id=person(checker))
            with tqdm(total=report.subjects or None, file=sys.stderr, delay=1, disable=None) as bar:
                _kept, done = carry_out_import(approval_id=kept.approval_id, progress=bar.update)
        return report, kept.approval_id, done

    def tell(self, report: ImportReport, options: dict[str, Any], done: int, approval_id: int | None) -> None:
        for one in report.faults:
            self.stderr.write(
                f"line {one.line_no} {one.column} {one.code}: {one.sentence} {one.value}".strip()
            )
        words = (
            "was imported before"
            if report.is_replay
            else f"{'more than ' * report.is_cut}{len(report.faults)} faults"
        )
        self.stderr.write(f"{report.lines} lines, {words}, {done} taken in")
        if options["report"]:
            options["report"].write_text(report_csv(report=report), encoding="utf-8-sig")
        if options["json"]:
            faults = [
                {"line": one.line_no, "column": one.column, "code": one.code, "value": one.value}
                for one in report.faults
            ]
            self.stdout.write(
                json.dumps(
                    {
                        "sha256": report.sha256,
                        "lines": report.lines,
                        "replay": report.is_replay,
                        "faults": faults,
                        "taken": done,
                        "approval": approval_id,
                    }
                )
            )


def person(username: str) -> int:
    """Return the id of an active user."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no active user {username!r}", returncode=2)
    return user.pk
