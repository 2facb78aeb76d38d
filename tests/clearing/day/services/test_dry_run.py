"""A dry run says what would change and leaves no row."""

import pytest
from django.apps import apps

from clearing.day.services import run_day as module
from clearing.day.services.run_day import DryRunTooLarge, dry_run_day
from tests.world import SESSIONS, World

TABLES = ("accounts", "ledger", "custody", "contracts", "marks", "settlement", "margin", "liquidation")
MONDAY, TUESDAY = SESSIONS[:2]


def rows() -> dict[str, int]:
    """How many rows every table has."""
    labels = (*TABLES, "reconciliation", "day")
    return {
        model._meta.label: model._base_manager.count()
        for label in labels
        for model in apps.get_app_config(label).get_models()
    }


class TestDryRunDay:
    def test_leaves_no_row(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        before = rows()
        dry_run_day(
            book_id=world.book.pk,
            business_date=TUESDAY,
            maker_id=world.maker_id,
            checker_id=world.checker_id,
            inbox=world.inbox,
        )
        assert rows() == before

    def test_says_what_the_day_then_does(self, world: World) -> None:
        world.play(*SESSIONS[:5])
        world.prepare(SESSIONS[5], {"XNYS:HARB": 6_600, "XNYS:LITE": 660, "XNYS:ROCK": 16_500})
        looked = dry_run_day(
            book_id=world.book.pk,
            business_date=SESSIONS[5],
            maker_id=world.maker_id,
            checker_id=world.checker_id,
            inbox=world.inbox,
        )
        done = world.run(SESSIONS[5])
        assert [step.figures for step in looked.steps] == [step.figures for step in done.steps]

    def test_leaves_the_inbox_as_it_is(self, world: World) -> None:
        world.prepare(MONDAY)
        before = sorted(world.inbox.rglob("*"))
        dry_run_day(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id, inbox=world.inbox)
        assert sorted(world.inbox.rglob("*")) == before

    def test_is_refused_above_its_size(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "DRY_RUN_LARGEST", 5)
        with pytest.raises(DryRunTooLarge):
            dry_run_day(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id)
