"""The ledger as an accountant would keep it on paper: lists and dicts, no database, no SQL.

It says of every request whether it is booked or by which rule it is refused, and adds up what was booked.
Accounts are named `BOOK/name`, after the cast of `tests.ledger.builders`; amounts: integers, debit positive.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field


class Refused(Exception):
    """By one of these rules: more than one where a request breaks two that the ledger looks at together."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.names = set(names)


@dataclass(frozen=True)
class Account:
    """`nature`: a resource (money or shares themselves), owned (what is owed for them), or neither."""

    ring: str
    unit: str = "USD"
    nature: str = ""
    owner: str = ""
    contract: str = ""
    limit: str = ""
    is_hot: bool = False


DEBT, MONEY = "no_credit_balance", "no_debit_balance"
CAST = {
    "bank": Account("client", nature="resource", is_hot=True),
    "vault": Account("client", "IBM", nature="resource", is_hot=True),
    "payments": Account("client", nature="resource"),
    "unallocated": Account("client", limit=MONEY),
    "wang": Account("client", nature="owned", owner="wang", contract="F1", limit=MONEY),
    "wang_shares": Account("client", "IBM", nature="owned", owner="wang", contract="F1", limit=MONEY),
    "wang_other": Account("client", nature="owned", owner="wang", contract="F3", limit=MONEY),
    "wang_unsettled": Account("client", nature="owned", owner="wang", contract="F1"),
    "okafor": Account("client", nature="owned", owner="okafor", contract="F2", limit=MONEY),
    "funder_bank": Account("funder", nature="resource", is_hot=True),
    "harbour": Account("funder", nature="owned", owner="harbour", limit=MONEY),
    "loan": Account("principal", owner="wang", contract="F1", limit=DEBT),
    "funded": Account("principal", owner="harbour", contract="F1", limit=MONEY),
    "loan_2": Account("principal", owner="okafor", contract="F2", limit=DEBT),
    "interest": Account("house", contract="F1", limit=DEBT),
    "house_bank": Account("house", nature="resource", is_hot=True),
    "spread": Account("house", is_hot=True),
    "capital": Account("house", is_hot=True),
}
FLOWS = {
    "client_deposit": {("external", "client")},
    "client_withdrawal": {("client", "external")},
    "receipt_identified": set(),
    "securities_in": {("external", "client")},
    "funder_deposit": {("external", "funder")},
    "drawdown": {("funder", "client"), ("house", "client")},
    "repayment": {("client", "funder"), ("client", "house")},
    "interest_accrued": set(),
    "interest_adjusted": set(),
    "interest_collected": {("client", "funder"), ("client", "house")},
    "house_capital": {("external", "house")},
    "trade_buy_settled": {("client", "external"), ("external", "client")},
    "payment_confirmed": set(),
    "interest_capitalised": set(),
}
SCOPES = {"client_withdrawal": "outflow", "drawdown": "financing"}
TAKEN_IN_SOFT_CLOSE = {"interest_adjusted"}


@dataclass(frozen=True)
class Request:
    """An entry as it is asked for. `draws` are (hold, amount); holds and entries go by their place here."""

    kind: str
    value_date: dt.date
    key: str
    legs: tuple[tuple[str, int], ...]
    narration: str = "as agreed"
    reverses: int | None = None
    adjusts: int | None = None
    draws: tuple[tuple[int, int], ...] = ()

    def payload(self) -> tuple[object, ...]:
        corrects = (self.reverses, self.adjusts)
        lists = (sorted(self.legs), sorted(self.draws))
        return (self.kind, self.value_date, self.key, self.narration, *corrects, *lists)


@dataclass(frozen=True)
class Booked:
    """An entry in the books."""

    book: str
    booking_date: dt.date
    request: Request


@dataclass
class Hold:
    """An amount set aside, and how much of it is still open."""

    book: str
    account: str
    amount: int
    key: str
    placed_on: dt.date
    expires_on: dt.date | None
    open: int


