"""What `verify_ledger` says of holds that a superuser altered."""

import datetime as dt

import psycopg
import pytest
from django.db import transaction

from ledger.queries.verification import Verdict, verify_book
from ledger.services.hold_draws import HoldDraw
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_holds import pay_out, place, release

Login = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def held(transactional_db: None) -> SmallBook:
    """Of Wang's 500.00 were 200.00 held: 50.00 posted, 30.00 released; another 100.00 will expire."""
    with transaction.atomic():
        book = small_book()
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
        hold = place(book, 200_00)
        pay_out(book, 50_00, HoldDraw(hold.pk, 50_00))
        release(book, hold, amount=30_00)
        place(book, 100_00, "h2", expires_on=MONDAY + dt.timedelta(days=1))
    return book


class TestChecksOfHolds:
    def test_are_clean_for_an_honest_book(self, held: SmallBook) -> None:
        assert verify_book(book=held.book).verdict is Verdict.CLEAN

    @pytest.mark.parametrize(
        ("tampering", "check"),
        [
            ("UPDATE ledger_hold SET open_minor = open_minor - 1", "holds_add_up"),
            ("UPDATE ledger_hold SET amount_minor = amount_minor + 1", "holds_add_up"),
            ("UPDATE ledger_holdevent SET amount_minor = amount_minor + 1", "holds_add_up"),
            ("DELETE FROM ledger_holdevent WHERE event = 'released'", "holds_add_up"),
            ("UPDATE ledger_balance SET held_minor = 0 WHERE account_id = %(wang)s", "holds_add_up"),
            ("UPDATE ledger_hold SET account_id = %(bank)s", "holds_add_up"),
            ("UPDATE ledger_hold SET account_id = %(okafor)s", "holds_posted"),
            ("UPDATE ledger_holdevent SET amount_minor = 5001 WHERE event = 'posted'", "holds_posted"),
            ("UPDATE ledger_holdevent SET maker_id = maker_id + 1", "holds_posted"),
            ("UPDATE ledger_holdevent SET business_date = '2008-09-16'", "holds_posted"),
            (
                "UPDATE ledger_holdevent SET event = 'expired', reason = '', caller = '',"
                " idempotency_key = '' WHERE event = 'released'",
                "holds_posted",
            ),
            (
                "ALTER TABLE ledger_balance DROP CONSTRAINT ledger_balance_not_in_debit;"
                " UPDATE ledger_balance SET held_minor = 50000 WHERE held_minor > 0",
                "holds_within_limits",
            ),
        ],
    )
    def test_find_what_a_superuser_alters(
        self, held: SmallBook, admin_connection: Login, tampering: str, check: str
    ) -> None:
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(psycopg.ClientCursor(admin_connection).mogrify(tampering, held.accounts))
        found = {one.name for one in verify_book(book=held.book).checks if one.found}
        assert check in found
