"""An append-only file of JSON lines that survives a crash at any instruction.

A line counts once its newline is in the file: what stands after the last newline was never promised to anyone
and is cut off at the next opening. A damaged line before that is another matter, and is refused.
"""

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class BooksDamaged(Exception):
    """A line in the middle of the books cannot be read, or one is missing: restore the file, do not go on."""


class BooksInUse(Exception):
    """Another process has these books open."""


class CommandLog:
    """One writer at a time. ``append`` reaches the operating system, ``sync`` the disk."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise BooksInUse(f"{path} is open in another process.") from None
        try:
            self.lines = self._read()
        except BaseException:
            os.close(self._descriptor)
            raise
        self._length = len(self.lines)
        self._sync_directory()

    def append(self, line: Mapping[str, Any]) -> None:
        """Write one line whole or not at all, as far as the process is concerned."""
        text = json.dumps({"n": self._length + 1, **line}, separators=(",", ":"), ensure_ascii=False)
        data = text.encode() + b"\n"
        start = os.fstat(self._descriptor).st_size
        try:
            written = 0
            while written < len(data):
                written += os.write(self._descriptor, data[written:])
        except OSError:
            # A full disk must not leave half a line for the next append to continue.
            os.ftruncate(self._descriptor, start)
            raise
        self._length += 1

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read(self) -> list[dict[str, Any]]:
        data = self._path.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.ftruncate(self._descriptor, whole)
            os.fsync(self._descriptor)
        lines = []
        for number, raw in enumerate(data[:whole].splitlines(), start=1):
            try:
                line = json.loads(raw)
                found = line.pop("n")
            except (ValueError, KeyError, AttributeError, TypeError):
                raise BooksDamaged(f"{self._path}: line {number} cannot be read.") from None
            if found != number:
                raise BooksDamaged(f"{self._path}: line {number} is numbered {found}.")
            lines.append(line)
        return lines

    def _sync_directory(self) -> None:
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
