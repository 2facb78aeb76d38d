"""Stopping, and not stopping under somebody else."""

import os
import signal

import psycopg
import redis

from tests.tools.homes import TestHome
from tools.broker import Broker
from tools.environment import APP_URL, OWNER_URL


class TestDown:
    def test_stops_what_nobody_uses_and_is_content_when_nothing_runs(self, kept_home: TestHome) -> None:
        kept_home.plimsoll("up")
        assert "stopped" in kept_home.plimsoll("down").stdout
        assert not kept_home.cluster().running()
        assert kept_home.plimsoll("down").returncode == 0

    def test_refuses_under_a_connection_and_names_it(self, kept_home: TestHome) -> None:
        address = kept_home.addresses()[APP_URL]
        with psycopg.connect(address, application_name="a colleague's notebook"):
            refused = kept_home.plimsoll("down")
            assert refused.returncode == 1
            assert "a colleague's notebook, as plimsoll_app in plimsoll" in refused.stderr
            assert kept_home.cluster().running()
        assert kept_home.plimsoll("down").returncode == 0

    def test_refuses_under_a_command_without_a_connection_and_names_it(self, kept_home: TestHome) -> None:
        with kept_home.start("run", "--", "sh", "-c", "echo ready; sleep 600") as client:
            assert client.stdout is not None
            client.stdout.readline()
            refused = kept_home.plimsoll("down")
            assert refused.returncode == 1
            assert "sleep 600" in refused.stderr
            assert kept_home.cluster().running()
            os.killpg(client.pid, signal.SIGKILL)

    def test_stops_all_the_same_when_forced(self, kept_home: TestHome) -> None:
        with psycopg.connect(kept_home.addresses()[APP_URL]):
            assert kept_home.plimsoll("down", "--force").returncode == 0
        assert not kept_home.cluster().running()


class TestReset:
    def test_empties_the_database_but_not_under_a_user(self, kept_home: TestHome) -> None:
        addresses = kept_home.addresses()
        with psycopg.connect(addresses[OWNER_URL]) as owner:
            owner.execute("CREATE TABLE mark (a int)")
            owner.commit()
            assert kept_home.plimsoll("reset").returncode == 1
        assert kept_home.plimsoll("reset").returncode == 0
        assert kept_home.addresses() == addresses
        with psycopg.connect(addresses[APP_URL]) as app:
            assert app.execute("SELECT to_regclass('mark')").fetchone() == (None,)


class TestBroker:
    def test_starts_asks_for_its_password_and_stops(self, kept_home: TestHome) -> None:
        assert kept_home.plimsoll("up-broker").returncode == 0
        broker = Broker(kept_home.home())
        with redis.Redis.from_url(broker.url()) as client:
            assert client.ping()
        with redis.Redis(port=int(broker.state["port"])) as stranger:
            try:
                stranger.ping()
            except redis.AuthenticationError:
                refused = True
            else:
                refused = False
        assert refused
        assert kept_home.plimsoll("down").returncode == 0
        assert not broker.running()
