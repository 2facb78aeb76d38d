"""Questions about processes, by /proc where there is one and by ps elsewhere."""

import os
import subprocess
from pathlib import Path

PROC = Path("/proc/self/cwd")


def works_in(pid: int, place: Path) -> bool:
    """Whether the process `pid` serves the data directory `place`, and did not get its number later."""
    if PROC.exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == place.resolve()
        except OSError:
            return False
    asked = subprocess.run(
        ["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False
    )
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
