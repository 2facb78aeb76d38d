"""One runner a book."""

from collections.abc import Callable

import psycopg
import pytest

from clearing.day.services import lock
from clearing.day.services.lock import LOCK_CLASS, DayAlreadyRunning, day_lock

Connect = Callable[[], psycopg.Connection[tuple[object, ...]]]


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "LOCK_WAIT_MS", 50)


class TestDayLock:
    def test_refuses_while_another_session_holds_it(self, app_connection: Connect, hurried: None) -> None:
        other = app_connection()
        other.execute("SELECT pg_advisory_lock(%s, 7)", [LOCK_CLASS])
        with pytest.raises(DayAlreadyRunning, match="run the day again"), day_lock(book_id=7):
            pass

    def test_is_free_again_when_the_other_session_ends(self, app_connection: Connect, hurried: None) -> None:
        other = app_connection()
        other.execute("SELECT pg_advisory_lock(%s, 7)", [LOCK_CLASS])
        other.close()
        with day_lock(book_id=7):
            pass

    def test_does_not_concern_other_books(self, app_connection: Connect, hurried: None) -> None:
        other = app_connection()
        other.execute("SELECT pg_advisory_lock(%s, 8)", [LOCK_CLASS])
        with day_lock(book_id=7):
            pass

    def test_is_given_back_after_a_failure(self, app_connection: Connect, hurried: None) -> None:
        with pytest.raises(RuntimeError), day_lock(book_id=7):
            raise RuntimeError
        row = app_connection().execute("SELECT pg_try_advisory_lock(%s, 7)", [LOCK_CLASS]).fetchone()
        assert row == (True,)
