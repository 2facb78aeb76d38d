"""The small book as a fixture."""

import pytest

from tests.ledger.builders import SmallBook, small_book
from tests.ledger.sealing import key_directory

__all__ = ["key_directory"]


@pytest.fixture
def main_book(db: None) -> SmallBook:
    return small_book()
