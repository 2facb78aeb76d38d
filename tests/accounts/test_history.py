"""Histories written by the database, through every door."""

import pytest
from django.db import connection, transaction

from accounts.history import install_history
from accounts.models import Party, User
from accounts.services.actor import acting
from tests.accounts.cast import staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return staff("mei.chan")


def types_of(party: Party) -> list[str]:
    return list(
        Party.history.filter(id=party.pk).order_by("history_id").values_list("history_type", flat=True)
    )


class TestHistoryRow:
    def test_follows_save(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="by save"):
            party = Party.objects.create(code="C1", kind="client", display_name="Ada")
            party.display_name = "Ada Lovelace"
            party.save()
        assert types_of(party) == ["+", "~"]

    def test_follows_bulk_statements_row_by_row(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="in bulk"):
            Party.objects.bulk_create(
                Party(code=f"C{number}", kind="client", display_name="Ada") for number in range(5)
            )
            Party.objects.exclude(code="C0").update(display_name="Ada Lovelace")
        assert Party.history.filter(history_type="+").count() == 5
        assert Party.history.filter(history_type="~", display_name="Ada Lovelace").count() == 4

    def test_follows_raw_sql(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="by raw SQL"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_party (code, kind, display_name, locale, status)"
                " VALUES ('C1', 'client', 'Ada', 'en', 'active')"
                " ON CONFLICT (code) DO UPDATE SET display_name = 'never'"
            )
        row = Party.history.get()
        assert (row.history_type, row.history_user, row.history_change_reason) == ("+", mei, "by raw SQL")

    def test_follows_an_upsert_that_updates(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="twice"), connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute(
                    "INSERT INTO accounts_party (code, kind, display_name, locale, status)"
                    " VALUES ('C1', 'client', 'Ada', 'en', 'active')"
                    " ON CONFLICT (code) DO UPDATE SET display_name = 'Ada Lovelace'"
                )
        assert types_of(Party.objects.get()) == ["+", "~"]

    def test_is_not_written_where_nothing_changed(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="new"):
            party = Party.objects.create(code="C1", kind="client", display_name="Ada")
        Party.objects.update(display_name="Ada")
        assert types_of(party) == ["+"]

    def test_tells_a_changed_key_as_an_end_and_a_start(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="renumbered"):
            party = Party.objects.create(code="C1", kind="client", display_name="Ada")
            Party.objects.update(id=party.pk + 1000)
        assert types_of(party) == ["+", "-"]
        assert Party.history.get(id=party.pk + 1000).history_type == "+"

    def test_keeps_a_reason_of_any_length(self, mei: User) -> None:
        reason = "because " * 100
        with acting(actor_id=mei.pk, reason=reason):
            Party.objects.create(code="C1", kind="client", display_name="Ada")
        assert Party.history.get().history_change_reason == reason

    def test_goes_with_what_is_rolled_back(self, mei: User) -> None:
        with transaction.atomic(), acting(actor_id=mei.pk, reason="undone"):
            Party.objects.create(code="C1", kind="client", display_name="Ada")
            transaction.set_rollback(True)
        assert Party.history.count() == 0

    def test_gives_back_what_a_party_was_at_an_instant(self, mei: User) -> None:
        with acting(actor_id=mei.pk, reason="new"):
            party = Party.objects.create(code="C1", kind="client", display_name="Ada")
        first = party.history.get()
        with acting(actor_id=mei.pk, reason="married"):
            Party.objects.update(display_name="Ada Lovelace")
        assert party.history.as_of(first.history_date).display_name == "Ada"


class TestInstallHistory:
    @pytest.mark.parametrize("name", ["Accounts_party", "a b", "x; DROP TABLE y", "", "1a"])
    def test_refuses_what_is_no_table_of_ours(self, name: str) -> None:
        with pytest.raises(ValueError, match="not the name of a table"):
            install_history(name, "accounts_historicalparty")
