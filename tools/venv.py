"""Make .venv and install the pinned requirements, once for each content of the pins.

    python3 tools/venv.py run | bench | dev

Runs before anything is installed, so this file must parse and explain itself on an old Python as well.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PINS = {"run": ["requirements.txt"]}
PINS["bench"] = [*PINS["run"], "requirements-bench.txt"]
PINS["dev"] = [*PINS["bench"], "requirements-dev.txt"]


def stamp_of(wanted: str) -> Path:
    digest = hashlib.sha256(sys.version.encode())
    for name in PINS[wanted]:
        digest.update((ROOT / name).read_bytes())
    return VENV / f"installed-{wanted}-{digest.hexdigest()[:16]}"


def install(wanted: str) -> None:
    python = VENV / "bin" / "python"
    if not python.exists():
        print(f"making {VENV.name} with Python {sys.version.split()[0]}", file=sys.stderr)
        made = subprocess.run(
            [sys.executable, "-m", "venv", str(VENV)], check=False, stdin=subprocess.DEVNULL
        )
        if made.returncode:
            shutil.rmtree(VENV, ignore_errors=True)
            raise SystemExit(
                "Python could not make a virtual environment. On Debian and Ubuntu install python3-venv."
            )
    print(f"installing {', '.join(PINS[wanted])}", file=sys.stderr)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += [part for name in PINS[wanted] for part in ("-r", str(ROOT / name))]
    if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:
        raise SystemExit("pip could not install the pinned requirements (its message is above).")


def main(arguments: "list[str]") -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever has an older one shall be told
        found = ".".join(map(str, sys.version_info[:3]))
        raise SystemExit(f"Plimsoll needs Python 3.11 or later; {sys.executable} is {found}. Set PYTHON=...")
    wanted = arguments[0] if arguments else "dev"
    if wanted not in PINS:
        raise SystemExit(f"usage: venv.py {' | '.join(PINS)}")
    # One installation at a time: two terminals may run make in one checkout.
    with open(ROOT / "tools" / "venv.py") as own_file:
        fcntl.flock(own_file, fcntl.LOCK_EX)
        stamp, whole = stamp_of(wanted), stamp_of("dev")
        if stamp.exists() or whole.exists():
            return
        os.environ.pop("PYTHONPATH", None)
        install(wanted)
        for old in VENV.glob(f"installed-{wanted}-*"):
            old.unlink()
        stamp.touch()


if __name__ == "__main__":
    main(sys.argv[1:])
