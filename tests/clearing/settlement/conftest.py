"""The small world as a fixture."""

import pytest

from tests.clearing.settlement.world import World, world


@pytest.fixture(name="world")
def small_world(db: None) -> World:
    return world()
