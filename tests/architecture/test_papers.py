"""The papers keep up with the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands

from ledger.queries.verification import ALL_CHECKS
from tests.architecture.source import APPS, ROOT, packages, sql_files, tracked_text_files

ATTACKS = ROOT / "docs" / "rules" / "attacks.md"

DECISIONS = ROOT / "docs" / "decisions"
SECTIONS = ("**Context.**", "**Decision.**", "**Consequences.**", "**Rejected.**")
PICTURES = ROOT / "docs" / "images"


def papers() -> list[Path]:
    """Every page that a person reads."""
    return [path for path in tracked_text_files() if path.suffix == ".md"]


def prose() -> str:
    return "\n".join(path.read_text() for path in papers())


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def links(page: Path) -> list[str]:
    """The page's links to places of this repository, pictures left out."""
    found = re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", page.read_text())
    return [target for target in found if "://" not in target]


def is_there(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    place = (page.parent / name).resolve() if name else page
    return place.exists() and (not anchor or anchor in anchors(place))


def own_commands() -> set[str]:
    """The management commands of our apps."""
    return {name for name, app in get_commands().items() if app.split(".")[0] in packages()}


def make_verbs() -> set[str]:
    """What `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named_objects(page: Path) -> set[str]:
    """What a page names in full, such as `ledger.services.posting.post_journal_entry`."""
    pattern = rf"`((?:{'|'.join(APPS)})(?:\.\w+)*\.(?:services|queries|domain)\.\w+(?:\.\w+)*)`"
    return set(re.findall(pattern, page.read_text()))


def refused_names(sql: str, label: str) -> set[str]:
    """The constraints that a trigger function names, those that it puts together included."""
    found = set(re.findall(rf"(?:CONSTRAINT =|broken :=) '({label}_\w+)'", sql))
    stems = {name for name in found if name.endswith("_")}
    ends = {end for pair in re.findall(r"THEN '(\w+)'|broken := '(\w+)'", sql) for end in pair}
    return (found - stems) | {stem + end for stem in stems for end in ends if end and end not in found}


def resolves(name: str) -> bool:
    """Whether a dotted name is a module or something in one."""
    try:
        import_module(name)
    except ModuleNotFoundError:
        module, _, attribute = name.rpartition(".")
        try:
            return hasattr(import_module(module), attribute)
        except ModuleNotFoundError:
            return False
    return True


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
        """Decision 7 lists what the requirement files ask for, and nothing else."""
        wanted = set()
        for name in ("requirements.in", "requirements-bench.in", "requirements-dev.in"):
            for line in (ROOT / name).read_text().splitlines():
                package = re.match(r"[A-Za-z][\w-]*(\[\w+\])?", line)
                wanted |= {package[0]} if package else set()
        page = (DECISIONS / "0007-dependencies.md").read_text()
        rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
        assert {name for row in rows for name in re.findall(r"`([^`]+)`", row)} == wanted


class TestLinks:
    def test_lead_somewhere(self) -> None:
        lost = [
            f"{page.relative_to(ROOT)}: {target}"
            for page in papers()
            for target in links(page)
            if not is_there(page, target)
        ]
        assert lost == []

    def test_are_seen_to_lead_nowhere(self, tmp_path: Path) -> None:
        page = tmp_path / "page.md"
        page.write_text("# A heading, here\n[a](other.md) [b](#a-heading-here) [c](#elsewhere)\n")
        assert [is_there(page, target) for target in links(page)] == [False, True, False]

    def test_show_pictures_that_are_there(self) -> None:
        if not PICTURES.exists():
            pytest.skip("no picture of the admin has been taken yet")
        shown = [
            page.parent / target
            for page in papers()
            for target in re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", page.read_text())
        ]
        assert shown
        assert [str(picture) for picture in shown if not picture.exists()] == []

    def test_reach_every_page(self) -> None:
        """From the README, every paper is found by following links; a link to a directory is none."""
        reached, waiting = set(), [ROOT / "README.md"]
        while waiting:
            page = waiting.pop()
            if page not in reached and page.suffix == ".md" and page.exists():
                reached.add(page)
                waiting += [(page.parent / target.partition("#")[0]).resolve() for target in links(page)]
        assert sorted(str(page.relative_to(ROOT)) for page in set(papers()) - reached) == []


class TestCommands:
    @pytest.mark.parametrize("command", sorted(own_commands()))
    def test_are_each_mentioned(self, command: str) -> None:
        assert re.search(rf"(manage\.py |`){command}\b", prose())

    @pytest.mark.parametrize("verb", sorted(make_verbs()))
    def test_of_make_are_each_mentioned(self, verb: str) -> None:
        assert re.search(rf"\bmake {verb}\b", prose())

    def test_that_are_mentioned_exist(self) -> None:
        """`NAME` stands for any command."""
        assert set(re.findall(r"manage\.py ([a-z_]+)", prose())) <= set(get_commands())
        assert set(re.findall(r"(?m)(?:`|^ {4})make ([a-z-]+)", prose())) <= make_verbs()


class TestNames:
    @pytest.mark.parametrize("page", papers(), ids=lambda page: str(page.relative_to(ROOT)))
    def test_that_papers_spell_in_full_are_in_the_code(self, page: Path) -> None:
        assert sorted(name for name in named_objects(page) if not resolves(name)) == []

    def test_that_are_wrong_are_seen(self) -> None:
        assert not resolves("ledger.services.posting.forget_journal_entry")
        assert not resolves("ledger.services.forgetting.forget")


class TestPostingRules:
    """docs/posting-rules.md has every kind of entry, and no other."""

    def test_name_every_kind(self) -> None:
        inserted = [
            rows
            for file in sql_files()
            for rows in re.findall(r"INTO ledger_entrykind \(.*?\) VALUES(.*?);", file.read_text(), re.DOTALL)
        ]
        kinds = {kind for rows in inserted for kind in re.findall(r"\('(\w+)'", rows)}
        assert len(kinds) > 40
        page = (ROOT / "docs" / "posting-rules.md").read_text()
        assert sorted(kind for kind in kinds if f"`{kind}`" not in page) == []

    def test_name_services_that_exist(self) -> None:
        assert len(named_objects(ROOT / "docs" / "posting-rules.md")) >= 5


class TestRules:
    """Each app or room has a page docs/rules/<label>.md; a constraint's name is public."""

    @pytest.mark.parametrize(
        "page",
        sorted(page for page in (ROOT / "docs" / "rules").glob("*.md") if page != ATTACKS),
        ids=lambda page: page.stem,
    )
    def test_list_every_constraint(self, page: Path) -> None:
        label = page.stem
        named = set()
        for model in apps.get_models():
            if model._meta.app_label == label and model.__module__.split(".")[0] in APPS:
                named |= {constraint.name for constraint in model._meta.constraints}
        for file in sql_files():
            named |= refused_names(file.read_text(), label)
        assert named
        assert sorted(name for name in named if f"`{name}`" not in page.read_text()) == []

    def test_and_checks_that_meet_an_attack_are_there(self) -> None:
        named = set(re.findall(r"`([a-z]+_[a-z_]+)`", ATTACKS.read_text()))
        rules = {name for name in named if name.startswith("ledger_")}
        page = (ROOT / "docs" / "rules" / "ledger.md").read_text()
        assert sorted(name for name in rules if f"`{name}`" not in page) == []
        commands = {"verify_ledger"}
        assert named - rules - commands <= {check.name for check in ALL_CHECKS}

    def test_of_attacks_are_tried_by_tests_that_are_there(self) -> None:
        for name in re.findall(r"(?:tests/\w+/(?:\w+/)*)?test_\w+\.py", ATTACKS.read_text()):
            file = ROOT / name if "/" in name else ROOT / "tests" / "invariants" / name
            assert file.is_file(), name
