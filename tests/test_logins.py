"""The three logins, and that tests run as the one that owns nothing."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import ProgrammingError, connection

from accounts.models import User
from tests.accounts.cast import staff


class TestApplicationLogin:
    @pytest.mark.django_db
    def test_runs_the_tests(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user, session_user")
            assert cursor.fetchone() == ("plimsoll_app", "plimsoll_app")

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE public.mine (a int)",
            "CREATE TEMPORARY TABLE mine (a int)",
            "CREATE SCHEMA mine",
            "TRUNCATE django_session",
            "DELETE FROM accounts_user",
            "SET ROLE plimsoll_owner",
        ],
    )
    def test_is_refused(self, statement: str) -> None:
        with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
            cursor.execute(statement)

    @pytest.mark.django_db
    def test_owns_nothing_and_is_a_member_of_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT (SELECT count(*) FROM pg_class WHERE relowner = role.oid)
                     + (SELECT count(*) FROM pg_proc WHERE proowner = role.oid)
                     + (SELECT count(*) FROM pg_database WHERE datdba = role.oid)
                     + (SELECT count(*) FROM pg_auth_members WHERE member = role.oid),
                    rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication
                FROM pg_roles AS role WHERE rolname = current_user
                """
            )
            assert cursor.fetchone() == (0, False)


class TestCommittingTest:
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("_time", [1, 2])
    def test_finds_nothing_of_the_last(self, _time: int) -> None:
        assert not User.objects.filter(username="li.wei").exists()
        staff("li.wei")

    def test_is_seen_by_further_connections(
        self,
        app_connection: Callable[[], psycopg.Connection[tuple[object, ...]]],
        owner_connection: psycopg.Connection[tuple[object, ...]],
        admin_connection: psycopg.Connection[tuple[object, ...]],
    ) -> None:
        staff("li.wei")
        three = (app_connection(), owner_connection, admin_connection)
        logins = [
            raw.execute(
                "SELECT current_user, count(*) FROM accounts_user WHERE username = 'li.wei'"
            ).fetchone()
            for raw in three
        ]
        assert logins == [("plimsoll_app", 1), ("plimsoll_owner", 1), ("plimsoll_admin", 1)]
