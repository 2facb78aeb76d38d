"""The page of a statement shows what a corrected one tells otherwise, from either side."""

import pytest
from django.test import Client

from tests.custody.cast import Cast, document, raw
from tests.custody.services.test_statement_replacements import wrong


@pytest.fixture
def mei(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.mei)
    return client


class TestReplacementPanels:
    def test_show_the_difference_on_both_pages(self, cast: Cast, mei: Client) -> None:
        stopped = cast.take_in(raw(wrong()))
        right = cast.take_in(raw(document()))
        for statement, title in (
            (stopped, "Superseded: differences"),
            (right, "Replaces a blocked statement"),
        ):
            shown = mei.get(f"/admin/custody/statement/{statement.pk}/change/").content.decode()
            assert title in shown
            assert "500.01" in shown
            assert "changed" in shown

    def test_are_not_there_without_a_replacement(self, cast: Cast, mei: Client) -> None:
        alone = cast.take_in(raw(document()))
        shown = mei.get(f"/admin/custody/statement/{alone.pk}/change/").content.decode()
        assert "Superseded" not in shown
