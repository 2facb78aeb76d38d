"""Every other rule of the ledger's tables, tried round Python; asserted by constraint name."""

import psycopg
import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.services.days import open_business_day
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import approval, close

Login = psycopg.Connection[tuple[object, ...]]

ACCOUNT = (
    "INSERT INTO ledger_account (book_id, address, unit_id, ring, role, category_id, owner_id, contract_code,"
    ' "limit", is_hot) VALUES (%(book)s, {address}, %(usd)s, {ring}, {role}, 1010, {owner}, {contract},'
    " {limit}, {hot})"
)
ENTRY = (
    "INSERT INTO ledger_journalentry (book_id, kind_id, booking_date, value_date, narration,"
    " source_reference,"
    " caller, idempotency_key, payload_hash, posting_count, maker_id) VALUES (%(book)s,"
    " 'client_deposit', '2008-09-15',"
    " '2008-09-15', {narration}, {source}, {caller}, {key}, sha256('x'), 2, %(maker)s)"
)
RESTRICTION = (
    "INSERT INTO ledger_restriction (account_id, scope, reason, source, imposed_on, lifted_on)"
    " VALUES (%(wang)s, {scope}, 'why', {source}, '2008-09-15', {lifted})"
)


def account(**changes: str) -> str:
    fields = {
        "address": "'house/other'",
        "ring": "'house'",
        "role": "'income'",
        "owner": "NULL",
        "contract": "''",
        "limit": "'none'",
        "hot": "false",
    }
    return ACCOUNT.format(**{**fields, **changes})


def entry(**changes: str) -> str:
    fields = {"narration": "'n'", "source": "'s'", "caller": "'c'", "key": "'k'"}
    return ENTRY.format(**{**fields, **changes})


def restriction(scope: str = "'outflow'", source: str = "'other'", lifted: str = "NULL") -> str:
    return RESTRICTION.format(scope=scope, source=source, lifted=lifted)


