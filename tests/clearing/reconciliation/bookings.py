"""What the tests book by hand, in the ledger and at a bank, where the platform would not."""

import datetime as dt
import itertools
import json
from collections.abc import Callable
from typing import Any

from clearing.reconciliation.models import ReconciliationBreak, ReconciliationRun
from clearing.reconciliation.services.reconcile import reconcile
from custody.models import Statement
from custody.services.statements import import_statement
from ledger.queries.accounts import account_id
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.world import World

_numbers = itertools.count(1)


def book_deposit(
    world: World, day: dt.date, amount: int, reference: str, *, parts: int = 1, bank: str = "ANCHOR"
) -> int:
    """A client's deposit in the ledger, on one custody account in so many postings; returns the entry."""
    contract = next(one for one in world.contracts if one.custodian.code == bank)
    custody = account_id(book_id=world.book.pk, address=f"client/custody/{bank}", unit_code="USD")
    draft = EntryDraft(
        kind="client_deposit",
        value_date=day,
        narration="booked by a test",
        source_reference=f"receipt:{reference}",
        idempotency_key=f"by-hand-{next(_numbers)}",
        postings=[
            *[PostingDraft(custody, amount // parts) for _ in range(parts)],
            PostingDraft(contract.cash_account_id, -(amount // parts) * parts),
        ],
    )
    return post_journal_entry(
        book_id=world.book.pk, booking_date=day, draft=draft, caller="tests", maker_id=world.maker_id
    ).entry_id


def deliver_shares(world: World, day: dt.date, quantity: int) -> None:
    """Shares of Harbour arrive in the ledger (or leave it, where negative) and not at the bank."""
    custody = account_id(book_id=world.book.pk, address="client/custody/ANCHOR", unit_code="XNYS:HARB")
    contract = world.contracts[0]
    own = account_id(
        book_id=world.book.pk,
        address=f"client/{contract.client.code}/{contract.code}/securities",
        unit_code="XNYS:HARB",
    )
    draft = EntryDraft(
        kind="securities_in" if quantity > 0 else "securities_out",
        value_date=day,
        narration="booked by a test",
        source_reference="tests:shares",
        idempotency_key=f"by-hand-{next(_numbers)}",
        postings=[PostingDraft(custody, quantity), PostingDraft(own, -quantity)],
    )
    post_journal_entry(
        book_id=world.book.pk, booking_date=day, draft=draft, caller="tests", maker_id=world.maker_id
    )


def pay_in(world: World, day: dt.date, amount: int, reference: str) -> None:
    """The reserve's account at Anchor gets money that the platform books for nobody."""
    world.banks["ANCHOR"].credit_incoming(world.number("ANCHOR", "reserve"), "USD", amount, reference, day)


def take_back_statements(world: World, kind: str, bank: str = "ANCHOR") -> list[bytes]:
    """Remove a bank's files of one kind from the inbox and return their bytes."""
    files = sorted((world.inbox / bank).glob(f"{bank}-{kind.upper()}-*.json"))
    found = [file.read_bytes() for file in files]
    for file in files:
        file.unlink()
    return found


def deliver_statement(world: World, raw: bytes, day: dt.date, bank: str = "ANCHOR") -> Statement:
    return import_statement(
        book_id=world.book.pk,
        custodian_code=bank,
        raw=raw,
        file_name="late.json",
        received_on=day,
        maker_id=world.maker_id,
    )


def spoilt(raw: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    document = json.loads(raw)
    change(document)
    return json.dumps(document).encode()


def reconciled(world: World, day: dt.date, bank: str = "ANCHOR") -> list[ReconciliationRun]:
    return reconcile(book_id=world.book.pk, custodian_code=bank, business_date=day, maker_id=world.maker_id)


def open_kinds(world: World) -> list[str]:
    rows = ReconciliationBreak.objects.filter(book=world.book).exclude(status="closed")
    return sorted(rows.values_list("kind", flat=True))
