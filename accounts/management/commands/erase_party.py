"""Erase the personal data of a party: proposed by one person, approved by another, then done.

manage.py erase_party propose C000123 --maker eva.novak
manage.py erase_party do C000123 --approval 41 --actor eva.novak
"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import Party, User
from accounts.services.approvals import (
    ApprovalAlreadyExecuted,
    ApprovalExpired,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
)
from accounts.services.due_diligence import DueDiligenceRefusal
from accounts.services.erasure import erase_party, propose_erasure

OF_APPROVALS = (
    ApprovalAlreadyExecuted,
    ApprovalExpired,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
)


class Command(BaseCommand):
    help = "Erase the personal data of a party that is closed and whose records need be kept no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        propose = acts.add_parser("propose", help="ask a second person; nothing is erased yet")
        propose.add_argument("--maker", dest="person", required=True, help="username of who proposes")
        do = acts.add_parser("do", help="erase for good, as a second person has approved")
        do.add_argument("--approval", type=int, required=True, help="number of the approval")
        do.add_argument("--actor", dest="person", required=True, help="username of who carries it out")
        for act in (propose, do):
            act.add_argument("party", help="code of the party")
            act.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        party = Party.objects.filter(code=options["party"]).first()
        if party is None:
            raise CommandError(f"There is no party {options['party']}.")
        person = User.objects.filter(username=options["person"]).first()
        if person is None:
            raise CommandError(f"There is nobody of the username {options['person']}.")
        try:
            if options["act"] == "propose":
                approval = propose_erasure(party_id=party.pk, maker_id=person.pk)
                self.stderr.write(f"Approval {approval.pk}: a second person decides on erasing {party.code}.")
                document = {"party": party.code, "approval": approval.pk, "erased_on": None}
            else:
                erasure = erase_party(
                    party_id=party.pk,
                    approval_id=options["approval"],
                    erased_on=timezone.now().date(),
                    actor_id=person.pk,
                )
                self.stderr.write(f"The personal data of {party.code} is erased.")
                document = {
                    "party": party.code,
                    "approval": erasure.approval_id,
                    "erased_on": erasure.erased_on.isoformat(),
                }
        except DueDiligenceRefusal as refusal:
            raise CommandError(f"{refusal.code}: {refusal}") from refusal
        except OF_APPROVALS as refusal:
            raise CommandError(str(refusal.__doc__)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(document))
