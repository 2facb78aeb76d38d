"""Programs that measure beside this one: another Django with other settings, or sessions that post at once.

A worker is a Python module whose `answers()` names what can be asked of it, by one JSON document a line.
It lives as long as its `Worker` is entered.
"""

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import IO, Any

import django


class WorkerFailed(Exception):
    """A worker ended instead of answering; what it said stands on standard error."""


class Worker:
    """One process. `tell` sends, `hear` waits for the answer, so that several can work at once."""

    def __init__(self, module: str, environment: Mapping[str, str] | None = None) -> None:
        self.module = module
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.workers", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **(environment or {})},
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(self.process.stdin)
        self.process.wait(60)
        self.end(self.process.stdout)

    def end(self, pipe: IO[str] | None) -> None:
        if pipe:
            pipe.close()

    def tell(self, message: Mapping[str, object]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for an answer.

        :raises WorkerFailed: there will be none.
        """
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise WorkerFailed(self.module)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def ask(self, message: Mapping[str, object]) -> dict[str, Any]:
        self.tell(message)
        return self.hear()


def answer_until_end(module: str) -> None:
    """The worker's side: answer each line by the function that its `do` names, until there are no more."""
    django.setup()
    answers: Mapping[str, Callable[..., Mapping[str, object]]] = importlib.import_module(module).answers()
    for line in sys.stdin:
        message = json.loads(line)
        print(json.dumps(answers[message.pop("do")](**message)), flush=True)


if __name__ == "__main__":
    answer_until_end(sys.argv[1])
