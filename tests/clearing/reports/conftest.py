"""The small platform as a fixture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World, build_world


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    made = build_world(tmp_path)
    yield made
    made.close()
