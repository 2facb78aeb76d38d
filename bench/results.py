"""What a benchmark leaves: a table for the person at the terminal, a JSON document for the record."""

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from tqdm import tqdm

from tools.home import ROOT

RESULTS = ROOT / "bench" / "results"
PACKAGES = ("Django", "psycopg", "django-hordak")


@dataclass
class Result:
    """Figures are ratios within the run unless the name ends in a unit; notes say what was compared."""

    figures: dict[str, float] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, figure: float, note: str, target: str = "") -> None:
        self.figures[name] = figure
        self.notes[name] = note
        self.targets[name] = target
        tqdm.write(self.line(name), file=sys.stderr)

    def line(self, name: str, width: int = 34) -> str:
        return f"{name:<{width}}  {self.figures[name]:>12,.3f}  {self.targets[name]:>10}  {self.notes[name]}"

    def table(self) -> str:
        """The figures, one a line."""
        width = max((len(name) for name in self.figures), default=0)
        lines = [self.line(name, width) for name in self.figures]
        head = f"{'figure':<{width}}  {'measured':>12}  {'target':>10}  what it is"
        return "\n".join([head, "-" * len(head), *lines])

    def rounded(self) -> dict[str, float]:
        return {name: round(figure, 4) for name, figure in self.figures.items()}

    def document(
        self, *, server: str, packages: tuple[str, ...] = PACKAGES
    ) -> dict[str, Mapping[str, object] | str]:
        versions = {name: version(name) for name in packages}
        return {
            "figures": self.rounded(),
            "sizes": dict(self.sizes),
            "versions": {"python": platform.python_version(), "postgresql": server, **versions},
            "commit": commit(),
        }


def renew(result: Result, path: Path) -> None:
    """Put the figures into a document that stands, and say of each at which commit it was taken.

    :raises FileNotFoundError: nothing stands there: a full run comes first.
    """
    document = json.loads(path.read_text())
    document["figures"] |= result.rounded()
    document["renewed"] = document.get("renewed", {}) | dict.fromkeys(result.figures, commit())
    write(document, path)


def commit() -> str:
    """The commit that is checked out, with a mark where files differ from it."""
    asked = ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def write(document: Mapping[str, object], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")
    print(f"written: {path}", file=sys.stderr)
