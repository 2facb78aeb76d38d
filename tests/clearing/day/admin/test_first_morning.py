"""The first page where there is nothing yet, and where there is much."""

from pathlib import Path

from django.test import Client

from accounts.models import StaffRole
from tests.clearing.day.admin.conftest import crash
from tests.desk import colleague, desk_of


class TestHome:
    def test_takes_as_many_queries_for_many_contracts_as_for_few(
        self, db: None, tmp_path: Path, django_assert_max_num_queries: object
    ) -> None:
        made = crash(tmp_path, contracts=16)
        client = made.desk(made.rita)
        client.get("/admin/")
        with django_assert_max_num_queries(30):  # type: ignore[operator]
            client.get("/admin/")
        made.world.close()

    def test_is_a_sentence_where_there_is_no_book(self, db: None) -> None:
        page = desk_of(colleague("olga.meyer", StaffRole.OPERATIONS)).get("/admin/").content.decode()
        assert "There is no book yet" in page

    def test_stands_behind_the_login(self, db: None) -> None:
        assert "/admin/login/" in Client().get("/admin/")["Location"]
