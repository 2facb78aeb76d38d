"""The trial balance, as of any day on either axis."""

import datetime as dt
from typing import Any

import pytest

from ledger.domain.axes import Axis
from ledger.queries.trial_balance import trial_balance, trial_balance_accounts
from tests.ledger.builders import MONDAY, SmallBook, small_book

FRIDAY, WEDNESDAY = MONDAY - dt.timedelta(3), MONDAY + dt.timedelta(2)


@pytest.fixture
def book(db: None) -> SmallBook:
    made = small_book()
    made.post(
        made.draft("client_deposit", bank=1500, wang=-1500),
        made.draft("client_deposit", value_date=FRIDAY, bank=70, wang=-70),
        made.draft("client_deposit", value_date=WEDNESDAY, bank=8, okafor=-8),
    )
    return made


class TestTrialBalance:
    def test_balances_in_each_unit_and_ring(self, book: SmallBook) -> None:
        (section,) = trial_balance(book_id=book.book.pk)
        assert (section.unit_code, section.ring) == ("USD", "client")
        assert (section.debit_minor, section.credit_minor) == (1578, 1578)
        assert section.is_balanced
        assert [(line.category_number, line.accounts) for line in section.lines] == [(1010, 1), (2010, 2)]

    def test_is_of_one_unit_where_one_is_asked_for(self, book: SmallBook) -> None:
        assert trial_balance(book_id=book.book.pk, unit_code="JPY") == []

    @pytest.mark.parametrize(
        ("axis", "day", "debit_minor"),
        [
            (Axis.BOOKING, FRIDAY, None),
            (Axis.BOOKING, MONDAY, 1578),
            (Axis.VALUE, FRIDAY - dt.timedelta(1), None),
            (Axis.VALUE, FRIDAY, 70),
            (Axis.VALUE, MONDAY, 1570),
            (Axis.VALUE, WEDNESDAY, 1578),
            (Axis.VALUE, None, 1578),
        ],
    )
    def test_stands_at_any_day_of_either_axis(
        self, book: SmallBook, axis: Axis, day: dt.date | None, debit_minor: int | None
    ) -> None:
        sections = trial_balance(book_id=book.book.pk, business_date=day, axis=axis)
        assert [section.debit_minor for section in sections] == ([debit_minor] if debit_minor else [])
        assert all(section.is_balanced for section in sections)

    def test_knows_nothing_before_the_first_close(self, book: SmallBook) -> None:
        assert trial_balance(book_id=book.book.pk, known_at=MONDAY) == []


class TestTrialBalanceAccounts:
    def test_are_those_behind_a_line(self, book: SmallBook) -> None:
        line: dict[str, Any] = {
            "book_id": book.book.pk,
            "unit_id": book.units["USD"],
            "ring": "client",
            "category_number": 2010,
        }
        found = trial_balance_accounts(**line)
        assert [(one.address, one.balance_minor) for one in found] == [
            ("client/O1/F2/cash", -8),
            ("client/W1/F1/cash", -1570),
        ]
        after = trial_balance_accounts(
            **line, after="client/O1/F2/cash", axis=Axis.VALUE, business_date=FRIDAY
        )
        assert [(one.address, one.balance_minor) for one in after] == [("client/W1/F1/cash", -70)]