def account_of(name: str) -> Account:
    return CAST[name.partition("/")[2]]


@dataclass
class Ledger:
    """All books. Every method either refuses, changing nothing, or does what it says."""

    entries: list[Booked] = field(default_factory=list)
    by_key: dict[tuple[str, str, str], int] = field(default_factory=dict)
    holds: list[Hold] = field(default_factory=list)
    hold_by_key: dict[tuple[str, str], int] = field(default_factory=dict)
    restrictions: set[tuple[str, str]] = field(default_factory=set)
    days: dict[str, dict[dt.date, str]] = field(default_factory=dict)

    # What stands in the books

    def balances(self, day: dt.date = dt.date.max, axis: str = "booking") -> Counter[str]:
        """Of every account at the end of a day, by booking or by value date."""
        sums: Counter[str] = Counter()
        for entry in self.entries:
            if day >= (entry.booking_date if axis == "booking" else entry.request.value_date):
                for name, amount in entry.request.legs:
                    sums[name] += amount
        return sums

    def held(self, account: str) -> int:
        return sum(hold.open for hold in self.holds if hold.account == account)

    def available(self, account: str, booked: int) -> int | None:
        return abs(booked) - self.held(account) if account_of(account).limit else None

    # Entries

    def post(self, book: str, day: dt.date, requests: Sequence[Request], caller: str) -> list[int]:
        """Book all or none; the places of the entries, the earlier ones of keys that were used before."""
        if any(len(request.legs) < 2 for request in requests):
            raise Refused("ledger_journalentry_brings_postings")
        if len({request.key for request in requests}) < len(requests):
            raise Refused("ledger_journalentry_key_unique")
        new = [request for request in requests if (book, caller, request.key) not in self.by_key]
        names = next(self.objections(book, day, new), None)
        if names:
            raise Refused(*names)
        for request in requests:
            earlier = self.by_key.get((book, caller, request.key))
            if earlier is not None and request.payload() != self.entries[earlier].request.payload():
                raise Refused("ledger_journalentry_key_unique")
        for request in new:
            self.enter(book, day, request, caller)
        return [self.by_key[book, caller, request.key] for request in requests]

    def enter(self, book: str, day: dt.date, request: Request, caller: str) -> None:
        """Write it down, whatever the rules say: it was booked."""
        self.by_key[book, caller, request.key] = len(self.entries)
        self.entries.append(Booked(book, day, request))
        for hold, amount in request.draws:
            self.holds[hold].open -= amount

    def objections(self, book: str, day: dt.date, new: Sequence[Request]) -> Iterator[tuple[str, ...]]:
        """Every rule that is broken, in the order in which the ledger looks."""
        if not new:
            return
        reversals = [request.reverses for request in new if request.reverses is not None]
        done = {entry.request.reverses for entry in self.entries} & set(reversals)
        if done or len(set(reversals)) < len(reversals):
            yield ("ledger_journalentry_reversed_once",)
        yield from self.objections_to_draws(day, new)
        if any(amount == 0 for request in new for _, amount in request.legs):
            yield ("ledger_posting_amount_not_zero",)
        yield from self.objections_of_the_day(book, day, new)
        if not all(self.corrects_its_like(book, request) for request in new):
            yield ("ledger_journalentry_corrects_its_like",)
        if any(draws_more_than_it_takes(request, self.holds) for request in new):
            yield ("ledger_holdevent_entry_takes_it",)
        for rule, is_broken in RULES_OF_ONE_ENTRY.items():
            if any(is_broken(book, request) for request in new):
                yield (rule,)
        for request in new:
            scoped = {(name, SCOPES.get(request.kind, "none")) for name, _ in request.legs}
            if request.reverses is None and scoped & self.restrictions:
                yield ("ledger_posting_account_unrestricted",)
        yield from self.objections_of_limits(new)

    def objections_of_the_day(
        self, book: str, day: dt.date, new: Sequence[Request]
    ) -> Iterator[tuple[str, ...]]:
        status = self.days[book].get(day, "closed")
        if status == "closed":
            yield ("ledger_journalentry_day_is_open",)
        for request in new:
            corrects = request.reverses is not None or request.adjusts is not None
            if status == "soft_closed" and not corrects and request.kind not in TAKEN_IN_SOFT_CLOSE:
                yield ("ledger_journalentry_soft_close_takes_corrections",)

    def objections_to_draws(self, day: dt.date, new: Sequence[Request]) -> Iterator[tuple[str, ...]]:
        left = {number: hold.open for number, hold in enumerate(self.holds)}
        for number, amount in (draw for request in new for draw in request.draws):
            hold = self.holds[number]
            if day < hold.placed_on:
                yield ("ledger_holdevent_after_its_hold",)
            if hold.expires_on is not None and day >= hold.expires_on:
                yield ("ledger_holdevent_hold_in_force",)
            left[number] -= amount
            if left[number] < 0:
                yield ("ledger_holdevent_within_hold",)

    def corrects_its_like(self, book: str, request: Request) -> bool:
        if request.adjusts is not None and self.entries[request.adjusts].book != book:
            return False
        if request.reverses is None:
            return True
        reversed_one = self.entries[request.reverses]
        same = (reversed_one.book, reversed_one.request.kind) == (book, request.kind)
        return same and reversed_one.request.reverses is None

    def objections_of_limits(self, new: Sequence[Request]) -> Iterator[tuple[str, ...]]:
        moves: Counter[str] = Counter()
        drawn: Counter[str] = Counter()
        for request in new:
            for name, amount in request.legs:
                moves[name] += amount
            for hold, amount in request.draws:
                drawn[self.holds[hold].account] += amount
        broken, booked = set(), self.balances()
        for name, amount in moves.items():
            after, held = booked[name] + amount, self.held(name) - drawn[name]
            if amount and account_of(name).limit == MONEY and after + held > 0:
                broken.add("ledger_balance_not_in_debit")
            if amount and account_of(name).limit == DEBT and after - held < 0:
                broken.add("ledger_balance_not_in_credit")
        if broken:
            yield tuple(broken)

    def reversal(self, entry: int, key: str) -> Request:
        what = self.entries[entry].request
        legs = tuple((name, -amount) for name, amount in what.legs)
        return Request(what.kind, what.value_date, key, legs, narration="a mistake", reverses=entry)

    # Holds and restrictions

    def place(self, hold: Hold) -> int:
        known = self.hold_by_key.get((hold.book, hold.key))
        if hold.expires_on is not None and hold.expires_on <= hold.placed_on:
            raise Refused("ledger_hold_expires_later")
        if known is not None:
            first = self.holds[known]
            if any(getattr(first, at) != getattr(hold, at) for at in vars(hold) if at != "open"):
                raise Refused("ledger_hold_key_unique")
            return known
        if not hold.account.startswith(f"{hold.book}/"):
            raise Refused("ledger_hold_book_agrees")
        left = self.available(hold.account, self.balances()[hold.account])
        if left is None:
            raise Refused("ledger_hold_account_has_limit")
        if hold.amount > left:
            raise Refused("ledger_balance_not_in_debit")
        self.hold_by_key[hold.book, hold.key] = len(self.holds)
        self.holds.append(hold)
        return len(self.holds) - 1

    def release(self, number: int, day: dt.date, amount: int | None) -> None:
        hold = self.holds[number]
        if hold.open == 0:
            raise Refused("ledger_holdevent_within_hold")
        if day < hold.placed_on:
            raise Refused("ledger_holdevent_after_its_hold")
        if amount is not None and amount > hold.open:
            raise Refused("ledger_holdevent_within_hold")
        hold.open -= hold.open if amount is None else amount

    def restrict(self, account: str, scope: str) -> None:
        if account_of(account).is_hot:
            raise Refused("ledger_restriction_account_not_hot")
        self.restrictions.add((account, scope))

    # Days

    def open_day(self, book: str, day: dt.date) -> None:
        days = self.days.setdefault(book, {})
        if any(other > day for other in days):
            raise Refused("ledger_businessday_in_sequence")
        names = {"ledger_businessday_unique"} if day in days else set()
        if set(days.values()) & {"open", "soft_closed"}:
            names.add("ledger_businessday_one_open")
        if names:
            raise Refused(*names)
        days[day] = "open"
        for hold in self.holds:
            if hold.book == book and hold.expires_on is not None and hold.expires_on <= day:
                hold.open = 0

    def close_day(self, book: str, day: dt.date) -> None:
        self.require(book, day, {"open", "soft_closed"}, "ledger_dayclose_day_is_open")
        self.days[book][day] = "closed"

    def soft_close_day(self, book: str, day: dt.date) -> None:
        self.require(book, day, {"open"}, "ledger_daysoftclose_day_is_open")
        self.days[book][day] = "soft_closed"

    def reopen_day(self, book: str, day: dt.date) -> None:
        self.require(book, day, {"closed", "soft_closed"}, "ledger_dayreopening_day_is_closed")
        if day != max(self.days[book]):
            raise Refused("ledger_dayreopening_newest_day")
        self.days[book][day] = "open"

    def require(self, book: str, day: dt.date, statuses: Iterable[str], otherwise: str) -> None:
        if self.days[book][day] not in statuses:
            raise Refused(otherwise)


