"""On whose behalf a transaction writes."""

import pytest
from django.db import connection, transaction

from accounts.services.actor import ReasonMissing, acting


def settings() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('plimsoll.actor_id', true), ''),"
            " coalesce(current_setting('plimsoll.reason', true), '')"
        )
        row = cursor.fetchone()
    return str(row[0]), str(row[1])


@pytest.mark.django_db
class TestActing:
    def test_sets_actor_and_reason(self) -> None:
        with acting(actor_id=7, reason="the client asked by telephone"):
            assert settings() == ("7", "the client asked by telephone")

    def test_leaves_nothing_to_what_follows_in_the_same_transaction(self) -> None:
        with acting(actor_id=7, reason="the client asked"):
            pass
        assert settings() == ("", "")

    def test_gives_the_outer_actor_back(self) -> None:
        with acting(actor_id=7, reason="outer"):
            with acting(actor_id=8, reason="inner"):
                assert settings() == ("8", "inner")
            assert settings() == ("7", "outer")

    def test_gives_the_outer_actor_back_after_a_failure(self) -> None:
        with acting(actor_id=7, reason="outer"):
            with pytest.raises(ZeroDivisionError), acting(actor_id=8, reason="inner"):
                settings()[1 // 0]
            assert settings() == ("7", "outer")

    @pytest.mark.parametrize("reason", ["", "  \n"])
    def test_refuses_a_blank_reason(self, reason: str) -> None:
        with pytest.raises(ReasonMissing), acting(actor_id=7, reason=reason):
            pytest.fail("the block ran")

    @pytest.mark.django_db(transaction=True)
    def test_opens_a_transaction_of_its_own(self) -> None:
        with acting(actor_id=7, reason="evening run"):
            assert settings() == ("7", "evening run")
        assert settings() == ("", "")

    @pytest.mark.django_db(transaction=True)
    def test_ends_with_the_transaction(self) -> None:
        with transaction.atomic(), acting(actor_id=7, reason="evening run"):
            pass
        assert settings() == ("", "")
