"""Many writers at once, each with a plan of its own: what was acknowledged is booked, and nothing else is.

No plan is tried again: a deadlock, or anything else that is no refusal by name, ends the test.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction

from accounts.models import User
from ledger.models import JournalEntry
from ledger.queries.balances import balance_as_of
from ledger.queries.holds import account_balances
from ledger.queries.verification import Verdict, verify_book
from ledger.services.days import roll_up_deltas, stamp_positions
from ledger.services.holds import HoldDraft, place_hold, release_hold
from ledger.services.posting import reverse_journal_entry
from ledger.services.refusals import LedgerRefusal
from tests.concurrency.sessions import at_once
from tests.ledger.builders import MONDAY, small_book
from tests.properties.ledger_doors import Doors
from tests.properties.ledger_model import CAST, Ledger, Request
from tests.properties.ledger_wishes import DAY, USUAL, Wish, wish_of

BOOKS = ("MAIN", "OTHER")
WRITERS, OPERATIONS = 6, 120
RICH = ("client_deposit", "funder_deposit", "securities_in", "interest_accrued", "house_capital")


class Acknowledged:
    """What the writers were told is done: entries by book, caller and key; what is held on accounts."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.requests: dict[tuple[str, str, str], Request] = {}
        self.entry_ids: dict[tuple[str, str, str], int] = {}
        self.held: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()


class Writer:
    """One session's plan: entries alone or in batches, replays, reversals, holds, roll-ups, positions."""

    def __init__(self, doors: Doors, done: Acknowledged, number: int) -> None:
        self.doors, self.done, self.dice = doors, done, random.Random(number)
        self.caller = f"writer-{number}"
        self.keys = 0

    def __call__(self) -> None:
        steps: list[Callable[[str], None]] = [self.post, self.post, self.post_many, self.post_again]
        steps += [self.reverse, self.hold, self.tidy, self.post]
        for _ in range(OPERATIONS):
            try:
                self.dice.choice(steps)(self.dice.choice(BOOKS))
            except LedgerRefusal as refusal:
                with self.done.lock:
                    self.done.refused[refusal.code] += 1

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def enter(self, book: str, requests: list[Request]) -> None:
        """Drawdowns are left out: at the commit they need the row of contracts that permits them."""
        requests = [request for request in requests if request.kind != "drawdown"]
        if not requests:
            return
        door = self.dice.choice((self.doors.post, self.doors.post_from_select))
        posted = door(book, MONDAY, requests, self.caller)
        with self.done.lock:
            for request, answer in zip(requests, posted, strict=True):
                self.done.requests[book, self.caller, request.key] = request
                self.done.entry_ids[book, self.caller, request.key] = answer.entry_id

    def post(self, book: str) -> None:
        wish = wish_of(self.dice)
        if wish.twist != "one_leg":
            self.enter(book, [wish.request(book=book, day=MONDAY, key=self.key())])

    def post_many(self, book: str) -> None:
        wishes = [Wish(self.dice.randrange(len(USUAL)), self.dice.randint(1, 99), 0) for _ in range(5)]
        self.enter(book, [wish.request(book=book, day=MONDAY, key=self.key()) for wish in wishes])

    def mine(self, book: str) -> list[tuple[str, str, str]]:
        with self.done.lock:
            return [name for name in self.done.requests if name[:2] == (book, self.caller)]

    def post_again(self, book: str) -> None:
        for name in self.mine(book)[:1]:
            if self.done.requests[name].narration == "as agreed":
                (again,) = self.doors.post(book, MONDAY, [self.done.requests[name]], self.caller)
                assert (again.is_replay, again.entry_id) == (True, self.done.entry_ids[name])

    def reverse(self, book: str) -> None:
        """Of any writer's entry: several may want the same."""
        with self.done.lock:
            names = [name for name in self.done.requests if name[0] == book]
        if not names:
            return
        name, key = self.dice.choice(names), self.key()
        what = self.done.requests[name]
        posted = reverse_journal_entry(
            entry_id=self.done.entry_ids[name],
            booking_date=MONDAY,
            narration="a mistake",
            caller=self.caller,
            idempotency_key=key,
            maker_id=self.doors.maker_id(),
        )
        legs = tuple((account, -amount) for account, amount in what.legs)
        with self.done.lock:
            mine = (book, self.caller, key)
            self.done.requests[mine] = Request(what.kind, what.value_date, key, legs, narration="a mistake")
            self.done.entry_ids[mine] = posted.entry_id

    def hold(self, book: str) -> None:
        """Place one; give up half of it, or post through what is left."""
        account = f"{book}/{self.dice.choice(('wang', 'okafor'))}"
        draft = HoldDraft(
            account_id=self.doors.account_id(account),
            amount_minor=self.dice.randint(2, 200),
            reason="to be paid out",
            source="tests:1",
            idempotency_key=self.key(),
            placed_on=MONDAY,
        )
        placed = place_hold(
            book_id=self.doors.book_id(book), draft=draft, caller=self.caller, maker_id=self.doors.maker_id()
        )
        with self.done.lock:
            self.done.held[account] += placed.amount_minor
        if self.dice.random() < 0.5:
            released = release_hold(
                hold_id=placed.pk,
                reason="given up",
                business_date=MONDAY,
                caller=self.caller,
                idempotency_key=self.key(),
                maker_id=self.doors.maker_id(),
                amount_minor=placed.amount_minor // 2,
            )
            with self.done.lock:
                self.done.held[account] -= released.amount_minor

    def tidy(self, book: str) -> None:
        roll_up_deltas(book_id=self.doors.book_id(book), batch_size=5)
        stamp_positions(book_id=self.doors.book_id(book))


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_acknowledged_is_what_is_booked(transactional_db: None, seed: int) -> None:
    with transaction.atomic():
        doors = Doors(
            {code: small_book(code=code) for code in BOOKS}, User.objects.get(username="day-runner")
        )
    done = Acknowledged()
    opening = Writer(doors, done, 0)
    for book in BOOKS:
        wishes = [Wish(number, 2_000, 0) for number, (kind, _) in enumerate(USUAL) if kind in RICH]
        opening.enter(book, [wish.request(book=book, day=MONDAY, key=opening.key()) for wish in wishes])

    outcomes = at_once(*[Writer(doors, done, 100 * seed + number) for number in range(WRITERS)])
    assert outcomes == [None] * WRITERS

    model = Ledger()
    for (book, caller, _), request in done.requests.items():
        model.enter(book, MONDAY, request, caller)
    booked = model.balances()
    for book, name in ((book, name) for book in BOOKS for name in CAST):
        found = balance_as_of(account_id=doors.account_id(f"{book}/{name}"), business_date=MONDAY + DAY)
        assert (book, name, found) == (book, name, booked[f"{book}/{name}"])
    assert JournalEntry.objects.count() == len(set(done.entry_ids.values())) == len(done.requests)
    assert set(JournalEntry.objects.values_list("id", flat=True)) == set(done.entry_ids.values())
    for book in BOOKS:
        assert verify_book(book=doors.books[book].book).verdict is Verdict.CLEAN
        for name in ("wang", "okafor"):
            of = account_balances(account_ids=[doors.books[book].accounts[name]])
            assert [one.held_minor for one in of.values()] == [done.held[f"{book}/{name}"]]
    assert len(done.requests) > WRITERS * OPERATIONS // 4
