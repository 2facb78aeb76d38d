"""The papers keep up with the code."""

import re
from pathlib import Path

import pytest
from django.apps import apps

from tests.architecture.source import APPS, ROOT, sql_files

DECISIONS = ROOT / "docs" / "decisions"
SECTIONS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Rejected.**")


def decisions() -> list[str]:
    return sorted(path.name for path in DECISIONS.glob("[0-9]*.md"))


class TestDecisions:
    def test_are_numbered_without_a_gap(self) -> None:
        assert [int(name[:4]) for name in decisions()] == list(range(1, len(decisions()) + 1))

    def test_are_all_in_the_list(self) -> None:
        listed = re.findall(r"\((\d{4}-[a-z0-9-]+\.md)\)", (DECISIONS / "README.md").read_text())
        assert listed == decisions()

    @pytest.mark.parametrize("name", decisions())
    def test_say_what_was_rejected_too(self, name: str) -> None:
        text = (DECISIONS / name).read_text()
        places = [text.find(section) for section in SECTIONS]
        assert -1 not in places
        assert places == sorted(places)


class TestDependencies:
    def test_have_each_a_reason(self) -> None:
        """Decision 7 lists what the two requirement files ask for, and nothing else."""
        wanted = set()
        for name in ("requirements.in", "requirements-dev.in"):
            for line in (ROOT / name).read_text().splitlines():
                package = re.match(r"[A-Za-z][\w-]*(\[\w+\])?", line)
                wanted |= {package[0]} if package else set()
        page = (DECISIONS / "0007-dependencies.md").read_text()
        rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
        assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == wanted


class TestRules:
    """Each app or room has a page docs/rules/<label>.md; a constraint's name is public."""

    @pytest.mark.parametrize(
        "page", sorted((ROOT / "docs" / "rules").glob("*.md")), ids=lambda page: page.stem
    )
    def test_list_every_constraint(self, page: Path) -> None:
        label = page.stem
        named = set()
        for model in apps.get_models():
            if model._meta.app_label == label and model.__module__.split(".")[0] in APPS:
                named |= {constraint.name for constraint in model._meta.constraints}
        for file in sql_files():
            named |= set(re.findall(rf"(?:CONSTRAINT =|broken :=) '({label}_\w+)'", file.read_text()))
        assert named
        assert sorted(name for name in named if f"`{name}`" not in page.read_text()) == []
