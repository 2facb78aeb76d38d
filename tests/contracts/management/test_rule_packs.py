"""The command lists, shows, compares and proposes."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Approval
from tests.contracts.builders import Lending


def asked(*words: str) -> Any:
    out = StringIO()
    call_command("rule_packs", *words, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


class TestRulePacks:
    def test_lists_what_ships(self, db: None) -> None:
        found = {(one["code"], one["version"], one["effective_from"]) for one in asked("list")["versions"]}
        assert ("CN_MARGIN", 2, "2026-01-19") in found
        assert {code for code, _, _ in found} == {"CN_MARGIN", "EU_ESMA", "HK_SFC", "PLATFORM", "US_REG_T"}

    def test_shows_one_whole(self, db: None) -> None:
        shown = asked("show", "HK_SFC/v1")
        assert shown["holds"] is True
        assert shown["content"]["parameters"]["loans_to_capital_ppm"] == 5_000_000

    def test_compares_two(self, db: None) -> None:
        changes = asked("diff", "CN_MARGIN/v1", "CN_MARGIN/v2")["changes"]
        assert changes[0] == {
            "name": "initial_margin_ppm",
            "before": 800_000,
            "after": 1_000_000,
            "direction": "stricter",
        }
        assert asked("diff", "HK_SFC/v1", "HK_SFC/v1")["changes"] == []

    def test_proposes_a_file_for_a_second_person(self, book: Lending, tmp_path: Path) -> None:
        text = Path("contracts/rulepacks/HK_SFC/1.toml").read_text("utf-8")
        file = tmp_path / "ours.toml"
        file.write_text(
            text.replace("2019-10-04", "2027-01-01", 1).replace("5000000\n", "4000000\n"), "utf-8"
        )
        with pytest.raises(CommandError, match="loans_to_capital"):
            asked("propose", str(file), "--maker", book.maker.username)
        file.write_text(text.replace("2019-10-04", "2027-01-01", 1), "utf-8")
        proposed = asked("propose", str(file), "--maker", book.maker.username)
        assert (proposed["version"], proposed["state"]) == (2, "draft")
        assert Approval.objects.get(pk=proposed["approval"]).kind == "activate_rule_pack"

    def test_says_what_is_not_there(self, db: None) -> None:
        for name in ("HARBOUR/v1", "CN_MARGIN", "CN_MARGIN/vx"):
            with pytest.raises(CommandError, match="no rule pack"):
                asked("show", name)
