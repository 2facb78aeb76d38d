"""The commands of tools/plimsoll.py."""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from tools import users
from tools.broker import Broker
from tools.environment import ADMIN_URL, APP_URL, OWNER_URL, External, choose_server, complete, start
from tools.home import ROOT, Home, ToolError, abandoned_homes, find_home
from tools.postgres import Cluster


def main(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    try:
        code: int = options.command(find_home(), options)
    except ToolError as error:
        print(f"plimsoll: {error}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"plimsoll: {error}. Another user has worked in this checkout.", file=sys.stderr)
        return 1
    return code


def parser() -> argparse.ArgumentParser:
    whole = argparse.ArgumentParser(
        prog="plimsoll.py", description="This checkout's own database and broker."
    )
    commands = whole.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: object, explanation: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=explanation, description=explanation)
        one.set_defaults(command=function)
        return one

    add("up", up, "start the database server").add_argument(
        "--broker", action="store_true", help="and the broker"
    )
    add("up-broker", up_broker, "start the broker")
    down_parser = add("down", down, "stop what runs, unless somebody uses it")
    down_parser.add_argument("--force", action="store_true", help="even then")
    reset_parser = add("reset", reset, "drop the database and make it anew, empty and not yet migrated")
    reset_parser.add_argument("--force", action="store_true", help="even when somebody uses it")
    add("status", status, "say what runs and who uses it")
    run_parser = add("run", run, "run a command with the addresses of the servers in its environment")
    run_parser.add_argument("--broker", action="store_true", help="start the broker as well")
    run_parser.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND ...")
    add("migrate", migrate, "migrate the database with the owner's login, one process at a time")
    psql_parser = add("psql", psql, "open psql on the database")
    psql_parser.add_argument("login", nargs="?", choices=("app", "owner", "admin"), default="app")
    remove_parser = add("remove", remove, "stop everything and delete this checkout's databases")
    remove_parser.add_argument("--force", action="store_true", help="even when somebody uses them")
    add("prune", prune, "stop and delete what root's deleted checkouts left behind")
    return whole


def prepare(home: Home, *, broker: bool, words: Sequence[str]) -> dict[str, str]:
    """Start the servers and enter this process in the list of users, with nobody stopping them in between."""
    server = choose_server()
    with home.locked():
        additions = start(home, server, broker=broker)
        users.register(home, words)
    return complete(additions)


def up(home: Home, options: argparse.Namespace) -> int:
    server = choose_server()
    with home.locked():
        start(home, server, broker=options.broker)
    return status(home, options)


def up_broker(home: Home, options: argparse.Namespace) -> int:
    with home.locked():
        Broker(home).up()
    return status(home, options)


def run(home: Home, options: argparse.Namespace) -> int:
    words = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not words:
        raise ToolError("run needs a command, as in: run -- python manage.py check")
    environment = prepare(home, broker=options.broker, words=words)
    program = shutil.which(words[0], path=environment["PATH"])
    if program is None:
        raise ToolError(f"There is no command {words[0]!r}.")
    sys.stdout.flush()
    os.execve(program, words, environment)


def migrate(home: Home, options: argparse.Namespace) -> int:
    environment = prepare(home, broker=False, words=["migrate"])
    command = [
        sys.executable,
        str(ROOT / "manage.py"),
        "migrate",
        "--database",
        "migrator",
        "--verbosity",
        "1",
    ]
    # Django itself would let two migrations of one database run into each other.
    with home.locked("migrate.lock"):
        return subprocess.run(
            command, env=environment, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
        ).returncode


def psql(home: Home, options: argparse.Namespace) -> int:
    environment = prepare(home, broker=False, words=["psql"])
    name = {"app": APP_URL, "owner": OWNER_URL, "admin": ADMIN_URL}[options.login]
    if name not in environment:
        raise ToolError(f"{name} is not set, so there is no login {options.login!r} on this external server.")
    server = choose_server()
    program = shutil.which("psql")
    if not isinstance(server, External):
        program = str(Cluster(home, server.name).programs(server) / "psql")
    if program is None:
        raise ToolError("There is no psql on the path.")
    os.execve(program, ["psql", environment[name]], environment)


def in_use(home: Home, clusters: Sequence[Cluster], broker: Broker) -> list[str]:
    found = users.current(home)
    for cluster in clusters:
        found += [f"{cluster.name}: {one}" for one in cluster.connections(cluster.running_programs())]
    return found + (broker.connections() if broker.running() else [])


def running_clusters(home: Home) -> list[Cluster]:
    return [cluster for cluster in Cluster.existing(home) if cluster.running()]


def down(home: Home, options: argparse.Namespace) -> int:
    with home.locked():
        return stop_all(home, force=options.force)


def refuse(used_by: Sequence[str]) -> int:
    print("Still in use, so nothing was done (FORCE=1 does it all the same):", file=sys.stderr)
    for one in used_by:
        print(f"  {one}", file=sys.stderr)
    return 1


def stop_all(home: Home, *, force: bool) -> int:
    clusters, broker = running_clusters(home), Broker(home)
    used_by = in_use(home, clusters, broker)
    if used_by and not force:
        return refuse(used_by)
    for cluster in clusters:
        cluster.stop(cluster.running_programs())
        print(f"PostgreSQL {cluster.name} stopped")
    if broker.running():
        broker.stop()
        print("broker stopped")
    return 0


def reset(home: Home, options: argparse.Namespace) -> int:
    server = choose_server()
    if isinstance(server, External):
        raise ToolError("An external server's database is its administrator's to drop.")
    with home.locked():
        start(home, server, broker=False)
        cluster = Cluster(home, server.name)
        used_by = in_use(home, [cluster], Broker(home))
        if used_by and not options.force:
            return refuse(used_by)
        cluster.recreate_database(cluster.programs(server))
    return 0


def prune(home: Home, options: argparse.Namespace) -> int:
    if home.user is None:
        raise ToolError("Only root's checkouts keep anything outside themselves.")
    codes = [0]
    for left in abandoned_homes():
        print(f"{left.path}: its checkout is gone")
        with left.locked():
            codes.append(stop_all(left, force=False))
            if codes[-1] == 0:
                shutil.rmtree(left.path)
    return max(codes)


def remove(home: Home, options: argparse.Namespace) -> int:
    with home.locked():
        code = stop_all(home, force=options.force)
        if code == 0:
            shutil.rmtree(home.path)
    return code


def status(home: Home, options: argparse.Namespace) -> int:
    server = choose_server()
    print(f"home: {home.path}")
    print(f"servers run as: {home.user.pw_name if home.user else 'you'}")
    if isinstance(server, External):
        print("database: external, as the environment says")
    clusters, broker = running_clusters(home), Broker(home)
    for cluster in Cluster.existing(home):
        state = f"runs on port {cluster.port}" if cluster.running() else "stopped"
        print(f"PostgreSQL {cluster.name}: {state}; log {cluster.log}")
    print(f"broker: {'runs on port ' + broker.state['port'] if broker.running() else 'stopped'}")
    for one in in_use(home, clusters, broker):
        print(f"used by {one}")
    return 0
