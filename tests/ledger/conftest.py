"""The small book as a fixture."""

import pytest

from tests.ledger.builders import SmallBook, small_book


@pytest.fixture
def main_book(db: None) -> SmallBook:
    return small_book()
