"""The home of a checkout: where its servers keep their data, and as whom they run.

An ordinary user's servers run as that user, in .plimsoll/ of the checkout. Root's run as an unprivileged
user, in a directory below /var/lib/plimsoll that this user can reach though the checkout may lie in root's
own, closed home. No directory that exists already has its mode changed. PLIMSOLL_HOME names another
directory.
"""

import fcntl
import hashlib
import json
import os
import pwd
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER_USER = "plimsoll"
ROOT_BASES = (Path("/var/lib/plimsoll"), Path("/usr/local/var/plimsoll"), Path("/opt/plimsoll"))


class ToolError(Exception):
    """Something that the person at the terminal has to know; printed without a traceback."""


@dataclass(frozen=True)
class Home:
    """`user` is who runs the servers when that is not the caller."""

    path: Path
    user: pwd.struct_passwd | None

    @contextmanager
    def locked(self, name: str = "lock") -> Iterator[None]:
        """Serialise starts, stops and migrations of this checkout across processes."""
        with open(self.path / name, "a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def run(
        self, command: Sequence[str | Path], *, user: pwd.struct_passwd | None, cwd: Path | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a server program as `user`, with an environment that holds no secret of ours."""
        return subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd=cwd or self.path,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            umask=0o077,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )

    def give(self, path: Path) -> None:
        """Hand a file or directory of ours to the user that runs the servers."""
        if self.user is not None:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def serving_copy(self, base: Path, parts: Sequence[str], name: str) -> Path:
        """A directory with `parts` of `base`: itself, or for root a copy that the servers' user can reach."""
        if self.user is None:
            return base
        copy = self.path / "programs" / name
        if not copy.exists():
            unfinished = directory(directory(copy.parent, 0o755) / f"{name}.{os.getpid()}", 0o755)
            for part in parts:
                if (base / part).is_dir():
                    shutil.copytree(base / part, unfinished / part, symlinks=True)
                elif (base / part).exists():
                    (unfinished / part).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy2(base / part, unfinished / part)
            widen(unfinished)
            unfinished.rename(copy)
        return copy

    def secret_key(self) -> str:
        """Django's key for this checkout, made at the first use."""
        with self.locked("secret-key.lock"):
            file = self.path / "secret-key"
            if not file.exists():
                write_private(file, secrets.token_urlsafe(48))
            return file.read_text()


def find_home(root: Path = ROOT, environment: Mapping[str, str] = os.environ) -> Home:
    given = environment.get("PLIMSOLL_HOME")
    if os.geteuid() != 0:
        return Home(directory(Path(given).resolve() if given else root / ".plimsoll", 0o700), None)
    user = unprivileged_user()
    path = directory(Path(given).resolve(), 0o755) if given else root_home(root)
    probe = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(path)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        stderr=subprocess.DEVNULL,
        cwd="/",
        check=False,
    )
    if probe.returncode:
        raise ToolError(
            f"{path} cannot be reached by the user {user.pw_name}. Set PLIMSOLL_HOME to a place that can."
        )
    return Home(path, user)


def root_home(root: Path) -> Path:
    mark = directory(root / ".plimsoll", 0o700) / "mark"
    if not mark.exists():
        write_private(mark, secrets.token_hex(8))
    for base in ROOT_BASES:
        if base.parent.is_dir() and os.access(base.parent, os.W_OK):
            home = directory(directory(base, 0o755) / home_name(root), 0o755)
            (home / "checkout").write_text(f"{root}\n")
            return home
    raise ToolError("No place for the servers' data was found. Set PLIMSOLL_HOME.")


def home_name(root: Path) -> str:
    """The path alone would give a fresh clone a deleted one's databases; the mark is new in every clone."""
    mark = root / ".plimsoll" / "mark"
    digest = hashlib.sha256(f"{root}\n{mark.read_text() if mark.exists() else ''}".encode()).hexdigest()
    return f"{root.name}-{digest[:12]}"


def abandoned_homes(bases: Sequence[Path] = ROOT_BASES) -> list[Home]:
    """Homes that root's checkouts left behind when they were deleted."""
    notes = [note for base in bases for note in sorted(base.glob("*/checkout"))]
    left = [note.parent for note in notes if home_name(Path(note.read_text().strip())) != note.parent.name]
    return [Home(path, unprivileged_user()) for path in left]


def unprivileged_user() -> pwd.struct_passwd:
    """PostgreSQL refuses to run as root, and a broker should not."""
    try:
        return pwd.getpwnam(SERVER_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command = [useradd, *options, "--shell", "/usr/sbin/nologin", SERVER_USER]
        subprocess.run(command, capture_output=True, check=False)
    for name in (SERVER_USER, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ToolError("There is no unprivileged user for the servers: create a system user named plimsoll.")


def directory(path: Path, mode: int) -> Path:
    """Make a directory with exactly this mode whatever the umask; one that exists stays as it is."""
    try:
        path.mkdir(parents=True)
    except FileExistsError:
        return path
    path.chmod(mode)
    return path


def widen(path: Path) -> None:
    """Let everyone read a copy of ours: a closed umask must not close it to the servers' user."""
    for entry in [path, *path.rglob("*")] if path.is_dir() else [path]:
        if not entry.is_symlink():
            entry.chmod(0o755 if entry.is_dir() or os.access(entry, os.X_OK) else 0o644)


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; nobody else may read it at any moment."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    unfinished.rename(path)


def read_state(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    state: dict[str, str] = json.loads(path.read_text())
    return state


def write_state(path: Path, state: Mapping[str, str]) -> None:
    write_private(path, json.dumps(dict(state), indent=1) + "\n")
