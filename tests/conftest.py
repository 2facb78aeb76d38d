"""Fixtures of all tests.

Tests migrate as the owner and run as the application's login. An ordinary `django_db` test runs in a
transaction that is rolled back, on a clone that the process keeps; `django_db(transaction=True)` gets a fresh
clone of its own instead of Django's flush, which TRUNCATEs and is refused to the login. The fixtures that
open further connections imply it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import django.test
import hypothesis
import psycopg
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from pytest_django import DjangoDbBlocker

from tests.databases import TestDatabases, with_database
from tools.broker import Broker
from tools.environment import ADMIN_URL, APP_URL, OWNER_URL
from tools.home import ToolError, find_home

# What may be absent even where skips are forbidden: nothing installs the vectors.
PARDONED = "shared absent"
ROOT = Path(__file__).resolve().parent.parent
# An example that touches the database takes as long as it takes. CI has hypothesis's own, repeatable profile.
hypothesis.settings.register_profile("here", deadline=None)
if not os.environ.get("CI"):
    hypothesis.settings.load_profile("here")

Connection = psycopg.Connection[tuple[object, ...]]


def skip_reasons(config: pytest.Config) -> dict[str, int]:
    """Why tests were skipped, and how many for each reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found: dict[str, int] = {}
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        found[reason] = found.get(reason, 0) + 1
    return found


def forbidden_skips(config: pytest.Config) -> list[str]:
    if os.environ.get("PLIMSOLL_FORBID_SKIPS") != "1" or hasattr(config, "workerinput"):
        return []
    return [reason for reason in skip_reasons(config) if not reason.startswith(PARDONED)]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    reasons = skip_reasons(config)
    if reasons:
        terminalreporter.section("not tested here, and what would enable it")
        for reason, number in sorted(reasons.items()):
            terminalreporter.write_line(f"{number} skipped: {reason}")
    if forbidden_skips(config):
        terminalreporter.write_line("Skips are forbidden in this run, so it has failed.", red=True)


def point_at(name: str) -> None:
    """Make Django's logins use the database `name`."""
    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = name


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this process among those of a parallel run."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture(scope="session")
def databases(
    worker: str, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[TestDatabases]:
    def migrate(name: str) -> None:
        point_at(name)
        with django_db_blocker.unblock():
            call_command("migrate", database="migrator", verbosity=0, interactive=False)
            connections["migrator"].close()

    prepared = TestDatabases(os.environ[OWNER_URL], worker)
    prepared.prepare_template(migrate)
    yield prepared
    prepared.close()


@pytest.fixture(scope="session")
def django_db_setup(databases: TestDatabases, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The clone that tests share which commit nothing."""
    name = databases.clone()
    point_at(name)
    with pytest.MonkeyPatch.context() as patch:
        # A committing test's database is thrown away whole.
        patch.setattr(django.test.TransactionTestCase, "_fixture_teardown", lambda _self: None)
        yield name
    with django_db_blocker.unblock():
        point_at(name)
    databases.give_back(name)


def commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    asked = bool(marker and (marker.kwargs.get("transaction") or marker.args[:1] == (True,)))
    return asked or not {"transactional_db", "live_server"}.isdisjoint(request.fixturenames)


@pytest.fixture
def _clone_for_committing_test(
    request: pytest.FixtureRequest,
    django_db_setup: str,
    databases: TestDatabases,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    if not commits(request):
        yield
        return
    name = databases.clone()
    with django_db_blocker.unblock():
        point_at(name)
        yield
        point_at(django_db_setup)
    databases.give_back(name)


@pytest.fixture
def _django_db_helper(_clone_for_committing_test: None, _django_db_helper: None) -> None:
    """pytest-django's own, with the clone in place before it opens the test case."""


def address(variable: str) -> str:
    """The address of the current test database for the login that `variable` names."""
    return with_database(os.environ[variable], connections["default"].settings_dict["NAME"])


@pytest.fixture
def app_connection(transactional_db: None) -> Iterator[Callable[[], Connection]]:
    """Opens further connections as the application's login; autocommit off, closed at the end."""
    opened: list[Connection] = []

    def connect() -> Connection:
        opened.append(psycopg.connect(address(APP_URL)))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[Connection]:
    """A connection as the owner, the login that migrates; autocommit."""
    with psycopg.connect(address(OWNER_URL), autocommit=True) as connection:
        yield connection


@pytest.fixture
def admin_connection(transactional_db: None) -> Iterator[Connection]:
    """A connection as superuser, for tests that tamper; autocommit."""
    if not os.environ.get(ADMIN_URL):
        pytest.skip(f"superuser absent: set {ADMIN_URL} to tamper with an external server")
    with psycopg.connect(address(ADMIN_URL), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Vectors and golden files that lie beside the repository where there are any."""
    path = ROOT.parent / "shared"
    if not path.is_dir():
        pytest.skip("shared absent: ../shared holds the golden vectors")
    return path


@pytest.fixture(scope="session")
def broker_url(worker: str) -> str:
    """The checkout's broker, started if need be; each parallel process has an empty database of its own."""
    home = find_home()
    with home.locked():
        broker = Broker(home)
        try:
            broker.up()
        except ToolError as absence:
            pytest.skip(f"broker absent: {absence}")
    number = 1 + int(worker.removeprefix("gw")) if worker.startswith("gw") else 1
    broker.ask_in(number, "FLUSHDB")
    return broker.url(number)


def program(name: str, *others: str) -> str:
    for candidate in (name, *others):
        found = shutil.which(candidate)
        if found:
            return found
    pytest.skip(f"{name} absent: `make system-packages` installs it")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Chromium's program, for the browser tests."""
    return program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def hledger_path() -> str:
    """hledger's program, an independent judge of exported journals."""
    return program("hledger")


@pytest.fixture
def unfinished(db: None) -> Iterator[None]:
    """The test leaves entries that no commit would take: what is due at its end is not asked for."""
    yield
    transaction.set_rollback(True)
