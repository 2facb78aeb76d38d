"""Holds attacked by raw SQL, as the application's login and as the owner; asserted by constraint name."""

import psycopg
import pytest
from django.db import transaction

from ledger.models import Balance, Hold, HoldEvent
from ledger.queries.verification import verify_book
from tests.invariants.attack import entry_with, refused_by, two_legs
from tests.ledger.builders import SmallBook, small_book
from tests.ledger.services.test_holds import place

Login = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def prey(transactional_db: None) -> SmallBook:
    """Wang has 500.00, of which hold `h` has 200.00, and another book lies beside."""
    with transaction.atomic():
        book = small_book()
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
        other = small_book(code="OTHER", day=None)
        book.accounts["strange"] = other.accounts["wang"]
        book.accounts["h"] = place(book, 200_00).pk
        book.accounts["h_ends"] = place(
            book, 100_00, "ends", expires_on=place(book, 1, "x").placed_on.replace(day=17)
        ).pk
    return book


@pytest.fixture
def attacker(app_connection: object) -> Login:
    return app_connection()  # type: ignore[operator, no-any-return]


def names(prey: SmallBook) -> dict[str, object]:
    return {
        "book": prey.book.id,
        "maker": prey.maker.id,
        "usd": prey.units["USD"],
        **prey.accounts,
    }


def hold(**changes: str) -> str:
    said = {
        "book_id": "%(book)s",
        "account_id": "%(wang)s",
        "amount_minor": "100",
        "reason": "'why'",
        "source": "'tests:1'",
        "caller": "'raw'",
        "idempotency_key": "'k'",
        "placed_on": "'2008-09-15'",
        "expires_on": "NULL",
        "maker_id": "%(maker)s",
    } | changes
    return f"INSERT INTO ledger_hold ({', '.join(said)}) VALUES ({', '.join(said.values())})"


def event(**changes: str) -> str:
    said = {
        "hold_id": "%(h)s",
        "event": "'released'",
        "amount_minor": "100",
        "entry_id": "NULL",
        "reason": "'why'",
        "caller": "'raw'",
        "idempotency_key": "'k'",
        "business_date": "'2008-09-15'",
        "maker_id": "%(maker)s",
    } | changes
    return f"INSERT INTO ledger_holdevent ({', '.join(said)}) VALUES ({', '.join(said.values())})"


QUIET = {"reason": "''", "caller": "''", "idempotency_key": "''"}
ENDING = {"hold_id": "%(h_ends)s", "business_date": "'2008-09-17'"}
EXPIRED = QUIET | ENDING | {"event": "'expired'"}
OLD_ENTRY = QUIET | {"event": "'posted'", "entry_id": "(SELECT min(id) FROM ledger_journalentry)"}

ATTACKS = [
    ("ledger_balance_not_in_debit", hold(amount_minor="20000")),
    ("ledger_balance_not_in_debit", hold(amount_minor="9223372036854775807 - 30001")),
    ("ledger_hold_account_has_limit", hold(account_id="%(bank)s")),
    ("ledger_hold_account_has_limit", hold(account_id="%(wang_unsettled)s")),
    ("ledger_hold_book_agrees", hold(account_id="%(strange)s")),
    ("ledger_hold_amount_positive", hold(amount_minor="-1")),
    ("ledger_hold_amount_positive", hold(amount_minor="0")),
    ("ledger_hold_says_why", hold(reason="''")),
    ("ledger_hold_says_why", hold(idempotency_key="''")),
    ("ledger_hold_expires_later", hold(expires_on="'2008-09-15'")),
    ("ledger_hold_key_unique", hold() + "; " + hold()),
    ("ledger_holdevent_hold_exists", event(hold_id="4711")),
    ("ledger_holdevent_within_hold", event(amount_minor="20001")),
    ("ledger_holdevent_within_hold", event(amount_minor="20000") + "; " + event(idempotency_key="'l'")),
    ("ledger_holdevent_after_its_hold", event(business_date="'2008-09-14'")),
    ("ledger_holdevent_expired_is_due", event(**EXPIRED)),
    ("ledger_holdevent_expired_is_due", event(**EXPIRED | {"hold_id": "%(h)s"})),
    ("ledger_holdevent_expired_is_due", event(**EXPIRED | {"business_date": "'2008-09-15'"})),
    ("ledger_holdevent_hold_in_force", event(**OLD_ENTRY | ENDING)),
    ("ledger_holdevent_entry_is_its_own", event(**OLD_ENTRY)),
    ("ledger_holdevent_event_known", event(event="'other'")),
    ("ledger_holdevent_amount_positive", event(amount_minor="0")),
    ("ledger_holdevent_entry_as_its_event_says", event(**QUIET | {"event": "'posted'"})),
    ("ledger_holdevent_entry_as_its_event_says", event(entry_id="(SELECT min(id) FROM ledger_journalentry)")),
    ("ledger_holdevent_says_why", event(reason="''")),
    ("ledger_holdevent_says_why", event(**OLD_ENTRY | {"idempotency_key": "'k'"})),
    ("ledger_holdevent_key_unique", event() + "; " + event()),
    (
        "ledger_restriction_account_not_hot",
        "INSERT INTO ledger_restriction (account_id, scope, reason, source, imposed_on)"
        " VALUES (%(bank)s, 'outflow', 'why', 'tests', '2008-09-15')",
    ),
]  # fmt: skip


