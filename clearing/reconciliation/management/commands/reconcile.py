"""Reconcile a day with the custodians, and client money with what clients are owed."""

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.queries.staff import day_runner_id
from clearing.reconciliation.models import ReconciliationRun, RunKind
from clearing.reconciliation.queries.breaks import aged_breaks
from clearing.reconciliation.services.reconcile import reconcile, reconcile_client_money_of
from clearing.reconciliation.services.runs import ReconciliationOutOfOrder
from custody.models import Custodian
from ledger.models import Book

COUNTS = ("matched", "opened", "closed")


class Command(BaseCommand):
    help = "Reconcile cash, holdings and client money of a day. Exits with 1 while breaks are open."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--book", required=True, help="the book's code")
        parser.add_argument("--date", required=True, type=dt.date.fromisoformat, help="the business date")
        parser.add_argument("--custodian", help="one custodian's code; all of the book's unless given")
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        """Reconcile; exit 1 where breaks are open, 2 where it could not be done."""
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        custodians = Custodian.objects.filter(accounts__book=book).distinct().order_by("code")
        if options["custodian"]:
            custodians = custodians.filter(code=options["custodian"])
        if not custodians:
            raise CommandError("the book has no such custodian", returncode=2)
        maker_id, runs = day_runner_id(), []
        try:
            for custodian in custodians:
                runs += reconcile(
                    book_id=book.pk,
                    custodian_code=custodian.code,
                    business_date=options["date"],
                    maker_id=maker_id,
                )
            if not options["custodian"]:
                runs.append(
                    reconcile_client_money_of(
                        book_id=book.pk, business_date=options["date"], maker_id=maker_id
                    )
                )
        except ReconciliationOutOfOrder as refused:
            raise CommandError(str(refused), returncode=2) from refused
        breaks = aged_breaks(book_id=book.pk, as_of=options["date"])
        for run in runs:
            self.stderr.write(sentence(run))
        for each in breaks:
            self.stderr.write(
                f"  break {each.break_id}: {each.kind}, {each.difference_minor} {each.unit_code}, "
                f"{each.age_days} business days old"
            )
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "runs": [document(run) for run in runs],
                        "breaks": [
                            {
                                "id": each.break_id,
                                "kind": each.kind,
                                "difference_minor": each.difference_minor,
                                "unit": each.unit_code,
                                "age_business_days": each.age_days,
                                "bucket": each.bucket,
                            }
                            for each in breaks
                        ],
                    }
                )
            )
        if breaks:
            sys.exit(1)


def sentence(run: ReconciliationRun) -> str:
    """Say in a line what a run came to."""
    whom = run.custodian.code if run.custodian else "client money"
    figures = ", ".join(f"{name} {run.figures[name]}" for name in COUNTS if name in run.figures)
    digest = bytes(run.digest).hex()[:16]
    return f"{whom} {run.kind} {run.business_date} attempt {run.attempt}: {figures}; digest {digest}"


def document(run: ReconciliationRun) -> dict[str, object]:
    """Return a run as JSON shows it."""
    return {
        "custodian": run.custodian.code if run.custodian else None,
        "kind": RunKind(run.kind).value,
        "business_date": run.business_date.isoformat(),
        "attempt": run.attempt,
        "rule_version": run.rule_version,
        "digest": bytes(run.digest).hex(),
        "figures": run.figures,
    }
