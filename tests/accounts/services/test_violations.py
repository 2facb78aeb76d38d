"""Naming the rule that the database found broken."""

import pytest
from django.db import IntegrityError, connection

from accounts.models import Party
from accounts.queries.staff import day_runner_id
from accounts.services.actor import acting
from accounts.services.violations import refusing, violated_constraint


class CodeTaken(Exception):
    """Stands for a service's refusal."""


def party(code: str) -> None:
    with acting(actor_id=day_runner_id(), reason="a test of violations"):
        Party.objects.create(code=code, kind="client", display_name="Ada Lovelace")


@pytest.mark.django_db
class TestRefusing:
    def test_raises_the_exception_of_the_constraint(self) -> None:
        party("C000001")
        with pytest.raises(CodeTaken), refusing(refusals={"accounts_party_code_unique": CodeTaken()}):
            party("C000001")

    def test_leaves_a_surrounding_transaction_usable(self) -> None:
        party("C000001")
        with pytest.raises(CodeTaken), refusing(refusals={"accounts_party_code_unique": CodeTaken()}):
            party("C000001")
        assert Party.objects.count() == 1

    def test_lets_another_violation_through_as_it_came(self) -> None:
        with (
            pytest.raises(IntegrityError, match="accounts_party_code_fits_addresses"),
            refusing(refusals={"accounts_party_code_unique": CodeTaken()}),
        ):
            party("no/slash")


@pytest.mark.django_db
class TestViolatedConstraint:
    def test_is_empty_for_an_error_that_names_none(self) -> None:
        assert violated_constraint(error=IntegrityError("from elsewhere")) == ""

    def test_reads_the_name_that_a_trigger_gives(self) -> None:
        with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO accounts_party (code, kind, display_name, locale, status)"
                " VALUES ('C000001', 'client', 'Ada Lovelace', 'en', 'active')"
            )
        assert violated_constraint(error=caught.value) == "accounts_history_actor_present"
