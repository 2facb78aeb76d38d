"""The world of Harbour as a fixture."""

import pytest

from tests.clearing.margin.harbour import Harbour, harbour


@pytest.fixture
def world(db: None) -> Harbour:
    return harbour()
