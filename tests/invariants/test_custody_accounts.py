"""What the database keeps of custodians and their accounts, whoever asks."""

from typing import Any

import psycopg
import pytest
from django.db import connection

from ledger.queries.accounts import account_id
from tests.custody.cast import Cast, make_cast
from tests.invariants.custody_attacks import Connect, as_runner, forbidden, refused, sql

INSERT_UNIT = """
INSERT INTO custody_custodyaccountunit (custody_account_id, unit_id, ledger_account_id, transit_account_id)
VALUES (%s, %s, %s, %s)
"""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


class TestTieToTheRing:
    def account(self, cast: Cast, address: str, unit: str = "USD") -> int:
        return account_id(book_id=cast.book.pk, address=address, unit_code=unit)

    def bare(self, cast: Cast, ring: str = "client") -> int:
        """A custody account of a third bank, which is not tied to anything yet."""
        with as_runner(cast):
            sql(
                "INSERT INTO accounts_party (code, kind, display_name, locale, status)"
                " VALUES ('THIRD', 'custodian', 'Third', 'en', 'active')"
            )
            sql(
                "INSERT INTO custody_custodian (code, name, party_id)"
                " SELECT 'THIRD', 'Third', id FROM accounts_party WHERE code = 'THIRD'"
            )
            sql(
                "INSERT INTO custody_custodyaccount (book_id, custodian_id, ring, external_number)"
                " SELECT %s, id, %s, 'T-1' FROM custody_custodian WHERE code = 'THIRD'",
                cast.book.pk,
                ring,
            )
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM custody_custodyaccount WHERE external_number = 'T-1'")
            return int(cursor.fetchone()[0])

    @pytest.mark.parametrize(
        ("custody", "transit"),
        [
            ("funder/custody/HARBOUR", "funder/transit/HARBOUR"),
            ("client/custody/HARBOUR", "funder/transit/HARBOUR"),
            ("client/transit/HARBOUR", "client/transit/HARBOUR"),
            ("client/custody/HARBOUR", "client/custody/HARBOUR"),
            ("client/C1/F1/cash", "client/transit/HARBOUR"),
        ],
    )
    def test_takes_no_account_of_another_ring_or_role(self, cast: Cast, custody: str, transit: str) -> None:
        account = self.bare(cast)
        with refused("custody_custodyaccountunit_ring_matches"):
            sql(
                INSERT_UNIT,
                account,
                cast.units["USD"],
                self.account(cast, custody),
                self.account(cast, transit),
            )

    def test_takes_no_account_of_another_unit(self, cast: Cast) -> None:
        account = self.bare(cast)
        with refused("custody_custodyaccountunit_ring_matches"):
            sql(
                INSERT_UNIT,
                account,
                cast.units["USD"],
                self.account(cast, "client/custody/HARBOUR", "JPY"),
                self.account(cast, "client/transit/HARBOUR", "JPY"),
            )

    def test_takes_no_account_of_another_book(self, cast: Cast) -> None:
        account = self.bare(cast)
        other = make_cast(code="OTHER")
        with refused("custody_custodyaccountunit_ring_matches"):
            sql(
                INSERT_UNIT,
                account,
                cast.units["USD"],
                self.account(other, "client/custody/HARBOUR"),
                self.account(other, "client/transit/HARBOUR"),
            )

    @pytest.mark.parametrize(("unit", "transit"), [("USD", False), ("XNYS:IBM", True)])
    def test_has_transit_for_cash_and_for_nothing_else(self, cast: Cast, unit: str, transit: bool) -> None:
        account = self.bare(cast)
        with refused("custody_custodyaccountunit_cash_has_transit"):
            sql(
                INSERT_UNIT,
                account,
                cast.units[unit],
                self.account(cast, "client/custody/HARBOUR", unit),
                self.account(cast, "client/transit/HARBOUR") if transit else None,
            )

    def test_gives_one_ledger_account_to_one_bank_account(self, cast: Cast) -> None:
        account = self.bare(cast)
        with refused("custody_custodyaccountunit_ledger_account_once"):
            sql(
                INSERT_UNIT,
                account,
                cast.units["XNYS:IBM"],
                self.account(cast, "client/custody/HARBOUR", "XNYS:IBM"),
                None,
            )

    def test_cannot_be_changed_by_the_login(self, cast: Cast) -> None:
        for statement in (
            "UPDATE custody_custodyaccountunit SET unit_id = unit_id",
            "DELETE FROM custody_custodyaccountunit",
            "TRUNCATE custody_custodyaccountunit",
            "UPDATE custody_custodyaccount SET ring = 'house'",
            "DELETE FROM custody_custodyaccount",
        ):
            with forbidden():
                sql(statement)


