"""Attacks by other doors: ways to insert, older snapshots, odd dates, ids foretold."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import transaction

from tests.invariants.attack import COLUMNS, Login, entry_with, refused_by, two_legs
from tests.invariants.test_ledger_attacks import REVERSAL
from tests.ledger.builders import SmallBook, small_book


@pytest.fixture
def prey(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        (posted,) = book.post(book.draft("client_deposit", key="D1", bank=500_00, wang=-500_00))
    book.accounts["first_entry"] = posted.entry_id
    return book


@pytest.fixture
def attacker(app_connection: Callable[[], Login]) -> Login:
    return app_connection()


class TestOtherWaysToInsert:
    def test_legs_from_two_inserts_of_one_statement_are_seen_together(
        self, prey: SmallBook, attacker: Login
    ) -> None:
        statement, arguments = entry_with(prey, two_legs() + " WHERE v.no = 1")
        other = f"INSERT INTO ledger_posting ({COLUMNS}) {two_legs()} WHERE v.no = 2"
        both = f"{statement.removesuffix('SELECT')}, q AS ({other}) SELECT"
        attacker.execute(both, arguments)
        attacker.rollback()
        assert refused_by(attacker, both.replace("-100", "-99"), arguments) == "ledger_posting_entry_balances"

    def test_a_leg_that_a_conflict_drops_is_missed(self, prey: SmallBook, attacker: Login) -> None:
        postings = two_legs().replace("-100)", "-60), (2, %(wang)s, -40)") + " ON CONFLICT DO NOTHING"
        refused = refused_by(attacker, *entry_with(prey, postings))
        assert refused == "ledger_posting_entry_balances"

    @pytest.mark.parametrize("table", ["ledger_journalentry", "ledger_posting", "ledger_account"])
    def test_merge_is_no_door(self, prey: SmallBook, attacker: Login, table: str) -> None:
        merge = f"MERGE INTO {table} USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN DO NOTHING"
        assert refused_by(attacker, merge) == "FeatureNotSupported"

    def test_an_older_snapshot_is_no_door(self, prey: SmallBook, attacker: Login) -> None:
        """It would not see a restriction that was imposed after it."""
        statement, arguments = entry_with(prey, two_legs())
        for level in (psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE):
            attacker.isolation_level = level
            assert refused_by(attacker, statement, arguments) == "ledger_journalentry_read_committed"

    def test_an_overdraft_made_good_in_the_same_transaction_is_refused(
        self, prey: SmallBook, attacker: Login
    ) -> None:
        attacker.execute("SET CONSTRAINTS ALL DEFERRED")
        overdraft = entry_with(prey, two_legs("wang", "bank", "50001"), kind="client_withdrawal")
        assert refused_by(attacker, *overdraft) == "ledger_balance_not_in_debit"


class TestValueDates:
    @pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 BC", "1899-12-31", "3000-01-01"])
    def test_a_value_date_that_nobody_could_read_back_is_refused(
        self, prey: SmallBook, attacker: Login, day: str
    ) -> None:
        statement, arguments = entry_with(prey, two_legs(value="%(value)s::date"), value=day)
        statement = statement.replace("%(day)s, %(day)s, 'attack'", "%(day)s, %(value)s, 'attack'")
        assert refused_by(attacker, statement, arguments) == "ledger_journalentry_value_date_plausible"


class TestDays:
    @pytest.mark.parametrize("day", ["1899-12-31", "3000-01-01", "9999-12-31"])
    def test_beyond_these_centuries_are_refused(self, prey: SmallBook, attacker: Login, day: str) -> None:
        """One far ahead could never be followed by another."""
        statement = (
            "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id)"
            " VALUES (%(book)s, %(day)s, 'open', %(maker)s)"
        )
        _, arguments = entry_with(prey, "", book=None, day=day)
        attacker.execute(
            "INSERT INTO ledger_book (code, name, base_unit_id) VALUES ('NEW', 'New', %(usd)s)", arguments
        )
        statement = statement.replace("%(book)s", "(SELECT id FROM ledger_book WHERE code = 'NEW')")
        assert refused_by(attacker, statement, arguments) == "ledger_businessday_date_plausible"


class TestAdjustments:
    @pytest.mark.parametrize(
        "adjusted", ["lastval() + 7", "currval('ledger_journalentry_id_seq')", "%(first_entry)s + 999"]
    )
    def test_name_an_entry_that_is_there(self, prey: SmallBook, attacker: Login, adjusted: str) -> None:
        """An id foretold would be taken later, by an entry of any book."""
        attacker.execute("SELECT nextval('ledger_journalentry_id_seq')")
        statement, arguments = entry_with(prey, two_legs())
        statement = statement.replace("maker_id\n", "maker_id, adjusts_id\n", 1)
        statement = statement.replace("%(maker)s\n", f"%(maker)s, {adjusted}\n", 1)
        assert refused_by(attacker, statement, arguments) == "ledger_journalentry_corrects_its_like"

    def test_beside_a_reversal_obey_too(self, prey: SmallBook, attacker: Login) -> None:
        statement = REVERSAL.format(kind="kind_id", amount="-p.amount_minor")
        statement = statement.replace("reverses_id\n        )", "reverses_id, adjusts_id\n        )", 1)
        statement = statement.replace("maker_id, id\n", "maker_id, id, id + 999\n", 1)
        refused = refused_by(attacker, statement, dict(prey.accounts))
        assert refused == "ledger_journalentry_corrects_its_like"


class TestWhatEntriesName:
    """Nothing points at these rows by a foreign key, so the database keeps them by rules of its own."""

    @pytest.mark.parametrize(
        ("statement", "rule"),
        [
            ("DELETE FROM ledger_book WHERE code = 'MAIN'", "ledger_journalentry_book_stays"),
            ("UPDATE ledger_book SET id = 4711 WHERE code = 'MAIN'", "ledger_journalentry_book_stays"),
            (
                "DELETE FROM ledger_entrykind WHERE code = 'client_deposit'",
                "ledger_journalentry_kind_stays",
            ),
            ("DELETE FROM accounts_user WHERE username = 'day-runner'", "ledger_journalentry_maker_stays"),
        ],
    )
    def test_stays_for_the_owner_too(
        self, prey: SmallBook, owner_connection: psycopg.Connection, statement: str, rule: str
    ) -> None:
        prey.post(prey.draft("client_deposit", bank=100, wang=-100))
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            owner_connection.execute(statement)
        assert caught.value.diag.constraint_name == rule
