"""The services of the ledger, called for requests of the model: names become ids, answers become places."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from accounts.models import User
from accounts.services.approvals import approve
from ledger.domain.axes import Axis
from ledger.models import Hold as HoldRow
from ledger.queries.as_of import point_in_time
from ledger.queries.balances import balances_at
from ledger.queries.holds import account_balances
from ledger.services.days import close_business_day, open_business_day
from ledger.services.hold_draws import HoldDraw
from ledger.services.periods import (
    propose_day_reopening,
    propose_soft_close,
    reopen_business_day,
    soft_close_business_day,
)
from ledger.services.posting import (
    EntryDraft,
    PostedEntry,
    PostingDraft,
    post_entries_in_bulk,
    post_journal_entries,
    post_journal_entries_from_select,
)
from tests.ledger.builders import SmallBook
from tests.ledger.services.test_days import approval
from tests.properties.ledger_model import CAST, Hold, Ledger, Request

NOBODYS_ACCOUNT = 4_711_000_000

_POSTINGS = "SELECT * FROM unnest(%(nos)s::int[], %(ids)s::bigint[], %(amounts)s::bigint[])" + (
    " AS p (entry_no, account_id, amount_minor)"
)
_HEADERS = """
SELECT * FROM unnest(
    %(entry_no)s::int[], %(kind)s::text[], %(value_date)s::date[], %(narration)s::text[],
    %(source)s::text[], %(key)s::text[], %(reverses)s::bigint[], %(adjusts)s::bigint[]
) AS h (entry_no, kind, value_date, narration, source_reference, idempotency_key, reverses_id, adjusts_id)
"""


@dataclass
class Doors:
    """Two books and who decides on them. `entry_ids` and `hold_ids` follow the model's places."""

    books: dict[str, SmallBook]
    checker: User
    entry_ids: dict[int, int] = field(default_factory=dict)
    hold_ids: dict[int, int] = field(default_factory=dict)

    def book_id(self, book: str) -> int:
        return self.books[book].book.id

    def maker_id(self) -> int:
        return self.books["MAIN"].maker.id

    def account_id(self, name: str) -> int:
        book, _, short = name.partition("/")
        return self.books[book].accounts.get(short, NOBODYS_ACCOUNT)

    def draft(self, request: Request) -> EntryDraft:
        return EntryDraft(
            kind=request.kind,
            value_date=request.value_date,
            narration=request.narration,
            source_reference="model:1",
            idempotency_key=request.key,
            postings=[PostingDraft(self.account_id(name), amount) for name, amount in request.legs],
            reverses_id=None if request.reverses is None else self.entry_ids[request.reverses],
            adjusts_id=None if request.adjusts is None else self.entry_ids[request.adjusts],
            hold_draws=[HoldDraw(self.hold_ids[number], amount) for number, amount in request.draws],
        )

    def post(self, book: str, day: dt.date, requests: Sequence[Request], caller: str) -> list[PostedEntry]:
        return post_journal_entries(
            book_id=self.book_id(book),
            booking_date=day,
            drafts=[self.draft(request) for request in requests],
            caller=caller,
            maker_id=self.maker_id(),
        )

    def post_from_select(
        self, book: str, day: dt.date, requests: Sequence[Request], caller: str
    ) -> list[PostedEntry]:
        drafts = [self.draft(request) for request in requests]
        return post_journal_entries_from_select(
            book_id=self.book_id(book),
            booking_date=day,
            headers=[draft.header(number) for number, draft in enumerate(drafts)],
            postings_sql=_POSTINGS,
            params=_columns(drafts),
            caller=caller,
            maker_id=self.maker_id(),
        )

    def post_in_bulk(self, book: str, day: dt.date, requests: Sequence[Request], caller: str) -> int:
        """How many were new."""
        drafts = [self.draft(request) for request in requests]
        headers = {
            "entry_no": list(range(len(drafts))),
            "kind": [draft.kind for draft in drafts],
            "value_date": [draft.value_date for draft in drafts],
            "narration": [draft.narration for draft in drafts],
            "source": [draft.source_reference for draft in drafts],
            "key": [draft.idempotency_key for draft in drafts],
            "reverses": [draft.reverses_id for draft in drafts],
            "adjusts": [draft.adjusts_id for draft in drafts],
        }
        done = post_entries_in_bulk(
            book_id=self.book_id(book),
            booking_date=day,
            headers_sql=_HEADERS,
            postings_sql=_POSTINGS,
            params={**headers, **_columns(drafts)},
            caller=caller,
            maker_id=self.maker_id(),
        )
        assert done.posted + done.replayed == len(requests)
        return done.posted

    def open(self, book: str, day: dt.date) -> None:
        open_business_day(book_id=self.book_id(book), business_date=day, maker_id=self.maker_id())

    def close(self, book: str, day: dt.date) -> None:
        close_business_day(
            book_id=self.book_id(book),
            business_date=day,
            approval_id=approval(self.books[book], self.checker, day),
        )

    def soft_close(self, book: str, day: dt.date) -> None:
        proposed = propose_soft_close(book_id=self.book_id(book), business_date=day, maker_id=self.maker_id())
        approve(approval_id=proposed.id, checker_id=self.checker.id)
        soft_close_business_day(book_id=self.book_id(book), business_date=day, approval_id=proposed.id)

    def reopen(self, book: str, day: dt.date) -> None:
        proposed = propose_day_reopening(
            book_id=self.book_id(book), business_date=day, reason="came late", maker_id=self.maker_id()
        )
        approve(approval_id=proposed.id, checker_id=self.checker.id)
        reopen_business_day(book_id=self.book_id(book), business_date=day, approval_id=proposed.id)

    # Reading

    def assert_agrees(self, model: Ledger) -> None:
        """Booked, held and available of every account."""
        names = {self.account_id(f"{book}/{name}"): f"{book}/{name}" for book in self.books for name in CAST}
        found, booked = account_balances(account_ids=names), model.balances()
        for account_id, name in names.items():
            of = found[account_id]
            assert (name, of.booked_minor) == (name, booked[name])
            assert (name, of.held_minor) == (name, model.held(name))
            assert (name, of.available_minor) == (name, model.available(name, booked[name]))

    def assert_agrees_by(self, model: Ledger, book: str, axis: str, day: dt.date) -> None:
        """Every account at the end of a day, by booking or by value date."""
        point = point_in_time(book_id=self.book_id(book), day=day, axis=Axis(axis))
        names = {self.account_id(f"{book}/{name}"): f"{book}/{name}" for name in CAST}
        found, booked = balances_at(account_ids=names, point=point), model.balances(day, axis)
        for account_id, name in names.items():
            assert (name, day, found[account_id]) == (name, day, booked[name])

    def assert_holds(self, model: list[Hold]) -> None:
        rows = dict(HoldRow.objects.filter(id__in=self.hold_ids.values()).values_list("id", "open_minor"))
        assert [rows[self.hold_ids[number]] for number in range(len(model))] == [hold.open for hold in model]


def _columns(drafts: Sequence[EntryDraft]) -> dict[str, object]:
    rows = [(number, leg) for number, draft in enumerate(drafts) for leg in draft.postings]
    return {
        "nos": [number for number, _ in rows],
        "ids": [leg.account_id for _, leg in rows],
        "amounts": [leg.amount_minor for _, leg in rows],
    }
