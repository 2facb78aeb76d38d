import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tools.homes import TestHome


def own_home() -> Iterator[TestHome]:
    # pytest's temporary directories are closed to the user that root's servers run as.
    place = Path(tempfile.mkdtemp(prefix="plimsoll-test-", dir="/var/tmp"))
    if os.geteuid() == 0:
        place.chmod(0o755)
    home = TestHome(place)
    yield home
    home.plimsoll("remove", "--force")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def empty_home() -> Iterator[TestHome]:
    """Nothing has been started here yet."""
    yield from own_home()


@pytest.fixture(scope="module")
def kept_home() -> Iterator[TestHome]:
    """Shared by the tests of a module, each of which brings the server into the state it needs."""
    yield from own_home()
