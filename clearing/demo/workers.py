"""Celery workers for the length of the demo: processes of this machine, ended with it however it ends."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clearing.day.tasks import NoBroker, NoWorkers, OnWorkers, count_workers


@contextmanager
def workers(number: int, *, log: Path) -> Iterator[OnWorkers | None]:
    """Start so many worker processes and yield what hands chunks to them; None for none.

    :raises NoBroker: no broker is configured.
    :raises NoWorkers: they did not answer within half a minute; the log says why.
    """
    if number == 0:
        yield None
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--loglevel", "WARNING"]
    command += ["--concurrency", str(number), "--without-gossip", "--without-mingle"]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:
        yield _await(process, number, log)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()


def _await(process: "subprocess.Popen[bytes]", number: int, log: Path) -> OnWorkers:
    for _ in range(30):
        if process.poll() is not None:
            break
        with suppress(NoWorkers):
            if count_workers():
                return OnWorkers(parts=number)
        time.sleep(0.5)
    raise NoWorkers(f"The workers do not answer; see {log}.")


__all__ = ["NoBroker", "NoWorkers", "workers"]
