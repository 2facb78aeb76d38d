"""The test databases themselves."""

import time
from collections.abc import Iterator

import pytest

from tests.databases import CLONE_PREFIX, TestDatabases


def not_needed(_name: str) -> None:
    raise AssertionError("the template is there already")


@pytest.fixture
def other_process(databases: TestDatabases) -> Iterator[TestDatabases]:
    """Stands for a test run beside this one."""
    other = TestDatabases(databases.owner_url, f"{databases.worker}x")
    other.prepare_template(not_needed)
    yield other
    if not other.connection.closed:
        other.close()


class TestClone:
    def test_of_a_process_that_lives_is_left_alone(
        self, databases: TestDatabases, other_process: TestDatabases
    ) -> None:
        name = other_process.clone()
        databases.prepare_template(not_needed)
        assert name in databases.names(CLONE_PREFIX)
        other_process.give_back(name)
        other_process.drop_finished()
        assert name not in databases.names(CLONE_PREFIX)

    def test_of_a_process_that_died_is_dropped(
        self, databases: TestDatabases, other_process: TestDatabases
    ) -> None:
        name = other_process.clone()
        other_process.connection.close()
        for _attempt in range(100):
            # The server takes a moment to notice that a connection, and with it its lock, is gone.
            databases.prepare_template(not_needed)
            if name not in databases.names(CLONE_PREFIX):
                return
            time.sleep(0.05)
        pytest.fail(f"{name} was kept")
