"""The lending book as a fixture."""

import pytest

from tests.contracts.builders import Lending, lending


@pytest.fixture
def book(db: None) -> Lending:
    return lending()
