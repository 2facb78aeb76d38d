"""Who uses the servers.

A command that runs under `plimsoll.py run` holds a lock on a file of its own for as long as it, or a child
that inherited the lock, lives; the system lets go of it however the command ends.
"""

import contextlib
import fcntl
import os
import shlex
from collections.abc import Sequence

from tools.home import Home, directory


def register(home: Home, command: Sequence[str]) -> None:
    """Keep this process, and what it becomes by exec, in the list until it ends; the home is locked."""
    place = directory(home.path / "users", 0o700)
    descriptor = os.open(place / f"{os.getpid()}-{os.urandom(4).hex()}", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    os.write(descriptor, f"{shlex.join(command)} [{os.getpid()}]\n".encode())
    os.set_inheritable(descriptor, True)  # noqa: FBT003 - its only parameter


def current(home: Home) -> list[str]:
    """The commands still running, as they were typed; entries of those that have ended are removed."""
    found = []
    for entry in sorted((home.path / "users").glob("*")):
        with contextlib.suppress(FileNotFoundError), open(entry) as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(handle.read().strip())
            else:
                entry.unlink()
    return found
