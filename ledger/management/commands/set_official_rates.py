"""Set a day's official rates: from a source, or by hand by two people. Exits with 3 while a second is
awaited."""

import argparse
import datetime as dt
import json
import sys

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import User
from accounts.services.approvals import CheckerNotPermitted, SelfApproval, approve
from ledger.models import Book, OfficialRate
from ledger.services.official_rates import (
    RateDraft,
    RateMalformed,
    propose_official_rates,
    set_approved_rates,
    set_official_rates,
)
from ledger.services.refusals import LedgerRefusal

REFUSALS = (RateMalformed, LedgerRefusal, SelfApproval, CheckerNotPermitted)


def draft(text: str) -> RateDraft:
    """Read `USD/CNY=7.1023`."""
    pair, equals, rate = text.partition("=")
    unit_code, slash, base_code = pair.partition("/")
    if not (equals and slash and unit_code and base_code):
        raise argparse.ArgumentTypeError(f"write USD/CNY=7.1023, not {text!r}")
    return RateDraft(unit_code, base_code, rate)


class Command(BaseCommand):
    help = "Set official rates of a day: one major unit of the first currency in the second."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rates", nargs="+", type=draft, metavar="USD/CNY=7.1023")
        parser.add_argument("--book", required=True, help="code of the book")
        parser.add_argument("--date", required=True, type=dt.date.fromisoformat, help="day of the rates")
        parser.add_argument("--maker", required=True, help="user who sets them")
        parser.add_argument("--checker", help="second person at hand, who approves them")
        parser.add_argument(
            "--source", help="who states them; a day's first rates need no second person then"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: object) -> None:
        book = Book.objects.filter(code=options["book"]).first()
        if book is None:
            raise CommandError(f"there is no book {options['book']!r}", returncode=2)
        try:
            with transaction.atomic():
                written, approval_id = self.set(book, options)
        except REFUSALS as refused:
            raise CommandError(f"{type(refused).__name__}: {refused}", returncode=2) from refused
        for rate in written:
            self.stderr.write(f"{rate.rate_date}: {rate.unit}/{rate.base_unit} {rate.rate.normalize():f}")
        if approval_id and not written:
            self.stderr.write(f"proposed: approval {approval_id} awaits a second person")
        if options["json"]:
            self.stdout.write(json.dumps({"set": [str(rate) for rate in written], "approval": approval_id}))
        if approval_id and not written:
            sys.exit(3)

    def set(self, book: Book, options: dict[str, object]) -> tuple[list[OfficialRate], int | None]:
        """Return what was set now, and the approval that it needed."""
        drafts, rate_date = options["rates"], options["date"]
        assert isinstance(drafts, list)
        assert isinstance(rate_date, dt.date)
        maker_id = person(options["maker"])
        if options["source"]:
            source = str(options["source"])
            return (
                set_official_rates(
                    book_id=book.pk, rate_date=rate_date, drafts=drafts, source=source, maker_id=maker_id
                ),
                None,
            )
        proposed = propose_official_rates(
            book_id=book.pk, rate_date=rate_date, drafts=drafts, maker_id=maker_id
        )
        if not options["checker"]:
            return [], proposed.pk
        approve(approval_id=proposed.pk, checker_id=person(options["checker"]))
        return set_approved_rates(approval_id=proposed.pk), proposed.pk


def person(username: object) -> int:
    """Return the id of an active user."""
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"there is no active user {username!r}", returncode=2)
    return user.pk