class TestTheApplication:
    @pytest.mark.parametrize(("rule", "statement"), ATTACKS)
    def test_is_refused_by_name(self, prey: SmallBook, attacker: Login, rule: str, statement: str) -> None:
        statement = client_side(attacker, statement, names(prey))
        assert refused_by(attacker, statement) == rule

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_hold SET open_minor = 0",
            "UPDATE ledger_hold SET expires_on = NULL",
            "DELETE FROM ledger_hold",
            "DELETE FROM ledger_holdevent",
            "TRUNCATE ledger_holdevent",
            "UPDATE ledger_balance SET held_minor = 0",
            "INSERT INTO ledger_hold (id, open_minor) VALUES (1, 1)",
            "INSERT INTO ledger_holdevent (id) VALUES (1)",
            "SELECT setval('ledger_holdevent_id_seq', 1)",
        ],
    )
    def test_has_no_other_right(self, prey: SmallBook, attacker: Login, statement: str) -> None:
        assert refused_by(attacker, statement) == "InsufficientPrivilege"

    def test_gets_nothing_by_a_key_that_conflicts(self, prey: SmallBook, attacker: Login) -> None:
        """ON CONFLICT DO NOTHING runs BEFORE triggers and then writes no row."""
        for statement in (hold(), event()):
            for _ in range(2):
                attacker.execute(statement + " ON CONFLICT DO NOTHING", names(prey))
        attacker.commit()
        balance = Balance.objects.get(account_id=prey.accounts["wang"])
        assert balance.held_minor == 200_00 + 100_00 + 1 + 100 - 100
        assert (Hold.objects.count(), HoldEvent.objects.count()) == (4, 1)
        assert [check.found for check in verify_book(book=prey.book).checks if check.found] == []

    def test_draws_no_more_than_its_entry_takes(self, prey: SmallBook, attacker: Login) -> None:
        statement, arguments = entry_with(prey, two_legs("wang", "payments"), kind="client_withdrawal")
        drawn = event(**QUIET | {"event": "'posted'", "amount_minor": "101", "entry_id": "e.id"})
        drawn = drawn.replace("VALUES (", "SELECT ").removesuffix(")") + " FROM e"
        statement = statement.removesuffix(" SELECT") + f", d AS ({drawn}) SELECT"
        assert refused_by(attacker, statement, arguments) == "ledger_holdevent_entry_takes_it"

    def test_merges_nothing(self, prey: SmallBook, attacker: Login) -> None:
        merge = (
            "MERGE INTO ledger_hold AS h USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN INSERT"
            " (book_id, account_id, amount_minor, reason, source, caller, idempotency_key, placed_on,"
            " maker_id)"
            " VALUES (%(book)s, %(wang)s, 1, 'why', 's', 'c', 'k', '2008-09-15', %(maker)s)"
        )
        assert refused_by(attacker, merge, names(prey)) == "FeatureNotSupported"


class TestTheOwner:
    @pytest.mark.parametrize(
        ("rule", "statement"),
        [
            ("ledger_hold_append_only", "UPDATE ledger_hold SET amount_minor = amount_minor + 1"),
            ("ledger_hold_append_only", "UPDATE ledger_hold SET expires_on = '2009-01-01'"),
            ("ledger_hold_append_only", "UPDATE ledger_hold SET open_minor = open_minor + 1"),
            ("ledger_hold_append_only", "DELETE FROM ledger_hold"),
            ("ledger_hold_append_only", "TRUNCATE ledger_hold CASCADE"),
            ("ledger_holdevent_append_only", "UPDATE ledger_holdevent SET amount_minor = 1"),
            ("ledger_holdevent_append_only", "DELETE FROM ledger_holdevent"),
            ("ledger_holdevent_append_only", "TRUNCATE ledger_holdevent"),
            ("ledger_hold_open_within_amount", "UPDATE ledger_hold SET open_minor = -1"),
            ("ledger_balance_held_not_negative", "UPDATE ledger_balance SET held_minor = -1"),
        ],
    )
    def test_is_refused_by_name(
        self, prey: SmallBook, attacker: Login, owner_connection: Login, rule: str, statement: str
    ) -> None:
        attacker.execute(event(), names(prey))
        attacker.commit()
        assert refused_by(owner_connection, statement) == rule


def client_side(login: Login, statement: str, arguments: dict[str, object]) -> str:
    """The statement with its arguments in it, so that several can go at once."""
    return psycopg.ClientCursor(login).mogrify(statement, arguments)