def is_ghost(_book: str, request: Request) -> bool:
    return any(name.endswith("/ghost") for name, _ in request.legs)


def strays(book: str, request: Request) -> bool:
    return any(not name.startswith(f"{book}/") for name, _ in request.legs)


def kind_unknown(_book: str, request: Request) -> bool:
    return request.kind not in FLOWS


def unbalanced(_book: str, request: Request) -> bool:
    """In some unit and ring, and in the principal ring of some contract, it does not sum to zero."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for name, amount in request.legs:
        account = account_of(name)
        sums[account.ring, account.unit, account.contract if account.ring == "principal" else ""] += amount
    return any(sums.values())


def flows_as_not_permitted(_book: str, request: Request) -> bool:
    """In some unit a ring's resources grow at the cost of another's, or of the world, as the kind forbids."""
    gains: dict[str, Counter[str]] = {}
    for name, amount in request.legs:
        account = account_of(name)
        if account.nature == "resource":
            of_unit = gains.setdefault(account.unit, Counter())
            of_unit[account.ring] += amount
            of_unit["external"] -= amount
    moves = {
        (giver, taker)
        for of_unit in gains.values()
        for giver, given in of_unit.items()
        for taker, taken in of_unit.items()
        if given < 0 < taken
    }
    permitted = FLOWS[request.kind]
    if request.reverses is not None:
        permitted = {(taker, giver) for giver, taker in permitted}
    return not moves <= permitted


def takes_from_another_owner(_book: str, request: Request) -> bool:
    sums: dict[tuple[str, str], Counter[str]] = {}
    for name, amount in request.legs:
        account = account_of(name)
        if account.nature == "owned":
            sums.setdefault((account.ring, account.unit), Counter())[account.owner] += amount
    return any(min(of.values()) < 0 < max(of.values()) for of in sums.values())


def draws_more_than_it_takes(request: Request, holds: Sequence[Hold]) -> bool:
    drawn: Counter[str] = Counter()
    for hold, amount in request.draws:
        drawn[holds[hold].account] += amount
    for name, amount in drawn.items():
        side = 1 if account_of(name).limit == MONEY else -1
        if amount > side * sum(leg for at, leg in request.legs if at == name):
            return True
    return False


RULES_OF_ONE_ENTRY = {
    "ledger_posting_account_exists": is_ghost,
    "ledger_posting_book_agrees": strays,
    "ledger_journalentry_kind_known": kind_unknown,
    "ledger_posting_entry_balances": unbalanced,
    "ledger_posting_flow_permitted": flows_as_not_permitted,
    "ledger_posting_owner_keeps_own": takes_from_another_owner,
}
