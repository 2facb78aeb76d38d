"""Mark the approvals whose time is over. A late decision is refused with or without it."""

import json

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from accounts.services.approvals import expire_approvals


class Command(BaseCommand):
    help = "Mark what was to be decided or carried out by now, and was not, as expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: object) -> None:
        expired = expire_approvals(at=timezone.now())
        self.stderr.write(f"{expired} approvals have expired")
        if options["json"]:
            self.stdout.write(json.dumps({"expired": expired}))
