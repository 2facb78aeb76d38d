"""Questions about processes, by /proc where there is one and by ps elsewhere."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc/self/cwd")


def works_in(pid: int, place: Path) -> bool:
    """Whether the process `pid` is a server of the data directory `place`, and not one that got its number later."""
    if PROC.exists():
        try:
            return os.readlink(f"/proc/{pid}/cwd") == str(place.resolve())
        except OSError:
            return False
    asked = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True)
    return str(place) in asked.stdout


def exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def dead_pid() -> int:
    """The number of a process that has just ended."""
    child = subprocess.Popen(["/bin/sh", "-c", ":"])
    child.wait()
    return child.pid
