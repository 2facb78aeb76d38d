"""Import an opening balance or a foreign journal. Dry unless `--post`. Exits with 1 if a line is refused."""

import csv
import json
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from accounts.models import User
from ledger.domain.foreign_journal import formula_safe
from ledger.models import Book, ImportFile
from ledger.services.imports import (
    ImportReport,
    ImportRequest,
    post_import,
    propose_import,
    simulate_import,
)
from ledger.services.refusals import LedgerRefusal

KINDS = ("journal_imported", "opening_balance")


class Command(BaseCommand):
    help = "Import a foreign journal, with a report of every line: taken, or refused and why."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--book", required=True, help="code of the book")
        parser.add_argument("--kind", choices=KINDS, default=KINDS[0])
        parser.add_argument("--format", choices=ImportFile.Format.values, required=True, dest="file_format")
        parser.add_argument("--mapping", type=Path, required=True, help="CSV with columns account, address")
        parser.add_argument("--profile", type=Path, help="JSON: which column of a CSV holds what")
        parser.add_argument("--all-or-none", action="store_true", help="import nothing if a line is refused")
        parser.add_argument("--maker", default="day-runner", help="username that tries or proposes")
        way = parser.add_mutually_exclusive_group()
        way.add_argument("--propose", action="store_true", help="ask a second person for this outcome")
        way.add_argument("--post", type=int, metavar="APPROVAL", help="import what this approval permits")
        parser.add_argument("--report", type=Path, help="write every line of the report to this CSV")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        request = self.request(options)
        maker = User.objects.filter(username=options["maker"]).first()
        if maker is None:
            raise CommandError(f"There is no user {options['maker']}.")
        approval_id = options["post"]
        try:
            watched_by: tqdm[Any] = tqdm(unit=" entries", file=sys.stderr, disable=not sys.stderr.isatty())
            with watched_by as bar:
                watched = partial(show, bar)
                if approval_id is not None:
                    report = post_import(request=request, approval_id=approval_id, on_progress=watched)
                elif options["propose"]:
                    report, approval = propose_import(request=request, maker_id=maker.pk, on_progress=watched)
                    approval_id = approval.pk
                else:
                    report = simulate_import(request=request, maker_id=maker.pk, on_progress=watched)
        except LedgerRefusal as refusal:
            self.stderr.write(str(refusal))
            if options["json"]:
                self.stdout.write(json.dumps({"sha256": request.sha256, "refused": refusal.code}))
            sys.exit(1)
        if options["report"]:
            write_report(options["report"], report)
        self.tell(report, options, approval_id)
        if options["json"]:
            self.stdout.write(json.dumps(document(report, approval_id, posted=options["post"] is not None)))
        if report.count("refused"):
            sys.exit(1)

    def request(self, options: Mapping[str, Any]) -> ImportRequest:
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"There is no book {options['book']}.")
        try:
            return ImportRequest(
                book_id=book.pk,
                kind=options["kind"],
                file_format=options["file_format"],
                name=options["file"].name,
                content=options["file"].read_bytes(),
                mapping=options["mapping"].read_text(encoding="utf-8-sig"),
                profile=options["profile"].read_text(encoding="utf-8-sig") if options["profile"] else "",
                all_or_none=options["all_or_none"],
            )
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"A file cannot be read: {error}") from error

    def tell(self, report: ImportReport, options: Mapping[str, Any], approval_id: int | None) -> None:
        for line in report.lines:
            if line.outcome == "refused":
                self.stderr.write(f"line {line.line_no}: {line.code}: {line.detail}")
        what = "Imported" if options["post"] is not None else "Would be imported"
        what = "Imported before" if report.is_replay else what
        self.stderr.write(
            f"{what}: {report.count('taken')} taken, {report.count('refused')} refused, "
            f"{report.count('passed_over')} passed over, {report.count('checked')} balances hold. "
            f"SHA-256 {report.sha256}."
        )
        if options["propose"]:
            self.stderr.write(f"Proposed as approval {approval_id}; a second person decides in the admin.")


def show(bar: "tqdm[Any]", done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)


def document(report: ImportReport, approval_id: int | None, *, posted: bool) -> dict[str, object]:
    return {
        "sha256": report.sha256,
        "posted": posted or report.is_replay,
        "is_replay": report.is_replay,
        "approval": approval_id,
        **{outcome: report.count(outcome) for outcome in ("taken", "refused", "passed_over", "checked")},
        "refusals": [
            {"line": line.line_no, "code": line.code, "detail": line.detail, "text": line.text}
            for line in report.lines
            if line.outcome == "refused"
        ],
    }


def write_report(path: Path, report: ImportReport) -> None:
    """Every line; no cell is one that a spreadsheet would take for a formula."""
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["line", "outcome", "entry", "code", "detail", "text"])
        for line in report.lines:
            cells = [line.outcome, line.entry_id or "", line.code, line.detail, line.text]
            writer.writerow([line.line_no, *(formula_safe(str(cell)) for cell in cells)])
