"""The repository's own source, as the architecture tests read it."""

import ast
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "ledger", "custody", "contracts", "clearing")
NOT_OURS = {".venv", ".plimsoll", "node_modules"}


@dataclass(frozen=True)
class Module:
    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def parts(self) -> tuple[str, ...]:
        return self.path.relative_to(ROOT).with_suffix("").parts

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def tree(self) -> ast.Module:
        return parsed(self.path)

    def is_in(self, layer: str) -> bool:
        """Whether this is the module `layer` of an app or a room, or in the package of that name."""
        return layer in self.parts[1:]


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


@cache
def settings() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def modules(*places: str) -> list[Module]:
    """The Python files below these directories, migrations left out."""
    found = [path for place in places for path in sorted((ROOT / place).rglob("*.py"))]
    return [Module(path) for path in found if "migrations" not in path.parts]


def app_modules() -> list[Module]:
    return modules(*APPS)


def sql_files() -> list[Path]:
    return [path for app in APPS for path in sorted((ROOT / app).rglob("sql/*.sql"))]


def packages() -> set[str]:
    """The top-level packages of the repository that are applications or their configuration."""
    found = {path.parent.name for path in ROOT.glob("*/__init__.py")} | {
        path.parent.name for path in ROOT.glob("*/apps.py")
    }
    return found - NOT_OURS - {"bench", "tests", "tools"}


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    """Calls of something that ends in `name`, as `float(...)` or `models.ForeignKey(...)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            last = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)
            if last == name:
                yield node


def tracked_text_files() -> list[Path]:
    """What is, or is about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]
