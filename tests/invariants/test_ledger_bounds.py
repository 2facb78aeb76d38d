"""How much may be moved and held: beyond it sums could not be told, and nobody could look any more."""

from collections.abc import Iterator

import pytest

from ledger.models import CurrentBalance
from ledger.queries.trial_balance import trial_balance
from ledger.queries.verification import verify_book
from ledger.services.refusals import BalanceBeyondBound, MovementBeyondBound
from tests.invariants.attack import Login, entry_with, refused_by, two_legs
from tests.ledger.builders import SmallBook, small_book

LARGEST = 10**15


@pytest.fixture
def book(db: None) -> SmallBook:
    return small_book()


def fill(book: SmallBook, kind: str, **shares: int) -> Iterator[int]:
    """A hundred of the largest movements there may be, by a statement each."""
    for number in range(100):
        amounts = {name: share * LARGEST // 2 for name, share in shares.items()}
        book.post(book.draft_of(kind, amounts, key=f"fill-{number}"))
        yield number


class TestMovement:
    def test_of_an_account_is_within_the_bound(self, book: SmallBook) -> None:
        with pytest.raises(MovementBeyondBound):
            book.post(book.draft("house_capital", house_bank=LARGEST + 1, capital=-LARGEST - 1))
        book.post(book.draft("house_capital", house_bank=LARGEST, capital=-LARGEST))

    def test_counts_in_and_out_of_a_statement_together(self, book: SmallBook) -> None:
        """Two entries of one statement that cancel each other out move twice as much."""
        half = LARGEST // 2 + 1
        there = book.draft("house_capital", key="there", house_bank=half, capital=-half)
        back = book.draft("house_capital", key="back", house_bank=half, capital=-half)
        with pytest.raises(MovementBeyondBound):
            book.post(there, back)

    def test_is_bounded_whatever_the_door(self, transactional_db: None, app_connection: object) -> None:
        prey = small_book()
        attacker: Login = app_connection()  # type: ignore[operator]
        for amount in (LARGEST + 1, 2**63 - 1):
            statement = entry_with(prey, two_legs("house_bank", "capital", str(amount)), kind="house_capital")
            assert refused_by(attacker, *statement) == "ledger_posting_movement_within_bound"


class TestBalance:
    def test_of_a_hot_account_is_within_the_bound_and_can_be_told(self, book: SmallBook) -> None:
        assert sum(1 for _ in fill(book, "house_capital", house_bank=2, capital=-2)) == 100
        with pytest.raises(BalanceBeyondBound):
            book.post(book.draft("house_capital", house_bank=LARGEST, capital=-LARGEST))
        held = CurrentBalance.objects.get(account_id=book.accounts["capital"])
        assert held.balance_minor == -100 * LARGEST
        assert all(section.is_balanced for section in trial_balance(book_id=book.book.id))
        checks = verify_book(book=book.book).checks
        assert [check.name for check in checks if check.found] == []

    def test_of_any_other_account_is_within_the_bound(self, book: SmallBook) -> None:
        assert sum(1 for _ in fill(book, "client_deposit", bank=1, transit=1, wang=-2)) == 100
        with pytest.raises(BalanceBeyondBound):
            book.post(book.draft("client_deposit", bank=LARGEST // 2, wang=-LARGEST // 2))
