"""The checkout's own PostgreSQL, started for real."""

import os
import shutil
import signal
import socket
import stat
import time
from pathlib import Path

import pytest

from tests.tools.homes import TestHome
from tools.environment import ADMIN_URL, APP_URL, OWNER_URL
from tools.home import ToolError, abandoned_homes, find_home, home_name

needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="/proc absent: only Linux has it")


def wait_until_gone(pid: int) -> None:
    for _attempt in range(200):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    raise AssertionError(f"process {pid} is still there")


class TestUp:
    def test_makes_a_cluster_that_keeps_its_promises(self, kept_home: TestHome) -> None:
        assert kept_home.plimsoll("up").returncode == 0
        for setting, value in {
            "data_checksums": "on",
            "fsync": "on",
            "synchronous_commit": "on",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "password_encryption": "scram-sha-256",
        }.items():
            assert kept_home.ask(f"SELECT current_setting('{setting}')") == value

    def test_trusts_nobody_without_a_password(self, kept_home: TestHome) -> None:
        question = "SELECT string_agg(DISTINCT auth_method, ',') FROM pg_hba_file_rules"
        assert kept_home.ask(question) == "scram-sha-256"

    def test_keeps_the_passwords_to_itself(self, kept_home: TestHome) -> None:
        cluster = kept_home.cluster()
        assert stat.S_IMODE(cluster.state_file.stat().st_mode) == 0o600
        assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700
        assert len(set(kept_home.addresses().values())) == 3

    @needs_proc
    def test_is_never_root_and_a_session_of_its_own(self, kept_home: TestHome) -> None:
        kept_home.plimsoll("up")
        pid = kept_home.cluster().pid()
        assert pid is not None
        assert Path(f"/proc/{pid}").stat().st_uid != 0
        assert os.getsid(pid) == pid

    def test_keeps_one_server_when_several_start_it(self, empty_home: TestHome) -> None:
        started = [empty_home.start("up") for _number in range(3)]
        assert [process.wait(timeout=180) for process in started] == [0, 0, 0]
        for process in started:
            process.communicate()
        assert empty_home.ask("SELECT count(*) FROM pg_database WHERE datname = 'plimsoll'") == 1

    @needs_proc
    def test_survives_the_command_that_started_it(self, kept_home: TestHome) -> None:
        kept_home.plimsoll("down", "--force")
        with kept_home.start("run", "--", "sh", "-c", "echo ready; sleep 600") as client:
            assert client.stdout is not None
            assert client.stdout.readline() == "ready\n"
            pid = kept_home.cluster().pid()
            os.killpg(client.pid, signal.SIGKILL)
        assert kept_home.cluster().running()
        assert kept_home.cluster().pid() == pid
        assert kept_home.plimsoll("down").returncode == 0

    def test_keeps_its_port_and_gives_way_when_it_is_taken(self, kept_home: TestHome) -> None:
        kept_home.plimsoll("up")
        port = kept_home.cluster().port
        kept_home.plimsoll("down")
        kept_home.plimsoll("up")
        assert kept_home.cluster().port == port
        kept_home.plimsoll("down")
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            squatter.bind(("127.0.0.1", port))
            squatter.listen()
            assert kept_home.plimsoll("up").returncode == 0
        assert kept_home.cluster().port != port
        assert kept_home.ask("SELECT 1") == 1

    @needs_proc
    def test_recovers_from_a_crash_whose_number_another_program_has_now(self, kept_home: TestHome) -> None:
        kept_home.plimsoll("up")
        cluster = kept_home.cluster()
        pid = cluster.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        pid_file = cluster.data / "postmaster.pid"
        rest = pid_file.read_text().splitlines(keepends=True)[1:]
        pid_file.write_text("".join([f"{os.getppid()}\n", *rest]))
        assert cluster.pid() is None
        done = kept_home.plimsoll("up")
        assert done.returncode == 0, done.stderr
        assert kept_home.ask("SELECT 1") == 1


class TestAddresses:
    def test_are_three_logins_of_one_database(self, kept_home: TestHome) -> None:
        urls = kept_home.addresses()
        logins = [urls[name].split("//")[1].split(":")[0] for name in (APP_URL, OWNER_URL, ADMIN_URL)]
        assert logins == ["plimsoll_app", "plimsoll_owner", "plimsoll_admin"]
        assert {url.rpartition("/")[2] for url in urls.values()} == {"plimsoll"}

    def test_are_those_of_the_external_server_where_there_is_one(self, empty_home: TestHome) -> None:
        given = {APP_URL: "postgresql://a@db.example/p", OWNER_URL: "postgresql://o@db.example/p"}
        shown = empty_home.plimsoll("run", "--", "env", **given)
        assert f"{APP_URL}={given[APP_URL]}" in shown.stdout.splitlines()
        assert ADMIN_URL not in shown.stdout
        assert not list(empty_home.path.glob("wheel-*"))


class TestAbandonedHomes:
    def test_are_those_whose_checkout_is_gone_or_another(self, tmp_path: Path) -> None:
        checkout, base = tmp_path / "plimsoll", tmp_path / "base"
        (checkout / ".plimsoll").mkdir(parents=True)
        (checkout / ".plimsoll" / "mark").write_text("this clone")
        for name in (home_name(checkout), "plimsoll-0123456789ab"):
            (base / name).mkdir(parents=True)
            (base / name / "checkout").write_text(f"{checkout}\n")
        assert [home.path.name for home in abandoned_homes([base])] == ["plimsoll-0123456789ab"]
        shutil.rmtree(checkout)
        assert len(abandoned_homes([base])) == 2


class TestHomeOfRoot:
    @pytest.mark.skipif(os.geteuid() != 0, reason="root absent: it alone has such a home")
    def test_refuses_a_place_that_the_servers_cannot_reach_and_leaves_its_mode(
        self, empty_home: TestHome
    ) -> None:
        closed = empty_home.path / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(ToolError, match="cannot be reached"):
            find_home(environment={"PLIMSOLL_HOME": str(closed / "home")})
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
