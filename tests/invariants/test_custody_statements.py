"""What the database keeps of statements and their lines, whoever asks."""

import psycopg
import pytest

from custody.models import Statement
from tests.custody.cast import Cast, document, make_cast, raw
from tests.invariants.custody_attacks import Connect, columns, copy_row, forbidden, refused, sql

STATED = columns(Statement, "transaction_id")
COPY_ENTRY = """
INSERT INTO custody_statemententry (
    statement_id, sequence, custody_account_id, unit_id, amount_minor, booking_date, value_date, type,
    bank_reference, account_reference, description
)
SELECT statement_id, 99, custody_account_id, unit_id, 100, booking_date, value_date, type, 'SLIPPED', '', ''
FROM custody_statemententry LIMIT 1
"""
COPY_BALANCE = """
INSERT INTO custody_statementbalance (statement_id, custody_account_id, unit_id, opening_minor, closing_minor)
SELECT statement_id, custody_account_id, (SELECT id FROM ledger_unit WHERE code = 'JPY'), 0, 0
FROM custody_statementbalance LIMIT 1
"""
COPY_HOLDING = """
INSERT INTO custody_holdingline (
    statement_id, custody_account_id, unit_id, settled_quantity, available_quantity
)
SELECT statement_id, custody_account_id, unit_id, 5, 5 FROM custody_statementbalance LIMIT 1
"""


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


class TestStatement:
    def test_and_its_lines_are_never_changed_or_taken_away(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        for table in ("statement", "statemententry", "statementbalance", "holdingline"):
            for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
                with forbidden():
                    sql(statement.format(f"custody_{table}"))

    def test_is_of_the_bytes_that_it_shows(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        with refused("custody_statement_sha256_is_of_original"):
            self.copy(original="'forged'::bytea")

    def test_is_kept_once(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        with refused("custody_statement_bytes_once"):
            self.copy()

    def test_that_is_unreadable_is_kept_once(self, cast: Cast) -> None:
        cast.take_in(b"?")
        with refused("custody_statement_unreadable_bytes_once"):
            self.copy()

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"findings": "'[{}]'"}, "custody_statement_findings_as_its_state_says"),
            ({"state": "'marked'"}, "custody_statement_findings_as_its_state_says"),
            ({"kind": "'unknown'"}, "custody_statement_read_says_which"),
            ({"sequence_number": "NULL"}, "custody_statement_read_says_which"),
        ],
    )
    def test_says_what_is_wrong_and_which_it_is(self, cast: Cast, changes: dict[str, str], name: str) -> None:
        cast.take_in(raw(document()))
        with refused(name):
            self.copy(original="'new'::bytea", sha256="sha256('new'::bytea)", **changes)

    def test_has_lines_of_its_own_bank_only(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        with refused("custody_statemententry_account_matches"):
            sql(
                COPY_ENTRY.replace(
                    "SELECT statement_id, 99, custody_account_id", "SELECT statement_id, 99, %s"
                ),
                cast.custody["ISLAND", "client"].pk,
            )

    def test_that_is_unreadable_has_no_lines(self, cast: Cast) -> None:
        cast.take_in(raw(document()))
        unreadable = cast.take_in(b"?")
        with refused("custody_statemententry_arrives_with_statement"):
            sql(COPY_ENTRY.replace("SELECT statement_id", "SELECT %s"), unreadable.pk)

    def copy(self, **changes: str) -> None:
        copy_row("custody_statement", STATED, "ORDER BY id LIMIT 1", **changes)


@pytest.mark.django_db(transaction=True)
class TestLinesOfAStatement:
    @pytest.mark.parametrize(
        ("statement", "table"),
        [
            (COPY_ENTRY, "statemententry"),
            (COPY_BALANCE, "statementbalance"),
            (COPY_HOLDING, "holdingline"),
        ],
    )
    def test_are_not_slipped_in_later(self, statement: str, table: str) -> None:
        make_cast().take_in(raw(document()))
        with refused(f"custody_{table}_arrives_with_statement"):
            sql(statement)

    def test_are_not_slipped_in_under_a_forged_transaction(self) -> None:
        """The number that a statement claims is overwritten; temporary tables are not the login's to make."""
        make_cast().take_in(raw(document()))
        copy_row(
            "custody_statement",
            [*STATED, "transaction_id"],
            "",
            transaction_id="pg_current_xact_id()::text::bigint + 1",
            original="'new'::bytea",
            sha256="sha256('new'::bytea)",
        )
        forged = Statement.objects.latest("id")
        with refused("custody_statemententry_arrives_with_statement"):
            sql(COPY_ENTRY.replace("SELECT statement_id", "SELECT %s"), forged.pk)
        with forbidden():
            sql("CREATE TEMPORARY TABLE custody_statement AS SELECT * FROM public.custody_statement")

    def test_taken_in_by_two_sessions_at_once_is_one_statement(self, app_connection: Connect) -> None:
        """The second waits for the first and then finds its bytes there."""
        cast = make_cast()
        cast.take_in(raw(document()))
        rival = app_connection()
        given = ", ".join(STATED)
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            rival.execute(f"INSERT INTO custody_statement ({given}) SELECT {given} FROM custody_statement")
        assert caught.value.diag.constraint_name == "custody_statement_bytes_once"


class TestLinesBeforeTheCommit:
    """In the statement's own transaction, where lines may arrive."""

    @pytest.mark.parametrize(
        ("statement", "rule"),
        [
            (COPY_ENTRY.replace("99,", "1,"), "custody_statemententry_sequence_unique"),
            (COPY_ENTRY.replace("unit_id, 100,", "unit_id, 0,"), "custody_statemententry_amount_not_zero"),
            (COPY_BALANCE.replace("'JPY'", "'USD'"), "custody_statementbalance_once"),
            (
                COPY_HOLDING.replace("LIMIT 1", "CROSS JOIN generate_series(1, 2) LIMIT 2"),
                "custody_holdingline_once",
            ),
        ],
    )
    def test_are_stated_once_and_move_something(self, cast: Cast, statement: str, rule: str) -> None:
        cast.take_in(raw(document()))
        with refused(rule):
            sql(statement)
