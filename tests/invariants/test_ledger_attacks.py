"""The fixed raw-SQL attack suite: what broke other ledgers, tried on this one as the application's login.

Each attack goes round Python. It is refused by a named rule or for want of a privilege, and nothing is left
behind. Where a privilege stops the login, the owner of the tables is refused by the rule itself.
"""

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, transaction

from ledger.models import JournalEntry
from tests.invariants.attack import COLUMNS, ENTRY, Login, entry_with, refused_by, two_legs
from tests.ledger.builders import MONDAY, SmallBook, small_book

Connect = Callable[[], Login]


@pytest.fixture
def prey(transactional_db: None) -> SmallBook:
    """A committed book in which Wang holds 500.00 by entry `first`."""
    with transaction.atomic():
        book = small_book()
        (posted,) = book.post(book.draft("client_deposit", key="D1", bank=500_00, wang=-500_00))
    book.accounts["first_entry"] = posted.entry_id
    return book


@pytest.fixture
def attacker(app_connection: Connect) -> Login:
    return app_connection()


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest, prey: SmallBook) -> object:
    yield
    assert list(JournalEntry.objects.values_list("id", flat=True)) == [prey.accounts["first_entry"]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(abs(amount_minor)) FROM ledger_posting")
        assert cursor.fetchone() == (2, 1_000_00)
        cursor.execute(
            "SELECT balance_minor FROM ledger_currentbalance WHERE account_id = %s", [prey.accounts["wang"]]
        )
        assert cursor.fetchone() == (-500_00,)


class TestTheSuiteItself:
    def test_an_honest_statement_of_the_same_form_is_accepted(self, prey: SmallBook, attacker: Login) -> None:
        """Else every attack below might be refused for a slip of its form."""
        attacker.execute(*entry_with(prey, two_legs()))
        attacker.rollback()


class TestUnbalancedOrIncompleteEntries:
    @pytest.mark.parametrize(
        ("postings", "changes", "rule"),
        [
            (two_legs().replace("-100", "-99"), {}, "ledger_posting_entry_balances"),
            (two_legs("bank", "capital"), {}, "ledger_posting_entry_balances"),
            (two_legs("loan", "loan_2"), {"kind": "drawdown"}, "ledger_posting_entry_balances"),
            (two_legs() + " WHERE v.no = 1", {}, "ledger_posting_entry_complete"),
            (two_legs() + " WHERE v.no > 2", {}, "ledger_journalentry_brings_postings"),
            (two_legs(), {"count": 3}, "ledger_posting_entry_complete"),
            (two_legs().replace("(2,", "(3,"), {}, "ledger_posting_entry_complete"),
            (two_legs().replace("(2,", "(3,"), {"count": 3}, "ledger_posting_entry_complete"),
            (two_legs(), {"count": 1}, "ledger_journalentry_has_two_postings"),
            (two_legs().replace("v.no,", "v.no + 1,"), {}, "ledger_journalentry_brings_postings"),
            (two_legs(amount="0"), {}, "ledger_posting_amount_not_zero"),
        ],
    )
    def test_are_refused(
        self,
        prey: SmallBook,
        attacker: Login,
        postings: str,
        changes: dict[str, object],
        rule: str,
    ) -> None:
        assert refused_by(attacker, *entry_with(prey, postings, **changes)) == rule

    def test_an_entry_alone_is_refused(self, prey: SmallBook, attacker: Login) -> None:
        _, arguments = entry_with(prey, "")
        assert refused_by(attacker, ENTRY, arguments) == "ledger_journalentry_brings_postings"

    def test_postings_added_by_a_later_statement_of_the_same_transaction_are_refused(
        self, prey: SmallBook, attacker: Login
    ) -> None:
        statement, arguments = entry_with(prey, two_legs())
        attacker.execute(statement, arguments)
        later = (
            f"INSERT INTO ledger_posting ({COLUMNS}) SELECT e.id, v.* FROM ledger_journalentry AS e, (VALUES "
        )
        later += "(%(bank)s, 7, 3, %(usd)s, %(book)s, %(day)s::date, %(day)s::date), "
        later += "(%(wang)s, -7, 4, %(usd)s, %(book)s, %(day)s::date, %(day)s::date)) AS v "
        later += "WHERE e.idempotency_key = %(key)s"
        assert refused_by(attacker, later, arguments) == "ledger_posting_entry_complete"

    def test_the_same_postings_once_more_are_refused(self, prey: SmallBook, attacker: Login) -> None:
        again = f"INSERT INTO ledger_posting ({COLUMNS}) SELECT {COLUMNS} FROM ledger_posting"
        # A partition keeps the parent's ledger_posting_numbered_once under the name of its own index.
        assert refused_by(attacker, again) == "ledger_posting_200809_pkey"

    def test_postings_for_an_old_entry_under_another_date_are_refused(
        self, prey: SmallBook, attacker: Login
    ) -> None:
        other = COLUMNS.replace("booking_date", "booking_date + 1")
        again = f"INSERT INTO ledger_posting ({COLUMNS}) SELECT {other} FROM ledger_posting"
        assert refused_by(attacker, again) == "ledger_posting_dates_agree"

    def test_copy_obeys_the_same_rule(self, prey: SmallBook, attacker: Login) -> None:
        row = (999, prey.accounts["bank"], 5, 1, prey.units["USD"], prey.book.id, MONDAY, MONDAY)
        with (
            pytest.raises(psycopg.Error) as caught,
            attacker.cursor().copy(f"COPY ledger_posting ({COLUMNS}) FROM STDIN") as copy,
        ):
            copy.write_row(row)
        attacker.rollback()
        assert caught.value.diag.constraint_name == "ledger_posting_entry_exists"


class TestPostingsThatDisagreeWithTheirAccountOrEntry:
    @pytest.mark.parametrize(
        ("postings", "changes", "rule"),
        [
            (two_legs(unit="%(ibm)s"), {}, "ledger_posting_unit_agrees"),
            (two_legs(book="%(book)s + 1"), {}, "ledger_posting_book_agrees"),
            (two_legs(value="%(day)s::date - 1"), {}, "ledger_posting_dates_agree"),
            (two_legs(day="%(day)s::date + 1"), {}, "ledger_journalentry_brings_postings"),
            (two_legs(credit="ghost"), {"ghost": 999_999}, "ledger_posting_account_exists"),
            (two_legs(), {"day": "2008-09-16"}, "ledger_journalentry_day_is_open"),
            (two_legs(), {"day": "2008-09-12"}, "ledger_journalentry_day_is_open"),
            (two_legs(), {"key": "D1", "caller": "tests"}, None),
        ],
    )
    def test_are_refused(
        self,
        prey: SmallBook,
        attacker: Login,
        postings: str,
        changes: dict[str, object],
        rule: str | None,
    ) -> None:
        statement, arguments = entry_with(prey, postings, **changes)
        if rule is None:
            statement = statement.replace("'attack:1', 'attack',", "'attack:1', 'tests',")
            rule = "ledger_journalentry_key_unique"
        assert refused_by(attacker, statement, arguments) == rule


class TestAmountsThatSwitchALimitOff:
    @pytest.mark.parametrize(
        ("amount", "error"),
        [
            ("'NaN'::numeric", "NumericValueOutOfRange"),
            ("'NaN'::float8", "NumericValueOutOfRange"),
            ("'Infinity'::float8", "NumericValueOutOfRange"),
            ("9223372036854775808", "NumericValueOutOfRange"),
            ("NULL::bigint", "NotNullViolation"),
        ],
    )
    def test_are_no_amounts(self, prey: SmallBook, attacker: Login, amount: str, error: str) -> None:
        found = refused_by(attacker, *entry_with(prey, two_legs(amount=amount)))
        assert found in {error, "FeatureNotSupported"}

    def test_sums_beyond_the_balance_are_refused(self, prey: SmallBook, attacker: Login) -> None:
        postings = two_legs(amount=str(2**63 - 1))
        assert refused_by(attacker, *entry_with(prey, postings)) == "ledger_posting_movement_within_bound"


class TestLimitsAndSegregation:
    @pytest.mark.parametrize(
        ("postings", "kind", "rule"),
        [
            (two_legs("wang", "bank", "50001"), "client_withdrawal", "ledger_balance_not_in_debit"),
            (two_legs("okafor", "bank", "1"), "client_withdrawal", "ledger_balance_not_in_debit"),
            (two_legs("funded", "loan", "1"), "repayment", "ledger_balance_not_in_credit"),
            (two_legs("spread", "interest", "1"), "charge_waived", "ledger_balance_not_in_credit"),
            (two_legs("wang", "okafor", "1"), "receipt_identified", "ledger_posting_owner_keeps_own"),
            (two_legs("bank", "wang", "1"), "client_withdrawal", "ledger_posting_flow_permitted"),
            (two_legs("bank", "wang", "1"), "interest_accrued", "ledger_posting_flow_permitted"),
            (two_legs("bank", "wang", "1"), "of_my_own", "ledger_journalentry_kind_known"),
        ],
    )
    def test_hold_whatever_the_door(
        self,
        prey: SmallBook,
        attacker: Login,
        postings: str,
        kind: str,
        rule: str,
    ) -> None:
        assert refused_by(attacker, *entry_with(prey, postings, kind=kind)) == rule


REVERSAL = """
    WITH e AS (
        INSERT INTO ledger_journalentry (
            book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
            payload_hash, posting_count, maker_id, reverses_id
        )
        SELECT
            book_id, {kind}, booking_date, value_date, narration, source_reference, 'attack', 'attack',
            payload_hash, posting_count, maker_id, id
        FROM ledger_journalentry WHERE id = %(first_entry)s
        RETURNING id, reverses_id
    ), p AS (
        INSERT INTO ledger_posting (
            entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
        )
        SELECT e.id, p.account_id, {amount}, p.posting_no, p.unit_id, p.book_id, p.booking_date, p.value_date
        FROM e INNER JOIN ledger_posting AS p ON p.entry_id = e.reverses_id
    ) SELECT
"""


class TestReversals:
    @pytest.mark.parametrize(
        ("kind", "amount", "rule"),
        [
            ("kind_id", "-p.amount_minor / 2", "ledger_posting_reversal_mirrors"),
            ("'client_withdrawal'", "-p.amount_minor", None),
            ("kind_id", "p.amount_minor", None),
        ],
    )
    def test_negate_their_entry_and_are_of_its_kind(
        self,
        prey: SmallBook,
        attacker: Login,
        kind: str,
        amount: str,
        rule: str | None,
    ) -> None:
        found = refused_by(attacker, REVERSAL.format(kind=kind, amount=amount), dict(prey.accounts))
        allowed = {"ledger_posting_flow_permitted", "ledger_journalentry_corrects_its_like"}
        assert found == rule if rule else found in allowed

    def test_happen_once(self, prey: SmallBook, attacker: Login) -> None:
        honest = REVERSAL.format(kind="kind_id", amount="-p.amount_minor")
        attacker.execute(honest, dict(prey.accounts))
        second = honest.replace("'attack', 'attack'", "'attack', 'again'")
        assert refused_by(attacker, second, dict(prey.accounts)) == "ledger_journalentry_reversed_once"


FORBIDDEN_TO_THE_LOGIN = [
    "INSERT INTO ledger_account (id) VALUES (1)",
    "INSERT INTO ledger_dayclose (id) VALUES (1) ON CONFLICT DO NOTHING",
    "INSERT INTO ledger_posting SELECT * FROM ledger_posting ON CONFLICT (entry_id, posting_no, booking_date)"
    " DO UPDATE SET amount_minor = 1",
    "LOCK TABLE ledger_posting IN SHARE MODE",
    "SELECT 1 FROM ledger_businessday FOR SHARE",
    "UPDATE ledger_posting SET amount_minor = amount_minor * 2",
    "UPDATE ledger_posting SET entry_id = entry_id + 1",
    "DELETE FROM ledger_posting",
    "TRUNCATE ledger_posting",
    "TRUNCATE ledger_posting_200809",
    "INSERT INTO ledger_posting_200809 SELECT * FROM ledger_posting",
    "UPDATE ledger_posting_200809 SET amount_minor = 1",
    "UPDATE ledger_journalentry SET narration = 'other'",
    "DELETE FROM ledger_journalentry",
    "TRUNCATE ledger_journalentry CASCADE",
    "UPDATE ledger_account SET unit_id = unit_id + 1",
    "UPDATE ledger_account SET \"limit\" = 'none'",
    "DELETE FROM ledger_account",
    "UPDATE ledger_balance SET balance_minor = 0",
    "INSERT INTO ledger_balancedelta (account_id, amount_minor) VALUES (1, 1)",
    "DELETE FROM ledger_balancedelta",
    "INSERT INTO ledger_dailysnapshot DEFAULT VALUES",
    "INSERT INTO ledger_valuesnapshot DEFAULT VALUES",
    "SELECT ledger_snapshot_day(1, '2008-09-15', 1::smallint)",
    "SELECT ledger_snapshot_values(1, '2008-09-15', 1::smallint)",
    "INSERT INTO ledger_entryposition DEFAULT VALUES",
    "UPDATE ledger_positionhead SET last_position = 9",
    "UPDATE ledger_businessday SET status = 'open'",
    "DELETE FROM ledger_businessday",
    "INSERT INTO ledger_entrykind VALUES ('of_my_own', '')",
    "INSERT INTO ledger_entrykindflow DEFAULT VALUES",
    "UPDATE ledger_restriction SET reason = 'none'",
    "DELETE FROM ledger_restriction",
    "ALTER TABLE ledger_posting DISABLE TRIGGER ALL",
    "ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_in_debit",
    "ALTER TABLE ledger_posting DETACH PARTITION ledger_posting_200809",
    "CREATE TABLE mine PARTITION OF ledger_posting FOR VALUES FROM ('2099-01-01') TO ('2099-02-01')",
    "DROP TABLE ledger_posting",
    "CREATE OR REPLACE FUNCTION ledger_check_postings() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TEMPORARY TABLE ledger_account (id bigint)",
    "SET session_replication_role = replica",
    "SET ROLE plimsoll_owner",
    "SET SESSION AUTHORIZATION plimsoll_owner",
    "SELECT setval('ledger_journalentry_id_seq', 1)",
    "COPY ledger_posting TO PROGRAM 'cat'",
    "SELECT ledger_ensure_posting_month('2099-01-01')",
]


class TestEditingAndBackDoors:
    @pytest.mark.parametrize("statement", FORBIDDEN_TO_THE_LOGIN)
    def test_the_login_has_no_right_to_it(self, prey: SmallBook, attacker: Login, statement: str) -> None:
        assert refused_by(attacker, statement) in {"InsufficientPrivilege", "InvalidParameterValue"}

    def test_reset_role_leads_nowhere(self, prey: SmallBook, attacker: Login) -> None:
        attacker.execute("RESET ROLE")
        attacker.execute("RESET SESSION AUTHORIZATION")
        row = attacker.execute("SELECT current_user, session_user").fetchone()
        attacker.rollback()
        assert row == ("plimsoll_app", "plimsoll_app")

    @pytest.mark.parametrize("column", ["id", "creating_xid", "recorded_at"])
    def test_what_the_database_sets_cannot_be_forged(
        self, prey: SmallBook, attacker: Login, column: str
    ) -> None:
        value = {"id": "7", "creating_xid": "'7'::xid8", "recorded_at": "'2000-01-01'"}[column]
        statement, arguments = entry_with(prey, two_legs())
        statement = statement.replace("maker_id\n", f"maker_id, {column}\n", 1)
        statement = statement.replace("%(maker)s\n", f"%(maker)s, {value}\n", 1)
        assert refused_by(attacker, statement, arguments) == "InsufficientPrivilege"

    @pytest.mark.parametrize(
        ("statement", "rule"),
        [
            ("UPDATE ledger_posting SET amount_minor = 1", "ledger_posting_append_only"),
            ("UPDATE ledger_posting SET entry_id = entry_id + 1", "ledger_posting_append_only"),
            ("UPDATE ledger_posting_200809 SET amount_minor = 1", "ledger_posting_append_only"),
            ("DELETE FROM ledger_posting", "ledger_posting_append_only"),
            ("TRUNCATE ledger_posting", "ledger_posting_append_only"),
            ("TRUNCATE ledger_posting_200809", "ledger_posting_append_only"),
            ("TRUNCATE ledger_journalentry CASCADE", "ledger_journalentry_append_only"),
            ("UPDATE ledger_journalentry SET narration = 'x'", "ledger_journalentry_append_only"),
            ("DELETE FROM ledger_journalentry", "ledger_journalentry_append_only"),
            ("UPDATE ledger_account SET unit_id = unit_id", "ledger_account_identity_immutable"),
            ("DELETE FROM ledger_account", "ledger_account_identity_immutable"),
            ("UPDATE ledger_businessday SET business_date = '2008-09-16'", "ledger_businessday_only_closed"),
            ("DELETE FROM ledger_businessday", "ledger_businessday_only_closed"),
            (
                "UPDATE ledger_balance SET balance_minor = 1 WHERE \"limit\" = 'no_debit_balance'",
                "ledger_balance_not_in_debit",
            ),
        ],
    )
    def test_even_the_owner_is_refused_by_the_rule(
        self,
        prey: SmallBook,
        owner_connection: Login,
        statement: str,
        rule: str,
    ) -> None:
        assert refused_by(owner_connection, statement) == rule

    def test_a_temporary_table_of_the_owner_shadows_nothing(
        self, prey: SmallBook, owner_connection: Login
    ) -> None:
        owner_connection.execute(
            "CREATE TEMPORARY TABLE ledger_businessday AS SELECT * FROM ledger_businessday"
        )
        owner_connection.execute("UPDATE ledger_businessday SET business_date = '2008-09-16'")
        statement, arguments = entry_with(prey, two_legs(), day="2008-09-16")
        assert refused_by(owner_connection, statement, arguments) == "ledger_journalentry_day_is_open"
