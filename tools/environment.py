"""The environment that commands get: addresses of the servers, and what goes with running on loopback."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass

from tools.broker import Broker
from tools.home import ROOT, Home, ToolError
from tools.postgres import ADMIN, APP, OWNER, Binaries, Cluster, find_binaries

APP_URL, OWNER_URL, ADMIN_URL = "DATABASE_URL", "MIGRATOR_DATABASE_URL", "ADMIN_DATABASE_URL"
MARK = "PLIMSOLL_OWN_SERVER"


@dataclass(frozen=True)
class External:
    """A server that somebody else runs."""

    urls: Mapping[str, str]


def digest(urls: Mapping[str, str]) -> str:
    return hashlib.sha256(f"{urls.get(APP_URL)}\n{urls.get(OWNER_URL)}".encode()).hexdigest()[:16]


def choose_server(environment: Mapping[str, str] = os.environ) -> External | Binaries:
    """An external server where both addresses are given; else this checkout's own.

    Addresses that an outer `run` has put there are no choice of the user's, and do not count.
    """
    urls = {name: environment[name] for name in (APP_URL, OWNER_URL, ADMIN_URL) if environment.get(name)}
    ours = MARK in environment and environment[MARK] == digest(urls)
    if ours or not (APP_URL in urls or OWNER_URL in urls):
        return find_binaries(environment.get("PLIMSOLL_POSTGRES") or "wheel")
    for missing in {APP_URL, OWNER_URL} - urls.keys():
        raise ToolError(f"An external server needs both {APP_URL} and {OWNER_URL}; {missing} is not set.")
    return External(urls)


def start(home: Home, server: External | Binaries, *, broker: bool) -> dict[str, str]:
    """Start what is needed and return what a command's environment needs. Called with the home locked."""
    environment = {"DJANGO_SECRET_KEY": home.secret_key(), "PLIMSOLL_HTTPS": "0"}
    if isinstance(server, External):
        environment |= server.urls
    else:
        cluster = Cluster(home, server.name)
        cluster.up(server)
        environment |= {
            APP_URL: cluster.url(APP),
            OWNER_URL: cluster.url(OWNER),
            ADMIN_URL: cluster.url(ADMIN),
        }
        environment[MARK] = digest(environment)
    if broker:
        own_broker = Broker(home)
        own_broker.up()
        environment["CELERY_BROKER_URL"] = environment["CELERY_RESULT_BACKEND"] = own_broker.url()
    return environment


def complete(additions: Mapping[str, str], base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """`base` with the additions that it does not name itself, but for addresses; .venv first on the path."""
    environment = dict(base)
    for name, value in additions.items():
        if name in {"DJANGO_SECRET_KEY", "PLIMSOLL_HTTPS"} and environment.get(name):
            continue
        environment[name] = value
    environment["PATH"] = os.pathsep.join([str(ROOT / ".venv" / "bin"), environment.get("PATH", os.defpath)])
    environment.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    return environment