@pytest.fixture
def prey(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
    return book


@pytest.fixture
def lin(transactional_db: None) -> User:
    return register_staff(
        username="lin",
        full_name="Lin Fen",
        role="finance",
        password="correct horse battery",
        actor_id=User.objects.get(username="day-runner").id,
        reason="second pair of eyes",
    )


def refused_by(login: Login, prey: SmallBook, statement: str, **more: object) -> str:
    arguments = {
        "book": prey.book.id,
        "maker": prey.maker.id,
        "usd": prey.units["USD"],
        **prey.accounts,
        **more,
    }
    with pytest.raises(psycopg.errors.IntegrityError) as caught:
        login.execute(statement, arguments)
    login.rollback()
    return caught.value.diag.constraint_name or ""


# As the owner, who has every right: only the constraints stand in the way.
CONSTRAINTS = [
    ("ledger_account_address_well_formed", account(address="'no slash'")),
    ("ledger_account_address_well_formed", account(address="'house//x'")),
    ("ledger_account_address_unit_unique", account(address="'house/capital'")),
    ("ledger_account_role_fits_ring", account(role="'loan_principal'")),
    ("ledger_account_role_fits_ring", account(ring="'other'")),
    ("ledger_account_principal_has_contract", account(ring="'principal'", role="'claim'")),
    ("ledger_account_entitlement_has_owner", account(ring="'client'", role="'entitlement'")),
    ("ledger_account_limit_known", account(limit="'sometimes'")),
    ("ledger_account_hot_has_no_limit", account(limit="'no_debit_balance'", hot="true")),
    ("ledger_journalentry_says_why", entry(narration="''")),
    ("ledger_journalentry_says_why", entry(key="''")),
    ("ledger_restriction_scope_known", restriction(scope="'all'")),
    ("ledger_restriction_dates_in_order", restriction(lifted="'2008-09-14'")),
    ("ledger_restriction_one_in_force", restriction() + "; " + restriction()),
    (
        "ledger_accountcategory_name_unique",
        "INSERT INTO ledger_accountcategory VALUES (1, 'Capital', 'equity', 'credit')",
    ),
    (
        "ledger_accountcategory_type_known",
        "INSERT INTO ledger_accountcategory VALUES (1, 'X', 'other', 'credit')",
    ),
    (
        "ledger_accountcategory_side_known",
        "INSERT INTO ledger_accountcategory VALUES (1, 'X', 'asset', 'left')",
    ),
    (
        "ledger_book_code_unique",
        "INSERT INTO ledger_book (code, name, base_unit_id) VALUES ('MAIN', 'x', %(usd)s)",
    ),
    (
        "ledger_book_code_plain",
        "INSERT INTO ledger_book (code, name, base_unit_id) VALUES ('a b', 'x', %(usd)s)",
    ),
    (
        "ledger_unit_code_unique",
        "INSERT INTO ledger_unit (code, kind, exponent, name) VALUES ('USD', 'currency', 2, '')",
    ),
    (
        "ledger_unit_kind_known",
        "INSERT INTO ledger_unit (code, kind, exponent, name) VALUES ('X', 'coin', 2, '')",
    ),
    (
        "ledger_unit_exponent_in_range",
        "INSERT INTO ledger_unit (code, kind, exponent, name) VALUES ('X', 'currency', 9, '')",
    ),
    (
        "ledger_entrykindflow_unique",
        "INSERT INTO ledger_entrykindflow (kind_id, from_ring, to_ring, direction)"
        " SELECT kind_id, from_ring, to_ring, direction FROM ledger_entrykindflow",
    ),
    (
        "ledger_tradingsession_unique",
        "INSERT INTO ledger_tradingsession (calendar_code, session_date) VALUES ('XNYS',"
        " '2008-09-15'), ('XNYS', '2008-09-15')",
    ),
    (
        "ledger_dailysnapshot_sides_signed",
        "INSERT INTO ledger_dailysnapshot (account_id, business_date, book_id, balance_minor,"
        " debit_minor, credit_minor) VALUES (1, '2008-09-15', 1, 0, -1, 0)",
    ),
    (
        "ledger_dailysnapshot_close_no_positive",
        "INSERT INTO ledger_dailysnapshot (account_id, business_date, close_no, book_id, balance_minor,"
        " debit_minor, credit_minor) VALUES (1, '2008-09-15', 0, 1, 0, 0, 0)",
    ),
    (
        "ledger_valuesnapshot_sides_signed",
        "INSERT INTO ledger_valuesnapshot (account_id, value_date, closed_date, book_id, balance_minor,"
        " debit_minor, credit_minor, posting_count) VALUES (1, '2008-09-15', '2008-09-15', 1, 0, 0, 0, -1)",
    ),
    (
        "ledger_valuesnapshot_close_no_positive",
        "INSERT INTO ledger_valuesnapshot (account_id, value_date, closed_date, close_no, book_id,"
        " balance_minor, debit_minor, credit_minor, posting_count)"
        " VALUES (1, '2008-09-15', '2008-09-15', 0, 1, 0, 0, 0, 0)",
    ),
    ("ledger_positionhead_not_negative", "UPDATE ledger_positionhead SET last_position = -1"),
    (
        "ledger_businessday_status_known",
        "ALTER TABLE ledger_businessday DISABLE TRIGGER USER; UPDATE ledger_businessday SET status = 'ajar'",
    ),
    (
        "ledger_businessday_in_sequence",
        "INSERT INTO ledger_businessday (book_id, business_date, status, opened_by_id) VALUES"
        " (%(book)s, '2008-09-16', 'closed', %(maker)s)",
    ),
    (
        "ledger_journalentry_reverses_another",
        "WITH n AS (SELECT nextval('ledger_journalentry_id_seq') AS id) INSERT INTO"
        " ledger_journalentry (id, book_id, kind_id,"
        " booking_date, value_date, narration, source_reference, caller, idempotency_key,"
        " payload_hash, posting_count, maker_id,"
        " reverses_id) OVERRIDING SYSTEM VALUE SELECT id, %(book)s, 'client_deposit',"
        " '2008-09-15', '2008-09-15', 'n', 's', 'c',"
        " 'k', sha256('x'), 2, %(maker)s, id FROM n",
    ),
    (
        "ledger_posting_number_positive",
        "INSERT INTO ledger_posting (entry_id, account_id, amount_minor, posting_no, unit_id,"
        " book_id, booking_date, value_date)"
        " VALUES (1, %(bank)s, 1, 0, %(usd)s, %(book)s, '2008-09-15', '2008-09-15')",
    ),
]


class TestConstraints:
    @pytest.mark.parametrize(
        ("name", "statement"), CONSTRAINTS, ids=[f"{i}-{name}" for i, (name, _) in enumerate(CONSTRAINTS)]
    )
    def test_refuse_even_the_owner(
        self, prey: SmallBook, owner_connection: Login, name: str, statement: str
    ) -> None:
        with owner_connection.transaction(force_rollback=True):
            if ";" in statement:
                first, statement = statement.split("; ")
                owner_connection.execute(first, {"wang": prey.accounts["wang"]})
            assert refused_in_transaction(owner_connection, prey, statement) == name


def refused_in_transaction(login: Login, prey: SmallBook, statement: str) -> str:
    arguments = {"book": prey.book.id, "maker": prey.maker.id, "usd": prey.units["USD"], **prey.accounts}
    with pytest.raises(psycopg.errors.IntegrityError) as caught, login.transaction():
        login.execute(statement, arguments)
    return caught.value.diag.constraint_name or ""


class TestRestrictions:
    @pytest.mark.parametrize(
        "change",
        [
            "UPDATE ledger_restriction SET reason = 'none'",
            "UPDATE ledger_restriction SET scope = 'financing'",
            "UPDATE ledger_restriction SET lifted_on = NULL",
            "UPDATE ledger_restriction SET lifted_on = '2008-09-20'",
            "DELETE FROM ledger_restriction",
        ],
    )
    def test_are_only_lifted_and_once(self, prey: SmallBook, owner_connection: Login, change: str) -> None:
        owner_connection.execute(restriction(lifted="'2008-09-15'"), prey.accounts)
        with pytest.raises(psycopg.errors.IntegrityError) as caught:
            owner_connection.execute(change)
        assert caught.value.diag.constraint_name == "ledger_restriction_only_lifted"


CLOSE = (
    "INSERT INTO ledger_dayclose (day_id, approval_id, maker_id, checker_id, last_position, recorded_at)"
    " SELECT d.id, a.id, {maker}, {checker}, 0, now() FROM ledger_businessday AS d, accounts_approval AS a"
    " WHERE a.id = %(approval)s"
)


class TestCloses:
    def test_need_two_people(self, prey: SmallBook, lin: User, app_connection: object) -> None:
        assert callable(app_connection)
        statement = CLOSE.format(maker="a.maker_id", checker="a.maker_id")
        found = refused_by(app_connection(), prey, statement, approval=approval(prey, lin))
        assert found in {"ledger_dayclose_maker_is_not_checker", "ledger_dayclose_is_approved"}

    def test_need_two_people_even_of_the_owner(
        self, prey: SmallBook, lin: User, owner_connection: Login
    ) -> None:
        with owner_connection.transaction(force_rollback=True):
            owner_connection.execute("ALTER TABLE ledger_dayclose DISABLE TRIGGER ledger_dayclose_closes")
            with pytest.raises(psycopg.errors.IntegrityError) as caught, owner_connection.transaction():
                owner_connection.execute(
                    CLOSE.format(maker="a.maker_id", checker="a.maker_id"), {"approval": approval(prey, lin)}
                )
        assert caught.value.diag.constraint_name == "ledger_dayclose_maker_is_not_checker"

    def test_need_these_two_people(self, prey: SmallBook, lin: User, app_connection: object) -> None:
        assert callable(app_connection)
        statement = CLOSE.format(maker="a.checker_id", checker="a.maker_id")
        found = refused_by(app_connection(), prey, statement, approval=approval(prey, lin))
        assert found == "ledger_dayclose_is_approved"

    def test_see_what_they_waited_for(self, prey: SmallBook, lin: User, app_connection: object) -> None:
        assert callable(app_connection)
        login = app_connection()
        login.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        statement = CLOSE.format(maker="a.maker_id", checker="a.checker_id")
        found = refused_by(login, prey, statement, approval=approval(prey, lin))
        assert found == "ledger_dayclose_read_committed"

    def test_prove_the_running_balances(
        self, prey: SmallBook, lin: User, owner_connection: Login, app_connection: object
    ) -> None:
        assert callable(app_connection)
        owner_connection.execute(
            "UPDATE ledger_balance SET balance_minor = -1 WHERE account_id = %(wang)s", prey.accounts
        )
        statement = CLOSE.format(maker="a.maker_id", checker="a.checker_id")
        found = refused_by(app_connection(), prey, statement, approval=approval(prey, lin))
        assert found == "ledger_dayclose_balances_proved"

    @pytest.mark.parametrize(
        ("name", "change"),
        [
            ("ledger_dayclose_append_only", "UPDATE ledger_dayclose SET last_position = 0"),
            ("ledger_dayclose_append_only", "DELETE FROM ledger_dayclose"),
            ("ledger_entryposition_append_only", "UPDATE ledger_entryposition SET position = 7"),
            ("ledger_entryposition_append_only", "DELETE FROM ledger_entryposition"),
            ("ledger_dailysnapshot_append_only", "UPDATE ledger_dailysnapshot SET balance_minor = 0"),
            ("ledger_dailysnapshot_append_only", "DELETE FROM ledger_dailysnapshot"),
            ("ledger_valuesnapshot_append_only", "UPDATE ledger_valuesnapshot SET balance_minor = 0"),
            ("ledger_valuesnapshot_append_only", "DELETE FROM ledger_valuesnapshot"),
            ("ledger_businessday_only_closed", "UPDATE ledger_businessday SET status = 'open'"),
        ],
    )
    def test_and_what_they_wrote_stay(
        self, prey: SmallBook, lin: User, owner_connection: Login, name: str, change: str
    ) -> None:
        close(prey, lin)
        with pytest.raises(psycopg.errors.IntegrityError) as caught:
            owner_connection.execute(change)
        assert caught.value.diag.constraint_name == name


class TestPartitions:
    def test_a_month_opened_by_a_day_gives_the_login_no_right(
        self, prey: SmallBook, lin: User, app_connection: object
    ) -> None:
        close(prey, lin)
        october = MONDAY.replace(month=10)
        open_business_day(book_id=prey.book.id, business_date=october, maker_id=prey.maker.id)
        prey.post(prey.draft("client_deposit", value_date=october, bank=5, wang=-5), day=october)
        assert callable(app_connection)
        login = app_connection()
        assert login.execute("SELECT count(*) FROM ledger_posting").fetchone() == (4,)
        for statement in ("SELECT * FROM ledger_posting_200810", "DELETE FROM ledger_posting_200810"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                login.execute(statement)
            login.rollback()
