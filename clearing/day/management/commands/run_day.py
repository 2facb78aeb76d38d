"""Run a business day, the missed ones before it, or only look what it would change."""

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from accounts.queries.staff import day_runner_id
from clearing.day.models import StepName, StepStatus
from clearing.day.services.lock import DayAlreadyRunning
from clearing.day.services.run_day import (
    DayReport,
    DryRunTooLarge,
    StepReport,
    dry_run_day,
    run_day,
    run_missed_days,
)
from clearing.day.services.steps import StepFailed, StepProgress
from clearing.day.tasks import NoBroker, NoWorkers, OnWorkers
from ledger.models import Book

REFUSALS = (DayAlreadyRunning, DryRunTooLarge, StepFailed, NoBroker, NoWorkers)


class Command(BaseCommand):
    help = (
        "Run a business day from its first unfinished step to its close. Exits with 3 when it is not closed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--date", required=True, type=dt.date.fromisoformat, help="the business date")
        parser.add_argument(
            "--maker", help="user name of who runs the day; the system's day-runner unless given"
        )
        parser.add_argument("--checker", help="user name of the second person who closes it")
        parser.add_argument("--inbox", type=Path, help="directory of custodians' files, one directory each")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would change, and leave no row"
        )
        parser.add_argument("--catch-up", action="store_true", help="run every missed day up to the date")
        parser.add_argument("--celery", action="store_true", help="hand chunks to the workers of the broker")
        parser.add_argument("--workers", type=int, help="cut into so many chunks; implies --celery")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        """Run; exit 2 where a step was refused, 3 where a day still waits for its second person."""
        if options["dry_run"] and (options["catch_up"] or options["celery"] or options["workers"]):
            raise CommandError("a dry run is one day in one process", returncode=2)
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        try:
            with tqdm(total=len(StepName), unit="step", file=sys.stderr, delay=1, disable=None) as bar:
                reports = self.run_days(book, bar, options)
        except REFUSALS as refused:
            raise CommandError(f"{type(refused).__name__}: {refused}", returncode=2) from refused
        for report in reports:
            self.tell(report, is_dry=options["dry_run"])
        if not reports:
            self.stderr.write(f"No day was missed up to {options['date']}.")
        if options["json"]:
            self.stdout.write(json.dumps([document(report) for report in reports]))
        if not options["dry_run"] and not all(report.is_closed for report in reports):
            sys.exit(3)

    def run_days(self, book: Book, bar: "tqdm[Any]", options: Mapping[str, Any]) -> list[DayReport]:
        def show(progress: StepProgress) -> None:
            bar.set_postfix_str(f"{progress.step} {progress.done}/{progress.total}")
            if progress.status == StepStatus.DONE:
                bar.update()

        arguments: dict[str, Any] = {
            "book_id": book.pk,
            "maker_id": person(options["maker"]) if options["maker"] else day_runner_id(),
            "checker_id": person(options["checker"]) if options["checker"] else None,
            "inbox": options["inbox"],
            "on_progress": show,
        }
        if options["dry_run"]:
            return [dry_run_day(business_date=options["date"], **arguments)]
        if options["celery"] or options["workers"]:
            arguments["executor"] = OnWorkers(parts=options["workers"])
        if options["catch_up"]:
            return run_missed_days(until=options["date"], **arguments)
        return [run_day(business_date=options["date"], **arguments)]

    def tell(self, report: DayReport, *, is_dry: bool) -> None:
        day = report.business_date
        if is_dry:
            self.stderr.write(f"{day}: would change as follows; nothing was written")
        elif not report.has_changed and report.is_closed:
            self.stderr.write(f"{day}: finished before; nothing changed")
            return
        else:
            self.stderr.write(f"{day}: {'closed' if report.is_closed else 'not closed'}")
        for step in report.steps:
            self.stderr.write(f"  {line(step)}")


def person(username: str) -> int:
    """Return the id of an active user."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no active user {username!r}", returncode=2)
    return user.pk


def line(step: StepReport) -> str:
    """Say in a line what became of a step."""
    figures = ", ".join(f"{name} {figure}" for name, figure in step.figures.items() if figure)
    before = "" if step.is_new or step.status != StepStatus.DONE else " before"
    return f"{step.name:24}{step.status}{before}  {step.message or figures}".rstrip()


def document(report: DayReport) -> dict[str, object]:
    """Return a day as JSON shows it."""
    return {
        "business_date": report.business_date.isoformat(),
        "closed": report.is_closed,
        "changed": report.has_changed,
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "is_new": step.is_new,
                "figures": step.figures,
                "message": step.message,
            }
            for step in report.steps
        ],
    }
