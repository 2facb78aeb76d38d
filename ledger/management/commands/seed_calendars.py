"""Fill or check the table of trading sessions from the package exchange-calendars."""

import json

import exchange_calendars
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ledger.services.calendars import CalendarContradicted, add_sessions

CODES = ("XNYS", "XHKG", "XSHG")
FIRST_DAY = "2000-01-03"


class Command(BaseCommand):
    help = "Add the sessions of XNYS, XHKG and XSHG known today; compare those already in the table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")
        parser.add_argument("--calendar", action="append", choices=CODES, help="only this one (repeatable)")

    def handle(self, **options: object) -> None:
        result: dict[str, dict[str, object]] = {}
        chosen = options["calendar"] or CODES
        assert isinstance(chosen, (list, tuple))
        for code in chosen:
            calendar = exchange_calendars.get_calendar(code, start=FIRST_DAY)
            sessions = [stamp.date() for stamp in calendar.sessions]
            try:
                added = add_sessions(calendar_code=code, sessions=sessions)
            except CalendarContradicted as error:
                raise CommandError(
                    f"The table contradicts exchange-calendars, nothing changed: {error}"
                ) from error
            result[code] = {"added": added, "last": sessions[-1].isoformat()}
            self.stderr.write(f"{code}: {added} sessions added, known to {sessions[-1]}")
        if options["json"]:
            self.stdout.write(json.dumps(result))
