"""The cast as fixtures."""

import pytest

from tests.custody.cast import Cast, make_cast
from tests.custody.services.test_payments import deposit
from tests.custody.services.test_transfers import owe


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Okafor paid in 5,000.00; of it 300.00 go to the house at Harbour, 700.00 to Meridian at Island."""
    deposit(cast, entitlement_account_id=cast.okafor_cash, amount_minor=500_000)
    owe(cast, "client/transit/HARBOUR", "house/transit/HARBOUR", 30_000)
    owe(cast, "client/transit/HARBOUR", "funder/transit/ISLAND", 70_000)
    return cast
