"""The guards themselves, seen red: each breach below turns `make check` red."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, packages

UPWARD = "apps import downwards only"
ROOMS = "rooms of clearing"
INSIDE = "inside an app"
PURE = "a domain is pure Python"
SIMULATOR = "the custodian simulator"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's packages and its configuration, to be broken."""
    place = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", place)
    for package in packages():
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("simulator", "domain", "models", "queries", "services"):
        layer(place / "custody" / name)
    return place


def layer(path: Path) -> Path:
    """An app need not have each layer yet, but may not be broken once it has."""
    path.mkdir(parents=True, exist_ok=True)
    (path / "__init__.py").touch()
    return path


def broken_contracts(copy: Path) -> list[str]:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    broken = [line for line in lines if line.rstrip().endswith("BROKEN")]
    assert bool(broken) == (done.returncode != 0), done.stdout + done.stderr
    return broken


class TestImportContracts:
    def test_hold(self, copy: Path) -> None:
        assert broken_contracts(copy) == []

    @pytest.mark.parametrize(
        ("module", "line", "contract"),
        [
            ("accounts/models/breach.py", "import ledger", UPWARD),
            ("ledger/services/breach.py", "import contracts", UPWARD),
            ("clearing/day/services/breach.py", "import config.settings", UPWARD),
            ("clearing/marks/services/breach.py", "import clearing.day", ROOMS),
            ("ledger/models/breach.py", "import ledger.services", INSIDE),
            ("ledger/domain/breach.py", "import django.db", PURE),
            ("clearing/domain/breach.py", "import django.db", PURE),
            ("custody/simulator/breach.py", "import ledger", SIMULATOR),
            ("custody/simulator/breach.py", "import custody.models", SIMULATOR),
        ],
    )
    def test_are_broken_by(self, copy: Path, module: str, line: str, contract: str) -> None:
        breach = copy / module
        layer(breach.parent)
        breach.write_text(f"{line}\n")
        try:
            broken = broken_contracts(copy)
        finally:
            breach.unlink()
        assert [one for one in broken if one.startswith(contract)]

    def test_are_broken_by_a_package_that_is_in_no_layer(self, copy: Path) -> None:
        (copy / "ledger" / "helpers").mkdir()
        (copy / "ledger" / "helpers" / "__init__.py").touch()
        try:
            assert [one for one in broken_contracts(copy) if one.startswith(INSIDE)]
        finally:
            shutil.rmtree(copy / "ledger" / "helpers")


class TestRuff:
    @pytest.mark.parametrize(
        ("place", "line", "rule"),
        [
            ("ledger/services", "from django.utils import timezone\n\nx = timezone.now()\n", "TID251"),
            ("ledger/domain", "import datetime\n\nx = datetime.date.today()\n", "TID251"),
            ("clearing/marks/services", "from django.dispatch import receiver\n\nx = receiver\n", "TID251"),
        ],
    )
    def test_refuses(self, copy: Path, place: str, line: str, rule: str) -> None:
        breach = layer(copy / place) / "breach.py"
        breach.write_text(line)
        program = Path(sys.executable).with_name("ruff")
        command: list[str | Path] = [program, "check", "--no-cache", "--output-format", "concise", breach]
        done = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)
        breach.unlink()
        assert done.returncode == 1
        assert rule in done.stdout
