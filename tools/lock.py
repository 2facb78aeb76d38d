"""Write the pins of requirements*.txt anew, from the .in files beside them."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORMAT = ["--quiet", "--strip-extras", "--annotation-style=line", "--no-header", "--upgrade"]
HIDDEN = ["--no-emit-find-links", "--no-emit-index-url", "--no-emit-trusted-host"]


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([f"{place}/bin/pip", "install", "--quiet", "pip-tools"], check=True)
        for name in ("requirements", "requirements-bench", "requirements-dev"):
            compile_pins = [f"{place}/bin/pip-compile", *FORMAT, *HIDDEN, f"{name}.in", "-o", f"{name}.txt"]
            subprocess.run(compile_pins, check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
