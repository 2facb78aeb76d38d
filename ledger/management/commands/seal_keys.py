"""Create, publish, rotate, revoke and list the keys that seals are signed with."""

import datetime as dt
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services.approvals import CheckerNotPermitted, SelfApproval
from ledger.models import Seal, SealKeyEvent
from ledger.queries.seal_keys import key_in_force
from ledger.services.key_files import create_key_file, key_files
from ledger.services.refusals import LedgerRefusal
from ledger.services.seal_keys import publish_key, revoke_key, rotate_key


class Command(BaseCommand):
    help = "Keep the keys of the seals. What changes them takes two people: --maker and --checker."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        create = acts.add_parser("create", help="make a private key and keep it in a file")
        publish = acts.add_parser("publish", help="publish the first key, or one after all were revoked")
        publish.add_argument("--key", help="a key made by `create`; a new one unless given")
        rotate = acts.add_parser("rotate", help="put a new key in force, signed by the one that was")
        rotate.add_argument("--key", help="a key made by `create`; a new one unless given")
        revoke = acts.add_parser("revoke", help="take a key out of use for good")
        revoke.add_argument("--key", required=True)
        revoke.add_argument("--from-seal", metavar="BOOK/NUMBER", help="not trusted from this seal on")
        listed = acts.add_parser("list", help="every key, what happened to it, and whether its file is here")
        for act in (publish, rotate, revoke):
            act.add_argument("--maker", required=True, help="username of the first person")
            act.add_argument("--checker", required=True, help="username of the second")
            act.add_argument("--reason", default="", required=act is revoke)
        for act in (create, publish, rotate, revoke, listed):
            act.add_argument("--json", action="store_true", help="print one JSON document on standard output")

    def handle(self, **options: Any) -> None:
        try:
            document = getattr(self, options["act"])(options)
        except (LedgerRefusal, SelfApproval, CheckerNotPermitted) as refused:
            sentence = str(refused) or str(refused.__doc__)
            raise CommandError(sentence) from refused
        if options["json"]:
            self.stdout.write(json.dumps(document))

    def create(self, options: dict[str, Any]) -> dict[str, object]:
        key_id, public_key = create_key_file()
        self.stderr.write(f"Key {key_id} lies in a file of its own. It signs nothing before it is published.")
        return {"key": key_id, "public_key": public_key.hex()}

    def publish(self, options: dict[str, Any]) -> dict[str, object]:
        if key_in_force() is not None:
            raise CommandError(f"Key {key_in_force()} is in force: rotate it.")
        key_id = options["key"] or create_key_file()[0]
        event = publish_key(key_id=key_id, reason=options["reason"] or "first key", **self.people(options))
        return self.tell(event)

    def rotate(self, options: dict[str, Any]) -> dict[str, object]:
        key_id = options["key"] or create_key_file()[0]
        event = rotate_key(key_id=key_id, reason=options["reason"] or "rotation", **self.people(options))
        return self.tell(event)

    def revoke(self, options: dict[str, Any]) -> dict[str, object]:
        event = revoke_key(
            key_id=options["key"],
            reason=options["reason"],
            untrusted_from=self.instant_of(options["from_seal"]),
            **self.people(options),
        )
        return self.tell(event)

    def list(self, options: dict[str, Any]) -> dict[str, object]:
        here = key_files()
        rows = SealKeyEvent.objects.select_related("key").order_by("event_no")
        events = [document(event) for event in rows]
        for event in events:
            place = "file here" if event["key"] in here else "no file here"
            self.stderr.write(f"{event['event_no']:>4} {event['event']:<10} {event['key']} ({place})")
        self.stderr.write(f"In force: {key_in_force() or 'none'}")
        return {"in_force": key_in_force(), "events": events, "files": here}

    def tell(self, event: SealKeyEvent) -> dict[str, object]:
        self.stderr.write(f"{event.event}: {event.key_id}. In force: {key_in_force() or 'none'}.")
        return document(event)

    def people(self, options: dict[str, Any]) -> dict[str, int]:
        found = {}
        for role in ("maker", "checker"):
            user = User.objects.filter(username=options[role]).first()
            if user is None:
                raise CommandError(f"There is nobody of the username {options[role]}.")
            found[f"{role}_id"] = user.pk
        return found

    def instant_of(self, named: str | None) -> dt.datetime | None:
        if not named:
            return None
        book_code, _, number = named.partition("/")
        number = number if number.isdigit() else "0"
        seal = Seal.objects.filter(book__code=book_code, seal_no=number).first()
        if seal is None:
            raise CommandError(f"There is no seal {named}; name it as BOOK/NUMBER.")
        return seal.recorded_at


def document(event: SealKeyEvent) -> dict[str, object]:
    return {
        "event_no": event.event_no,
        "event": event.event,
        "key": event.key_id,
        "public_key": bytes(event.key.public_key).hex(),
        "signer": event.signer_id,
        "reason": event.reason,
        "untrusted_from": event.untrusted_from.isoformat() if event.untrusted_from else None,
        "recorded_at": event.recorded_at.isoformat(),
    }
