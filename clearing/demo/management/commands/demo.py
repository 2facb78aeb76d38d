"""Run the crash of 2008 on real prices, sum it up, and serve the admin."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from tqdm import tqdm

from accounts.models import User
from clearing.day.services.lock import DayAlreadyRunning
from clearing.day.services.run_day import DayReport
from clearing.demo.people import STAFF, set_demo_password
from clearing.demo.plans import CRASH, SPLIT, Scenario
from clearing.demo.plot import plot
from clearing.demo.population import populate
from clearing.demo.script import directing
from clearing.demo.summary import lines_of, summarise
from clearing.demo.workers import NoBroker, NoWorkers, workers
from ledger.models import Book
from ledger.queries.verification import Verdict, verify_book

ADDRESS = "127.0.0.1"


class Command(BaseCommand):
    help = (
        "Play 2007-10 to 2009-03 for 300 contracts, and Apple's split of 2005, day by day; then serve the "
        "admin. A demo that was interrupted goes on where it stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="end after the summary")
        parser.add_argument("--workers", type=int, default=0, help="hand the work to so many Celery workers")
        parser.add_argument("--until", type=date.fromisoformat, help="stop after this session")
        parser.add_argument("--port", type=int, default=8000, help="port of the admin on loopback")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        try:
            with workers(options["workers"], log=directory() / "workers.log") as executor:
                for scenario, leave_open in ((SPLIT, False), (CRASH, not options["until"])):
                    self.play(scenario, executor, options["until"], leave_open=leave_open)
        except (NoBroker, NoWorkers, DayAlreadyRunning) as refused:
            raise CommandError(str(refused), returncode=2) from refused
        documents = [self.tell(scenario) for scenario in (SPLIT, CRASH)]
        if options["json"]:
            self.stdout.write(json.dumps(documents))
        if any(document["verdict"] != Verdict.CLEAN.value for document in documents):
            sys.exit(1)
        if not options["no_serve"]:
            self.serve(options["port"])

    def play(self, scenario: Scenario, executor: Any, until: date | None, *, leave_open: bool) -> None:
        world = populate(scenario)
        with directing(world, directory() / scenario.book_code) as director:
            sessions = [one for one in director.sessions_left() if until is None or one <= until]
            bar = tqdm(sessions, desc=scenario.title, unit="day", file=sys.stderr, dynamic_ncols=True)
            for session in bar:
                last = leave_open and session == scenario.last_session
                report = director.play(session, executor=executor, leave_open=last)
                bar.set_postfix_str(postfix(session, report))

    def tell(self, scenario: Scenario) -> dict[str, object]:
        book = Book.objects.select_related("base_unit").get(code=scenario.book_code)
        summary = summarise(book=book, as_of=scenario.last_session)
        picture = directory() / f"{scenario.book_code}.svg"
        picture.write_text(plot(summary.days, title=scenario.title), encoding="utf-8")
        self.stderr.write("")
        for line in lines_of(summary):
            self.stderr.write(line)
        verification = verify_book(book=book)
        self.stderr.write(
            f"Ledger              {verification.verdict.value}: {verification.entries:,} entries, "
            f"{verification.postings:,} postings proved from the first to the last"
        )
        for check in verification.checks:
            for finding in check.findings:
                self.stderr.write(f"  {check.name}: {finding}")
        self.stderr.write(f"Picture             {picture}")
        return {
            "book": book.code,
            "verdict": verification.verdict.value,
            "entries": verification.entries,
            "postings": verification.postings,
            "calls": summary.calls,
            "liquidations": summary.liquidations,
            "reserve_minor": summary.reserve.balance_minor,
            "deficit_minor": summary.deficits.total_minor,
            "picture": str(picture),
        }

    def serve(self, port: int) -> None:
        password = set_demo_password()
        self.stderr.write(
            f"\nThe admin is at http://{ADDRESS}:{port}/admin/ (Ctrl-C ends it). Sign in as one of"
        )
        for role, people in STAFF.items():
            self.stderr.write(f"  {role:<12}" + ", ".join(username for username, _ in people))
        self.stderr.write(f"with the password {password}\n")
        close_old_connections()
        call_command("runserver", f"{ADDRESS}:{port}", use_reloader=False)


def directory() -> Path:
    """Where the banks' books, statements and trade files of this database's demo lie.

    Named after the moment at which the database was made: a fresh database starts a fresh demo.
    """
    made_at = User.objects.order_by("pk").values_list("date_joined", flat=True)[0]
    place = Path(settings.BASE_DIR) / ".plimsoll" / "demo" / f"{made_at:%Y%m%dT%H%M%S%f}"
    place.mkdir(parents=True, exist_ok=True)
    return place


def postfix(session: date, report: DayReport) -> str:
    """Say in a few words what the day was like."""
    figures = {name: figure for step in report.steps for name, figure in step.figures.items()}
    words = [str(session)]
    for name, word in (("CALL", "called"), ("liquidations_under_way", "liquidating"), ("ON_HOLD", "on hold")):
        if figures.get(name):
            words.append(f"{figures[name]} {word}")
    return ", ".join(words)
