"""An account's statement: running balance, pages, spans, both axes."""

import datetime as dt

import pytest

from ledger.domain.axes import Axis, Valuation
from ledger.queries.account_statement import account_statement, turnovers
from ledger.queries.accounts import NoSuchAccount
from tests.ledger.builders import MONDAY, SmallBook, small_book

FRIDAY, WEDNESDAY = MONDAY - dt.timedelta(3), MONDAY + dt.timedelta(2)


@pytest.fixture
def book(db: None) -> SmallBook:
    made = small_book()
    made.post(*(made.draft("client_deposit", bank=100 * n, wang=-100 * n) for n in range(1, 6)))
    return made


@pytest.fixture
def two_dated(book: SmallBook) -> SmallBook:
    """Beside Monday's deposits of 15.00 one of 0.07 valued on Friday and one of 0.08 on Wednesday."""
    book.post(book.draft("client_deposit", value_date=WEDNESDAY, bank=8, wang=-8))
    book.post(book.draft("client_deposit", value_date=FRIDAY, bank=7, wang=-7))
    return book


class TestAccountStatement:
    def test_runs_the_balance_from_the_newest_posting_back(self, book: SmallBook) -> None:
        page = account_statement(account_id=book.accounts["wang"], until=MONDAY)
        assert [line.amount_minor for line in page.lines] == [-500, -400, -300, -200, -100]
        assert [line.balance_minor for line in page.lines] == [-1500, -1000, -600, -300, -100]
        assert page.older is None

    def test_goes_on_where_a_page_ended(self, book: SmallBook) -> None:
        first = account_statement(account_id=book.accounts["wang"], until=MONDAY, size=2)
        assert first.older is not None
        second = account_statement(account_id=book.accounts["wang"], until=MONDAY, before=first.older, size=2)
        assert [line.balance_minor for line in second.lines] == [-600, -300]

    def test_costs_the_same_on_every_page(
        self, book: SmallBook, django_assert_max_num_queries: object
    ) -> None:
        place = account_statement(account_id=book.accounts["wang"], until=MONDAY, size=3).older
        with django_assert_max_num_queries(8):  # type: ignore[operator]
            account_statement(account_id=book.accounts["wang"], until=MONDAY, before=place)

    def test_is_empty_before_the_first_day(self, book: SmallBook) -> None:
        page = account_statement(account_id=book.accounts["wang"], until=MONDAY - dt.timedelta(days=1))
        assert list(page.lines) == []

    def test_runs_by_value_date_as_well(self, two_dated: SmallBook) -> None:
        page = account_statement(account_id=two_dated.accounts["wang"], until=dt.date.max, axis=Axis.VALUE)
        assert [line.amount_minor for line in page.lines] == [-8, -500, -400, -300, -200, -100, -7]
        assert [line.balance_minor for line in page.lines] == [-1515, -1507, -1007, -607, -307, -107, -7]
        assert [line.valuation for line in page.lines] == [
            Valuation.FORWARD_VALUED,
            *[Valuation.SAME_DAY] * 5,
            Valuation.BACK_VALUED,
        ]

    def test_opens_and_closes_a_span(self, two_dated: SmallBook) -> None:
        page = account_statement(
            account_id=two_dated.accounts["wang"], since=MONDAY, until=MONDAY, axis=Axis.VALUE
        )
        assert (page.opening_minor, page.closing_minor, len(page.lines)) == (-7, -1507, 5)

    def test_has_a_first_page_of_a_place_after_the_span(self, two_dated: SmallBook) -> None:
        wang = two_dated.accounts["wang"]
        place = account_statement(account_id=wang, until=dt.date.max, axis=Axis.VALUE, size=1).older
        page = account_statement(account_id=wang, until=FRIDAY, axis=Axis.VALUE, before=place)
        assert [line.balance_minor for line in page.lines] == [-7]

    def test_knows_nothing_at_a_close_that_has_not_been(self, two_dated: SmallBook) -> None:
        page = account_statement(account_id=two_dated.accounts["wang"], until=MONDAY, known_at=MONDAY)
        assert (list(page.lines), page.closing_minor) == ([], 0)

    def test_refuses_an_account_that_is_not_there(self, book: SmallBook) -> None:
        with pytest.raises(NoSuchAccount):
            account_statement(account_id=0, until=MONDAY)


class TestTurnovers:
    def test_add_up_each_day(self, two_dated: SmallBook) -> None:
        two_dated.post(two_dated.draft("client_withdrawal", bank=-50, wang=50))
        found = turnovers(
            account_id=two_dated.accounts["wang"], since=MONDAY, until=WEDNESDAY, axis=Axis.VALUE
        )
        assert [(one.day, one.debit_minor, one.credit_minor, one.balance_minor) for one in found] == [
            (MONDAY, 50, -1500, -1457),
            (WEDNESDAY, 0, -8, -1465),
        ]
