"""The small market as a fixture."""

import pytest

from tests.clearing.marks.market import SmallMarket, small_market


@pytest.fixture
def market(db: None) -> SmallMarket:
    return small_market()