@pytest.mark.django_db(transaction=True)
class TestTieToTheRingAgainstTheOwner:
    """Not even the owner's login, and no second session, gets another ring behind a tie."""

    def test_keeps_ring_and_tie_as_they_are(self, owner_connection: Any) -> None:
        make_cast()
        for statement, name in (
            ("UPDATE custody_custodyaccount SET ring = 'house'", "custody_custodyaccount_identity_is_fixed"),
            ("UPDATE custody_custodyaccount SET book_id = 0", "custody_custodyaccount_identity_is_fixed"),
            ("UPDATE custody_custodyaccountunit SET unit_id = 0", "custody_custodyaccountunit_tie_is_fixed"),
        ):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == name

    def test_takes_no_account_that_another_session_has_not_committed(self, app_connection: Connect) -> None:
        cast = make_cast()
        usd, client = cast.units["USD"], cast.custody["HARBOUR", "client"].pk
        first, second = app_connection(), app_connection()
        made = first.execute(
            "INSERT INTO ledger_account (book_id, address, unit_id, ring, role, category_id, contract_code,"
            " \"limit\", is_hot) VALUES (%s, 'house/custody/HARBOUR2', %s, 'house', 'custody', 1010, '',"
            " 'none', true) RETURNING id",
            [cast.book.pk, usd],
        ).fetchone()
        assert made is not None
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            second.execute(INSERT_UNIT, [client, usd, made[0], made[0]])
        assert caught.value.diag.constraint_name == "custody_custodyaccountunit_ring_matches"
        second.rollback()
        first.commit()
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            second.execute(INSERT_UNIT, [client, usd, made[0], made[0]])
        assert caught.value.diag.constraint_name == "custody_custodyaccountunit_ring_matches"


class TestCashHome:
    INSERT = (
        "INSERT INTO custody_cashhome (book_id, ring, owner_id, custody_account_id) VALUES (%s, %s, %s, %s)"
    )

    def test_is_one(self, cast: Cast) -> None:
        with refused("custody_cashhome_one_home"), as_runner(cast):
            sql(self.INSERT, cast.book.pk, "house", None, cast.custody["ISLAND", "house"].pk)

    def test_is_in_its_own_ring(self, cast: Cast) -> None:
        other = make_cast(code="OTHER")
        with refused("custody_cashhome_account_matches"), as_runner(cast):
            sql(
                "UPDATE custody_cashhome SET custody_account_id = %s WHERE ring = 'house'",
                other.custody["HARBOUR", "house"].pk,
            )

    def test_names_an_owner_where_it_is_a_funder_s(self, cast: Cast) -> None:
        with refused("custody_cashhome_owner_fits_ring"), as_runner(cast):
            sql(self.INSERT, cast.book.pk, "funder", None, cast.custody["HARBOUR", "funder"].pk)

    def test_leaves_a_history_or_is_refused(self, cast: Cast) -> None:
        with refused("accounts_history_actor_present"):
            sql(
                "UPDATE custody_cashhome SET custody_account_id = %s WHERE ring = 'house'",
                cast.custody["ISLAND", "house"].pk,
            )


class TestCustodian:
    @pytest.mark.parametrize(
        ("code", "name", "rule"),
        [
            ("lower", "Name", "custody_custodian_code_fits_addresses"),
            ("A/B", "Name", "custody_custodian_code_fits_addresses"),
            ("FINE", " ", "custody_custodian_name_present"),
            ("HARBOUR", "Name", "custody_custodian_code_unique"),
        ],
    )
    def test_has_a_code_for_addresses_and_a_name(self, cast: Cast, code: str, name: str, rule: str) -> None:
        with refused(rule), as_runner(cast):
            sql(
                "INSERT INTO custody_custodian (code, name, party_id)"
                " SELECT %s, %s, id FROM accounts_party WHERE code = 'C1'",
                code,
                name,
            )


class TestCustodyAccount:
    @pytest.mark.parametrize(
        ("ring", "number", "rule"),
        [
            ("client", "X-1", "custody_custodyaccount_one_per_ring"),
            ("gamma", "X-1", "custody_custodyaccount_ring_known"),
            ("client", "", "custody_custodyaccount_number_well_formed"),
            ("client", "a b", "custody_custodyaccount_number_well_formed"),
            ("client", "H-HOUSE", "custody_custodyaccount_number_unique"),
        ],
    )
    def test_is_one_of_its_ring_and_number(self, cast: Cast, ring: str, number: str, rule: str) -> None:
        with refused(rule), as_runner(cast):
            sql(
                "INSERT INTO custody_custodyaccount (book_id, custodian_id, ring, external_number)"
                " VALUES (%s, %s, %s, %s)",
                cast.book.pk,
                cast.harbour.pk,
                ring,
                number,
            )
