"""Queries and rules that reach over several months, with all of them there and with one away."""

import datetime as dt

import psycopg
import pytest

from ledger.models import Posting
from ledger.queries.account_statement import StatementLine, StatementPage, account_statement
from ledger.queries.months import months_away
from ledger.queries.verification import Verdict, verify_book
from ledger.services import refusals
from ledger.services.months import attach_month, detach_month
from ledger.services.posting import EntryDraft, reverse_journal_entry
from tests.ledger.builders import SmallBook
from tests.ledger.months import IN_SEPTEMBER, NOVEMBER, OCTOBER, SEPTEMBER, three_months

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])
Login = psycopg.Connection[tuple[object, ...]]
WANG = [
    (NOVEMBER, 100_00, -600_00),
    (OCTOBER, -300_00, -700_00),
    (OCTOBER, 100_00, -400_00),
    (SEPTEMBER, -500_00, -500_00),
]
"""Wang's postings, newest first: booking date, amount, balance."""


@pytest.fixture
def autumn(transactional_db: None) -> SmallBook:
    return three_months()


def shown(lines: list[StatementLine]) -> list[tuple[dt.date, int, int]]:
    return [(line.booking_date, line.amount_minor, line.balance_minor) for line in lines]


def pages(book: SmallBook, size: int) -> list[StatementPage]:
    found: list[StatementPage] = []
    older = None
    while not found or older:
        page = account_statement(account_id=book.accounts["wang"], until=NOVEMBER, before=older, size=size)
        found.append(page)
        older = page.older
    return found


class TestAccountStatement:
    @pytest.mark.parametrize("size", [1, 2, 3, 4, 10])
    def test_pages_run_over_months(self, autumn: SmallBook, size: int) -> None:
        assert shown([line for page in pages(autumn, size) for line in page.lines]) == WANG
        assert {page.away for page in pages(autumn, size)} == {None}

    @pytest.mark.parametrize("size", [1, 2, 10])
    @pytest.mark.parametrize("month", [SEPTEMBER, OCTOBER])
    def test_says_that_a_month_is_away_and_goes_on_below_it(
        self, autumn: SmallBook, month: dt.date, size: int
    ) -> None:
        detach_month(month=month)
        found = pages(autumn, size)
        assert shown([line for page in found for line in page.lines]) == [
            line for line in WANG if line[0] != month
        ]
        assert [page.away for page in found if page.away] == [month.replace(day=1)]

    def test_of_a_day_in_a_month_that_is_away_is_empty_and_says_so(self, autumn: SmallBook) -> None:
        detach_month(month=OCTOBER)
        page = account_statement(account_id=autumn.accounts["wang"], until=OCTOBER)
        assert (page.lines, page.away) == ([], OCTOBER.replace(day=1))


class TestMonthsAway:
    def test_are_none_of_an_honest_book(self, autumn: SmallBook) -> None:
        assert months_away(book_id=autumn.book.id) == []

    def test_count_a_month_that_left_by_hand(self, autumn: SmallBook, owner_connection: Login) -> None:
        owner_connection.execute("ALTER TABLE ledger_posting DETACH PARTITION ledger_posting_200809")
        assert months_away(book_id=autumn.book.id) == [IN_SEPTEMBER]


class TestEntriesOverMonths:
    def test_a_reversal_lies_in_another_month_than_its_entry(self, autumn: SmallBook) -> None:
        reversal = reverse_journal_entry(
            entry_id=autumn.accounts["first_entry"],
            booking_date=NOVEMBER,
            narration="never happened",
            caller="tests",
            idempotency_key="reverse/first",
            maker_id=autumn.maker.id,
        )
        dates = Posting.objects.filter(entry_id=reversal.entry_id).values_list("booking_date", "value_date")
        assert set(dates) == {(NOVEMBER, SEPTEMBER)}
        assert verify_book(book=autumn.book).verdict is Verdict.CLEAN
        with pytest.raises(refusals.AlreadyReversed):
            reverse_journal_entry(
                entry_id=autumn.accounts["first_entry"],
                booking_date=NOVEMBER,
                narration="once more",
                caller="tests",
                idempotency_key="reverse/again",
                maker_id=autumn.maker.id,
            )

    def test_a_key_of_an_earlier_month_holds_for_ever(self, autumn: SmallBook) -> None:
        def draft(amount: int) -> EntryDraft:
            return autumn.draft("client_deposit", key="once", bank=amount, wang=-amount)

        (first,) = autumn.post(draft(5), day=NOVEMBER)
        (again,) = autumn.post(draft(5), day=OCTOBER)
        assert (again.entry_id, again.is_replay) == (first.entry_id, True)
        with pytest.raises(refusals.IdempotencyConflict):
            autumn.post(draft(6), day=NOVEMBER)

    def test_a_correction_names_an_entry_of_a_month_that_is_away(self, autumn: SmallBook) -> None:
        """An adjustment needs the entry, not its postings."""
        detach_month(month=IN_SEPTEMBER)
        draft = autumn.draft("client_deposit", bank=1, wang=-1)
        adjusting = EntryDraft(
            kind=draft.kind,
            value_date=draft.value_date,
            narration=draft.narration,
            source_reference=draft.source_reference,
            idempotency_key=draft.idempotency_key,
            postings=draft.postings,
            adjusts_id=autumn.accounts["first_entry"],
        )
        autumn.post(adjusting, day=NOVEMBER)
        attach_month(month=IN_SEPTEMBER)
        assert verify_book(book=autumn.book).verdict is Verdict.CLEAN
