#!/usr/bin/env python3
"""Starts and stops the checkout's own servers: `python tools/plimsoll.py --help`."""

import sys
from pathlib import Path

# Run as a script, so that it needs nothing installed: put the repository, not tools/, on the path.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tools.cli import main  # noqa: E402 - after the path

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
