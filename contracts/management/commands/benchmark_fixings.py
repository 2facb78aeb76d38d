"""Create benchmarks, take their fixings in from a sheet, and set what two people have approved."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Approval, ApprovalKind, User
from accounts.services.approvals import ApprovalAlreadyExecuted, ApprovalMissing, ApprovalNotApproved
from contracts.domain.fixings import NotASheet, percent_of, read_sheet
from contracts.models import Benchmark, BenchmarkFixing
from contracts.queries.fixings import FixingChange, FixingLine, fixing_report
from contracts.services.benchmarks import create_benchmark, propose_sheet, set_approved_fixings
from contracts.services.refusals import ContractRefusal

REFUSED = (
    ContractRefusal,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalAlreadyExecuted,
    NotASheet,
    OSError,
    UnicodeDecodeError,
)


class Command(BaseCommand):
    help = "Benchmarks and their fixings: a sheet is proposed by one person, decided by another, then set."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        created = acts.add_parser("create", help="a benchmark without fixings")
        created.add_argument("code")
        created.add_argument("--name", required=True)
        created.add_argument("--administrator", required=True, help="who publishes it")
        created.add_argument("--valid-days", type=int, required=True, help="days that a fixing is good for")
        listed = acts.add_parser("list", help="the newest fixings of a benchmark")
        listed.add_argument("code")
        taken = acts.add_parser("import", help="propose a CSV of fixing_date,rate_percent")
        taken.add_argument("code")
        taken.add_argument("file", type=Path)
        taken.add_argument("--source", default="", help="where they were published")
        taken.add_argument("--maker", help="username of who proposes")
        taken.add_argument("--dry-run", action="store_true", help="say line by line what would change")
        done = acts.add_parser("set", help="set what an approval says")
        done.add_argument("approval", type=int)
        for act in (created, listed, taken, done):
            act.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        try:
            document = getattr(self, f"do_{options['act']}")(options)
        except REFUSED as refused:
            raise CommandError(str(refused)) from refused
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False))

    def do_create(self, options: dict[str, Any]) -> dict[str, object]:
        made = create_benchmark(
            code=options["code"],
            name=options["name"],
            administrator=options["administrator"],
            valid_days=options["valid_days"],
        )
        self.stderr.write(f"{made.code} is there, without fixings.")
        return {"code": made.code, "valid_days": made.valid_days}

    def do_list(self, options: dict[str, Any]) -> dict[str, object]:
        rows = BenchmarkFixing.objects.filter(benchmark=benchmark_of(options["code"]))
        newest = list(rows.order_by("-fixing_date", "-id")[:30])
        for row in newest:
            self.stderr.write(f"{row.fixing_date}  {percent_of(row.rate_ppm):>10} %  {row.source}")
        return {"fixings": [[row.fixing_date.isoformat(), row.rate_ppm] for row in newest]}

    def do_import(self, options: dict[str, Any]) -> dict[str, object]:
        benchmark = benchmark_of(options["code"])
        lines = read_sheet(options["file"].read_text(encoding="utf-8"))
        report = fixing_report(benchmark_id=benchmark.pk, lines=lines)
        for line in report:
            self.stderr.write(sentence_of(line))
        document: dict[str, object] = {
            "lines": [
                {
                    "line": line.number,
                    "fixing_date": None if line.day is None else line.day.isoformat(),
                    "rate_ppm": line.rate_ppm,
                    "known_ppm": line.known_ppm,
                    "change": line.change.value,
                    "fault": line.fault,
                    "counted_again": line.is_counted and line.change is not FixingChange.SAME,
                }
                for line in report
            ],
            "approval": None,
        }
        if options["dry_run"]:
            if any(line.fault for line in report):
                raise CommandError("Nothing was proposed, and as it stands nothing can be: see the lines.")
            return document
        maker = User.objects.filter(username=options["maker"] or "").first()
        if maker is None or not options["source"]:
            raise CommandError("Name who proposes (--maker) and where the fixings were published (--source).")
        approval = propose_sheet(
            benchmark_id=benchmark.pk, lines=lines, source=options["source"], maker_id=maker.pk
        )
        self.stderr.write(f"Proposed by approval {approval.pk}; a second person decides on it.")
        return {**document, "approval": approval.pk}

    def do_set(self, options: dict[str, Any]) -> dict[str, object]:
        asked = Approval.objects.filter(pk=options["approval"], kind=ApprovalKind.SET_BENCHMARK)
        if not asked.exists():
            raise CommandError(f"Approval {options['approval']} is not of a benchmark's fixings.")
        made = set_approved_fixings(approval_id=options["approval"])
        self.stderr.write(f"{len(made)} fixings are set; the next accrual counts with them.")
        return {"fixings": [[one.fixing_date.isoformat(), one.rate_ppm] for one in made]}


def benchmark_of(code: str) -> Benchmark:
    """:raises CommandError: there is no such benchmark."""
    found = Benchmark.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no benchmark {code}; create it first.")
    return found


def sentence_of(line: FixingLine) -> str:
    """What becomes of a line, for a person."""
    if line.change is FixingChange.REFUSED:
        return f"line {line.number}: refused ({line.fault})"
    rate = f"{percent_of(line.rate_ppm or 0)} %"
    known = "" if line.known_ppm is None else f", known {percent_of(line.known_ppm)} %"
    again = " (interest will be counted again)" if line.is_counted else ""
    return f"line {line.number}: {line.day} {rate}: {line.change.value}{known}" + (
        again if line.change is not FixingChange.SAME else ""
    )
