"""Files that custodians leave."""

import pytest

from clearing.day.services.inbox import take_in_inbox
from custody.models import Statement
from custody.services.statements import UnknownCustodian
from tests.world import SESSIONS, World

MONDAY = SESSIONS[0]


def take_in(world: World) -> dict[str, int]:
    return take_in_inbox(
        book_id=world.book.pk, business_date=MONDAY, inbox=world.inbox, maker_id=world.maker_id
    )


class TestTakeInInbox:
    def test_imports_every_file_and_puts_it_aside(
        self, world: World, django_capture_on_commit_callbacks: object
    ) -> None:
        world.prepare(MONDAY)
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            assert take_in(world) == {"files": 4}
        assert Statement.objects.filter(state="accepted").count() == 4
        assert len(list(world.inbox.glob("*/taken/*.json"))) == 4
        assert take_in(world) == {"files": 0}

    def test_imports_a_file_again_without_consequence(self, world: World) -> None:
        world.prepare(MONDAY)
        take_in(world)
        take_in(world)
        assert Statement.objects.count() == 4

    def test_keeps_what_cannot_be_read(self, world: World) -> None:
        world.prepare(MONDAY)
        (world.inbox / "ANCHOR" / "broken.json").write_bytes(b"{")
        take_in(world)
        assert Statement.objects.filter(state="unreadable").count() == 1

    def test_refuses_a_directory_of_nobody(self, world: World) -> None:
        world.prepare(MONDAY)
        place = world.inbox / "NOBODY"
        place.mkdir()
        (place / "statement.json").write_bytes(b"{}")
        with pytest.raises(UnknownCustodian):
            take_in(world)

    def test_has_nothing_to_do_without_an_inbox(self, world: World) -> None:
        figures = take_in_inbox(
            book_id=world.book.pk, business_date=MONDAY, inbox=None, maker_id=world.maker_id
        )
        assert figures == {"files": 0}
