"""What the processes of the crash test do: `python -m tests.concurrency.crash_writer seed|write|check ...`.

Each entry follows from its key alone, so that anybody can ask for it again.
"""

import itertools
import json
import os
import sys
import zlib
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import DatabaseError, transaction  # noqa: E402 - after the set-up

from accounts.models import User  # noqa: E402
from ledger.models import Account, Book, EntryPosition, JournalEntry, Posting  # noqa: E402
from ledger.queries.verification import verify_book  # noqa: E402
from ledger.services.days import stamp_positions  # noqa: E402
from ledger.services.posting import (  # noqa: E402
    EntryDraft,
    PostedEntry,
    PostingDraft,
    post_journal_entries,
)
from tests.ledger.builders import MONDAY, small_book  # noqa: E402

SERVER_GONE = 75
BATCH = 3


def drafts(name: str) -> list[EntryDraft]:
    """Three entries of three postings."""
    ids = dict(Account.objects.filter(unit__code="USD").values_list("address", "id"))
    bank, wang, okafor = (
        ids[name] for name in ("client/custody/BANKA", "client/W1/F1/cash", "client/O1/F2/cash")
    )
    amounts = [1 + zlib.crc32(f"{name}/{number}".encode()) % 500 for number in range(BATCH)]
    return [
        EntryDraft(
            kind="client_deposit",
            value_date=MONDAY,
            narration="deposit of the test",
            source_reference="tests:1",
            idempotency_key=f"{name}/{number}",
            postings=[
                PostingDraft(bank, 3 * amount),
                PostingDraft(wang, -amount),
                PostingDraft(okafor, -2 * amount),
            ],
        )
        for number, amount in enumerate(amounts)
    ]


def post(name: str) -> list[PostedEntry]:
    """Every second name posts its entries one by one, in one transaction."""
    book, maker = Book.objects.get(code="MAIN"), User.objects.get(username="day-runner")
    wanted = drafts(name)
    groups = [wanted] if zlib.crc32(name.encode()) % 2 else [[draft] for draft in wanted]
    with transaction.atomic():
        return [
            posted
            for group in groups
            for posted in post_journal_entries(
                book_id=book.id, booking_date=MONDAY, drafts=group, caller="crash", maker_id=maker.id
            )
        ]


def seed() -> None:
    with transaction.atomic():
        small_book()


def write(writer: str, file: Path) -> int:
    """Post until killed, or until the server is gone; say so on disk before and after each."""
    with file.open("a") as out:

        def note(word: str, name: str) -> None:
            out.write(f"{word} {name}\n")
            out.flush()
            os.fsync(out.fileno())

        for number in itertools.count(1):
            name = f"{writer}-{number}"
            note("asked", name)
            try:
                post(name)
            except DatabaseError:
                return SERVER_GONE
            note("acknowledged", name)
    return 0


def check(asked: list[str], acknowledged: list[str]) -> dict[str, object]:
    """What the books hold after the crash, before and after everything was asked for again."""
    book = Book.objects.get(code="MAIN")
    keys = list(JournalEntry.objects.values_list("idempotency_key", flat=True))
    whole = {name: sum(f"{name}/{number}" in set(keys) for number in range(BATCH)) for name in asked}
    found = {
        "doubled": len(keys) - len(set(keys)),
        "lost": [name for name in acknowledged if whole[name] != BATCH],
        "half": [name for name in asked if whole[name] not in (0, BATCH)],
        "unasked": sorted({key.partition("/")[0] for key in keys} - set(asked)),
        "postings_astray": Posting.objects.exclude(entry_id__in=JournalEntry.objects.values("id")).count(),
        "last_position": stamp_positions(book_id=book.id) - len(keys),
        "verdict": verify_book(book=book).verdict.value,
    }
    again = {name: [posted.is_replay for posted in post(name)] for name in asked}
    wanted = {name: [whole[name] == BATCH] * BATCH for name in asked}
    stamp_positions(book_id=book.id)
    positions = list(EntryPosition.objects.order_by("position").values_list("position", flat=True))
    return {
        **found,
        "asked_again_otherwise": [name for name in asked if again[name] != wanted[name]],
        "gaps": positions != list(range(1, BATCH * len(asked) + 1)),
        "verdict_at_last": verify_book(book=book).verdict.value,
    }


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    if task == "seed":
        seed()
    elif task == "write":
        sys.exit(write(rest[0], Path(rest[1])))
    else:
        lines = [line.split() for line in Path(rest[0]).read_text().splitlines()]
        names = {word: [name for said, name in lines if said == word] for word in ("asked", "acknowledged")}
        sys.stdout.write(json.dumps(check(names["asked"], names["acknowledged"])))
