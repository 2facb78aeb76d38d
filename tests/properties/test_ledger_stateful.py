"""The whole posting interface against the ledger on paper: step by step the same answers and balances."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.models import JournalEntry
from ledger.queries.verification import Verdict, verify_book
from ledger.services.days import roll_up_deltas, stamp_positions
from ledger.services.holds import HoldDraft, place_hold, release_hold
from ledger.services.posting import PostedEntry, reverse_journal_entry
from ledger.services.refusals import LedgerRefusal
from ledger.services.restrictions import RestrictionDraft, impose_restrictions, lift_restrictions
from tests.ledger.builders import MONDAY, small_book
from tests.properties.ledger_doors import Doors
from tests.properties.ledger_model import CAST, Hold, Ledger, Refused, Request
from tests.properties.ledger_wishes import DAY, STRANGE, TWISTS, USUAL, Wish, other_payload

Answer = TypeVar("Answer")
BOOKS, CALLERS = ("MAIN", "OTHER"), ("till", "desk")

books = st.sampled_from(("MAIN", "MAIN", "MAIN", "OTHER"))
OPENING = {"client_deposit", "funder_deposit", "securities_in", "interest_accrued", "house_capital"}
callers = st.sampled_from(CALLERS)
amounts = st.integers(1, 400)
accounts = st.sampled_from([name for name, account in CAST.items() if account.limit])
honest = st.builds(Wish, st.integers(0, len(USUAL) - 1), amounts, st.integers(-45, 12))
strange = st.builds(
    Wish,
    st.integers(0, len(USUAL) + len(STRANGE) - 1),
    amounts,
    st.integers(-45, 12),
    st.sampled_from(("", "", "", *TWISTS)),
)
wishes = st.one_of(honest, honest, honest, honest, honest, strange)
RICH = [Wish(number, 2_000, 0) for number, (kind, _) in enumerate(USUAL) if kind in OPENING]
places = st.integers(0, 10_000)
slips = st.sampled_from((0, 0, 0, 0, 0, 0, 0, -1, 1))


class LedgerMachine(RuleBasedStateMachine):
    """Two books in a transaction that is rolled back at the end."""

    checker: User
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.model = Ledger()
        self.numbers = itertools.count(1)
        self.asked: list[tuple[str, str, Request]] = []
        self.last_look = 0

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.doors = Doors({code: small_book(code=code, day=None) for code in BOOKS}, self.checker)
        self.model.days = {book: {} for book in BOOKS}
        for book in BOOKS:
            self.open_next_day(book, 0)
            opening = [wish.request(book=book, day=MONDAY, key=self.key()) for wish in RICH]
            self.post(self.doors.post, book, opening, "till")

    def teardown(self) -> None:
        if not hasattr(self, "savepoint"):
            return
        try:
            for book in BOOKS:
                done = verify_book(book=self.doors.books[book].book)
                assert done.verdict is Verdict.CLEAN, [check for check in done.checks if check.findings]
        finally:
            transaction.savepoint_rollback(self.savepoint)

    # Both are asked; both must say the same

    def both(self, on_paper: Callable[[], Answer], really: Callable[[], object]) -> Answer | None:
        type(self).steps += 1
        try:
            expected = on_paper()
        except Refused as refused:
            with pytest.raises(LedgerRefusal) as caught, transaction.atomic():
                really()
            names, answer = refused.names, None
        else:
            self.found, answer, names = really(), expected, set()
        assert not names or caught.value.code in names
        self.doors.assert_agrees(self.model)
        self.look_back()
        return answer

    def look_back(self) -> None:
        """One day of one book on one axis: all of them in turn."""
        self.last_look += 1
        book = BOOKS[self.last_look % 2]
        axis = ("booking", "value")[self.last_look // 2 % 2]
        first, last = min(self.model.days[book], default=MONDAY), max(self.model.days[book], default=MONDAY)
        day = first + (self.last_look * 7 % ((last - first).days + 60) - 45) * DAY
        self.doors.assert_agrees_by(self.model, book, axis, day)

    def today(self, book: str) -> dt.date:
        return max(self.model.days[book])

    def key(self) -> str:
        return f"key-{next(self.numbers)}"

    def post(
        self,
        door: Callable[..., object],
        book: str,
        requests: list[Request],
        caller: str,
        slip: int = 0,
    ) -> None:
        day = self.today(book) + slip * DAY
        known = len(self.model.entries)
        found = self.both(
            lambda: self.model.post(book, day, requests, caller), lambda: door(book, day, requests, caller)
        )
        self.asked += [(book, caller, request) for request in requests]
        if found is None:
            return
        if isinstance(self.found, int):
            assert self.found == len(self.model.entries) - known
            keys = [request.key for request in requests]
            rows = JournalEntry.objects.filter(
                book_id=self.doors.book_id(book), caller=caller, idempotency_key__in=keys
            )
            ids = dict(rows.values_list("idempotency_key", "id"))
            posted = [
                PostedEntry(ids[key], key, place < known) for key, place in zip(keys, found, strict=True)
            ]
        else:
            posted = list(self.found)  # type: ignore[call-overload]
        for place, answer in zip(found, posted, strict=True):
            assert self.doors.entry_ids.setdefault(place, answer.entry_id) == answer.entry_id
            assert answer.is_replay == (place < known)

    # Entries

    @rule(book=books, wish=wishes, caller=callers, slip=slips)
    def post_one(self, book: str, wish: Wish, caller: str, slip: int) -> None:
        request = wish.request(book=book, day=self.today(book), key=self.key())
        self.post(self.doors.post, book, [request], caller, slip)

    def post_one_of(self, book: str, wish: Wish) -> None:
        """So that whatever else is tried has something to try it on."""
        request = wish.request(book=book, day=self.today(book), key=self.key())
        self.post(self.doors.post, book, [request], "till")

    def several(self, book: str, wanted: list[Wish]) -> list[Request]:
        return [wish.request(book=book, day=self.today(book), key=self.key()) for wish in wanted]

    @rule(book=books, wanted=st.lists(wishes, min_size=2, max_size=5), caller=callers, again=st.booleans())
    def post_many(self, book: str, wanted: list[Wish], caller: str, again: bool) -> None:
        """Sometimes together with what was asked for before."""
        requests = self.several(book, wanted)
        earlier = [request for at, by, request in self.asked if (at, by) == (book, caller)]
        self.post(self.doors.post, book, requests + (earlier[-1:] if again else []), caller)

    @rule(book=books, wanted=st.lists(honest | wishes, min_size=1, max_size=6), caller=callers)
    def post_from_select(self, book: str, wanted: list[Wish], caller: str) -> None:
        requests = [request for request in self.several(book, wanted) if len(request.legs) > 1]
        if requests:
            self.post(self.doors.post_from_select, book, requests, caller)

    @rule(book=books, wanted=st.lists(honest | wishes, min_size=1, max_size=6), caller=callers)
    def post_in_bulk(self, book: str, wanted: list[Wish], caller: str) -> None:
        requests = [request for request in self.several(book, wanted) if len(request.legs) > 1]
        if requests:
            self.post(self.doors.post_in_bulk, book, requests, caller)

    @precondition(lambda self: self.asked)
    @rule(place=places, by_other=st.booleans(), wish=honest)
    def ask_again(self, place: int, by_other: bool, wish: Wish) -> None:
        """What was booked is replayed for ever; another caller's key is another key."""
        self.post_one_of(BOOKS[by_other], wish)
        book, caller, request = self.asked[place % len(self.asked)]
        caller = CALLERS[1 - CALLERS.index(caller)] if by_other else caller
        self.post(self.doors.post, book, [request], caller)

    @precondition(lambda self: self.model.entries)
    @rule(place=places, which=st.integers(0, 3), wish=honest)
    def use_a_key_for_something_else(self, place: int, which: int, wish: Wish) -> None:
        self.post_one_of(BOOKS[which % 2], wish)
        (book, caller, _), number = list(self.model.by_key.items())[place % len(self.model.by_key)]
        request = other_payload(self.model.entries[number].request)[which]
        self.post(self.doors.post, book, [request], caller)

    @precondition(lambda self: self.model.entries)
    @rule(place=places, caller=callers, slip=slips)
    def reverse(self, place: int, caller: str, slip: int) -> None:
        number = place % len(self.model.entries)
        request = self.model.reversal(number, self.key())

        def door(_book: str, day: dt.date, _requests: list[Request], caller: str) -> list[PostedEntry]:
            return [
                reverse_journal_entry(
                    entry_id=self.doors.entry_ids[number],
                    booking_date=day,
                    narration=request.narration,
                    caller=caller,
                    idempotency_key=request.key,
                    maker_id=self.doors.maker_id(),
                )
            ]

        self.post(door, self.model.entries[number].book, [request], caller, slip)
        # Asked again through the other door it would have another source: not the same request.
        self.asked.pop()

    @precondition(lambda self: self.model.entries)
    @rule(place=places, book=books, wish=honest, caller=callers)
    def adjust(self, place: int, book: str, wish: Wish, caller: str) -> None:
        made = wish.request(book=book, day=self.today(book), key=self.key())
        number = place % len(self.model.entries)
        request = Request(made.kind, made.value_date, made.key, made.legs, adjusts=number)
        self.post(self.doors.post, book, [request], caller)

    # Holds

    @rule(book=books, account=accounts, amount=amounts, lasts=st.integers(-1, 20) | st.none(), place=places)
    def place_a_hold(self, book: str, account: str, amount: int, lasts: int | None, place: int) -> None:
        """Sometimes under a key that was used before; now and then on an account that cannot have one."""
        keys = [*self.model.hold_by_key, *[(book, f"hold-{next(self.numbers)}")] * 3]
        book, key = keys[place % len(keys)]
        known = self.model.hold_by_key.get((book, key))
        today = self.today(book)
        name = f"{book}/{'wang_unsettled' if place % 17 == 0 else account}"
        expires = None if lasts is None else today + lasts * DAY
        hold = Hold(book, name, amount, key, today, expires, amount)
        if known is not None and place % 3:
            first = self.model.holds[known]
            hold = Hold(
                book, first.account, first.amount, key, first.placed_on, first.expires_on, first.amount
            )
        draft = HoldDraft(
            account_id=self.doors.account_id(hold.account),
            amount_minor=hold.amount,
            reason="to be paid out",
            source="model:1",
            idempotency_key=key,
            placed_on=hold.placed_on,
            expires_on=hold.expires_on,
        )
        number = self.both(
            lambda: self.model.place(hold),
            lambda: place_hold(
                book_id=self.doors.book_id(book), draft=draft, caller="till", maker_id=self.doors.maker_id()
            ),
        )
        if number is not None:
            found: object = self.found.pk  # type: ignore[attr-defined]
            assert self.doors.hold_ids.setdefault(number, found) == found  # type: ignore[arg-type]

    @precondition(lambda self: self.model.holds)
    @rule(place=places, amount=amounts | st.none(), caller=callers)
    def release(self, place: int, amount: int | None, caller: str) -> None:
        number = place % len(self.model.holds)
        day = self.today(self.model.holds[number].book)
        self.both(
            lambda: self.model.release(number, day, amount),
            lambda: release_hold(
                hold_id=self.doors.hold_ids[number],
                reason="given up",
                business_date=day,
                caller=caller,
                idempotency_key=self.key(),
                maker_id=self.doors.maker_id(),
                amount_minor=amount,
            ),
        )
        self.doors.assert_holds(self.model.holds)

    @precondition(lambda self: self.model.holds)
    @rule(place=places, amount=amounts, less=st.integers(-2, 3), second=st.booleans(), caller=callers)
    def post_through_a_hold(self, place: int, amount: int, less: int, second: bool, caller: str) -> None:
        number = place % len(self.model.holds)
        hold = self.model.holds[number]
        book, _, short = hold.account.partition("/")
        if short in {"wang", "okafor", "wang_other"}:
            kind, legs = "client_withdrawal", ((hold.account, amount), (f"{book}/bank", -amount))
        elif short == "interest":
            kind, legs = "interest_adjusted", ((hold.account, -amount), (f"{book}/spread", amount))
        else:
            kind, legs = "receipt_identified", ((hold.account, amount), (f"{book}/wang_other", -amount))
        drawn = max(1, min(amount, hold.open) - less)
        draws = ((number, drawn), (number, 1)) if second else ((number, drawn),)
        request = Request(kind, self.today(book), self.key(), legs, draws=draws)
        self.post(self.doors.post, book, [request], caller)
        self.doors.assert_holds(self.model.holds)

    # Restrictions

    @rule(book=books, account=accounts | st.just("bank"), scope=st.sampled_from(("outflow", "financing")))
    def restrict(self, book: str, account: str, scope: str) -> None:
        name = f"{book}/{account}"
        draft = RestrictionDraft(self.doors.account_id(name), scope, "margin", "model")
        self.both(
            lambda: self.model.restrict(name, scope),
            lambda: impose_restrictions(drafts=[draft], business_date=self.today(book)),
        )

    @precondition(lambda self: self.model.restrictions)
    @rule(place=places)
    def lift(self, place: int) -> None:
        name, scope = sorted(self.model.restrictions)[place % len(self.model.restrictions)]
        self.model.restrictions.discard((name, scope))
        day = self.today(name.partition("/")[0])
        lifted = lift_restrictions(
            account_ids=[self.doors.account_id(name)], scope=scope, source="model", business_date=day
        )
        assert lifted == 1

    # Days

    def open_next_day(self, book: str, gap: int) -> None:
        day = max(self.model.days.get(book, {}), default=MONDAY) + gap * DAY
        self.both(lambda: self.model.open_day(book, day), lambda: self.doors.open(book, day))

    @rule(book=books, gap=st.sampled_from((-1, 0, 1, 1, 1, 1, 3, 18)))
    def open(self, book: str, gap: int) -> None:
        if gap > 1:
            self.close(book, place=8)
        self.open_next_day(book, gap)

    @rule(book=books, place=places)
    def close(self, book: str, place: int) -> None:
        day = self.some_day(book, place)
        self.both(lambda: self.model.close_day(book, day), lambda: self.doors.close(book, day))
        if place % 8:
            self.open_next_day(book, 1 + place % 3)

    @rule(book=books, place=places)
    def soft_close(self, book: str, place: int) -> None:
        day = self.some_day(book, place)
        self.both(lambda: self.model.soft_close_day(book, day), lambda: self.doors.soft_close(book, day))
        if place % 4:
            self.close(book, place | 1)

    @rule(book=books, place=places)
    def reopen(self, book: str, place: int) -> None:
        day = self.some_day(book, place)
        self.both(lambda: self.model.reopen_day(book, day), lambda: self.doors.reopen(book, day))

    def some_day(self, book: str, place: int) -> dt.date:
        """Mostly the newest."""
        days = sorted(self.model.days[book])
        return days[place % len(days)] if place % 5 == 0 else days[-1]

    # What nobody must notice

    @rule(book=books)
    def roll_up(self, book: str) -> None:
        roll_up_deltas(book_id=self.doors.book_id(book), batch_size=3)
        self.doors.assert_agrees(self.model)

    @rule(book=books)
    def stamp(self, book: str) -> None:
        entries = sum(entry.book == book for entry in self.model.entries)
        assert stamp_positions(book_id=self.doors.book_id(book)) == entries


@pytest.mark.django_db
def test_the_ledger_does_as_the_ledger_on_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    LedgerMachine.checker = register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )
    monkeypatch.setattr(LedgerMachine, "steps", 0)
    # Thousands of steps, within a minute.
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=45,
            stateful_step_count=100,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert LedgerMachine.steps > 2000
