"""verify_ledger finds what a superuser alters, names it, and never says clean when it could not look."""

import datetime as dt

import psycopg
import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.services.staff import register_staff
from ledger.queries.verification import Verdict, Verification, verify_book
from ledger.services.days import open_business_day
from tests.ledger.builders import MONDAY, SmallBook, small_book
from tests.ledger.services.test_days import close

TUESDAY = MONDAY + dt.timedelta(1)
Login = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def two_days(transactional_db: None) -> SmallBook:
    """Monday closed with two deposits, a loan and a reversal; Tuesday open with a withdrawal."""
    with transaction.atomic():
        book = small_book()
        lin = register_staff(
            username="lin",
            full_name="Lin Fen",
            role="finance",
            password="correct horse battery",
            actor_id=User.objects.get(username="day-runner").id,
            reason="second pair of eyes",
        )
        first, _, _, _ = book.post(
            book.draft("client_deposit", bank=500_00, wang=-500_00),
            book.draft("client_deposit", bank=300_00, okafor=-300_00),
            book.draft("client_deposit", bank=7, wang_other=-7),
            book.draft("receipt_identified", wang_other=5, wang=-5),
        )
        book.post(book.draft("funder_deposit", funder_bank=900_00, harbour=-900_00))
        book.post(book.draft("interest_capitalised", loan=150_00, funded=-150_00))
        book.post(
            book.draft(
                "repayment",
                loan=-100_00,
                funded=100_00,
                harbour=-100_00,
                funder_transit=100_00,
                transit=-100_00,
                wang=100_00,
            )
        )
    close(book, lin)
    open_business_day(book_id=book.book.id, business_date=TUESDAY, maker_id=book.maker.id)
    book.post(book.draft("client_withdrawal", value_date=TUESDAY, bank=-50_00, wang=50_00), day=TUESDAY)
    book.accounts["first_entry"] = first.entry_id
    return book


@pytest.fixture
def back_dated(two_days: SmallBook) -> SmallBook:
    """On Tuesday, which is closed, Okafor's deposit came in with Monday's value."""
    two_days.post(two_days.draft("client_deposit", value_date=MONDAY, bank=20_00, okafor=-20_00), day=TUESDAY)
    close(two_days, User.objects.get(username="lin"), day=TUESDAY)
    return two_days


def verify(book: SmallBook) -> Verification:
    return verify_book(book=book.book)


def failing(verification: Verification) -> dict[str, str]:
    return {check.name: " ".join(check.findings) for check in verification.checks if check.found}


class TestVerifyBook:
    def test_is_clean_for_an_honest_book(self, two_days: SmallBook) -> None:
        verification = verify(two_days)
        assert failing(verification) == {}
        assert verification.verdict is Verdict.CLEAN
        assert (verification.entries, verification.postings) == (8, 20)

    @pytest.mark.parametrize(
        ("tampering", "checks"),
        [
            (
                "UPDATE ledger_posting SET amount_minor = amount_minor + 1 WHERE entry_id = %(first_entry)s"
                " AND posting_no = 1",
                {"entries_balance", "balances_proved", "snapshots_proved", "payloads_unchanged"},
            ),
            (
                "UPDATE ledger_posting SET amount_minor = amount_minor * 2 WHERE entry_id = %(first_entry)s",
                {"balances_proved", "snapshots_proved", "payloads_unchanged"},
            ),
            (
                "DELETE FROM ledger_posting WHERE entry_id = %(first_entry)s",
                {"entries_are_whole", "balances_proved", "snapshots_proved", "payloads_unchanged"},
            ),
            (
                "UPDATE ledger_posting SET account_id = %(okafor)s WHERE account_id = %(wang)s",
                {"balances_proved", "snapshots_proved", "payloads_unchanged"},
            ),
            ("UPDATE ledger_posting SET unit_id = unit_id + 1", {"postings_agree"}),
            ("UPDATE ledger_journalentry SET narration = 'other'", {"payloads_unchanged"}),
            ("UPDATE ledger_balance SET balance_minor = -1 WHERE account_id = %(wang)s", {"balances_proved"}),
            ("UPDATE ledger_balance SET \"limit\" = 'none' WHERE account_id = %(wang)s", {"limits_hold"}),
            (
                "INSERT INTO ledger_balancedelta (account_id, amount_minor) VALUES (%(bank)s, 5)",
                {"balances_proved"},
            ),
            (
                "UPDATE ledger_dailysnapshot SET balance_minor = 0 WHERE account_id = %(wang)s",
                {"snapshots_proved"},
            ),
            ("DELETE FROM ledger_dailysnapshot WHERE account_id = %(wang)s", {"snapshots_proved"}),
            (
                "UPDATE ledger_valuesnapshot SET balance_minor = 0 WHERE account_id = %(wang)s",
                {"plain_value_snapshots_proved"},
            ),
            (
                "UPDATE ledger_valuesnapshot SET debit_minor = debit_minor + 1 WHERE account_id = %(wang)s",
                {"plain_value_snapshots_proved"},
            ),
            (
                "UPDATE ledger_valuesnapshot SET value_date = value_date + 1 WHERE account_id = %(wang)s",
                {"plain_value_snapshots_proved"},
            ),
            (
                "DELETE FROM ledger_valuesnapshot WHERE account_id = %(wang)s",
                {"plain_value_snapshots_proved"},
            ),
            (
                "INSERT INTO ledger_valuesnapshot"
                " SELECT value_date + 1, closed_date, close_no, balance_minor,"
                " 0, 0, 0, account_id, book_id FROM ledger_valuesnapshot WHERE account_id = %(wang)s",
                {"plain_value_snapshots_proved"},
            ),
            (
                "DELETE FROM ledger_entryposition WHERE position = 2",
                {"positions_gapless", "closed_days_stamped"},
            ),
            ("UPDATE ledger_dayclose SET last_position = 1", {"closed_days_stamped"}),
            ("UPDATE ledger_dayclose SET last_position = 99", {"closed_days_stamped"}),
            ("UPDATE ledger_dayclose SET maker_id = 1000, checker_id = 1001", {"days_in_order"}),
            ("UPDATE accounts_approval SET checker_id = 1000", {"days_in_order"}),
            ("UPDATE accounts_approval SET subject = 'MAIN/2008-09-16'", {"days_in_order"}),
            ("UPDATE ledger_journalentry SET caller = 'other'", {"payloads_unchanged"}),
            ("UPDATE ledger_journalentry SET idempotency_key = id::text", {"payloads_unchanged"}),
            (
                "UPDATE ledger_account SET owner_id ="
                " (SELECT max(p.id) FROM accounts_party AS p WHERE p.id <> owner_id)"
                " WHERE id = %(wang_other)s",
                {"owners_keep_own"},
            ),
            ("UPDATE ledger_entryposition SET book_id = 999 WHERE position = 4", {"positions_gapless"}),
            ("UPDATE ledger_entryposition SET entry_id = 999 WHERE position = 4", {"positions_gapless"}),
            (
                "UPDATE ledger_positionhead SET horizon ="
                " (SELECT (max(creating_xid::text::bigint) + 1)::text::xid8 FROM ledger_journalentry)",
                {"positions_gapless"},
            ),
            (
                "INSERT INTO ledger_balancedelta (account_id, amount_minor) VALUES (%(wang)s, 5)",
                {"deltas_belong"},
            ),
            (
                "INSERT INTO ledger_posting SELECT 999, 999999, 5, 1, 1, 999, '2008-09-15', '2008-09-15'",
                {"postings_agree"},
            ),
            ("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_posting_rule", {"rules_in_force"}),
            ("UPDATE ledger_businessday SET status = 'closed'", {"days_in_order", "snapshots_proved"}),
        ],
    )
    def test_finds_and_names_what_a_superuser_alters(
        self, two_days: SmallBook, admin_connection: Login, tampering: str, checks: set[str]
    ) -> None:
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(tampering, dict(two_days.accounts))
        verification = verify(two_days)
        assert verification.verdict is Verdict.FAILED
        assert checks <= failing(verification).keys()

    @pytest.mark.parametrize(
        ("tampering", "checks"),
        [
            ("UPDATE ledger_valuesnapshot SET balance_minor = 0", {"value_snapshots_proved"}),
            ("UPDATE ledger_valuesnapshot SET posting_count = posting_count + 1", {"value_snapshots_proved"}),
            ("DELETE FROM ledger_valuesnapshot", {"value_snapshots_proved", "value_snapshots_whole"}),
            (
                "INSERT INTO ledger_valuesnapshot"
                " SELECT DISTINCT ON (closed_date) DATE '2008-09-17', closed_date, close_no, balance_minor,"
                " 0, 0, 0, account_id, book_id FROM ledger_valuesnapshot",
                {"value_snapshots_whole"},
            ),
        ],
    )
    def test_finds_what_is_altered_of_an_account_with_back_dated_value(
        self, back_dated: SmallBook, admin_connection: Login, tampering: str, checks: set[str]
    ) -> None:
        assert failing(verify(back_dated)) == {}
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(f"{tampering} WHERE account_id = %(okafor)s", dict(back_dated.accounts))
        assert failing(verify(back_dated)).keys() == checks

    def test_names_entry_and_account(self, two_days: SmallBook, admin_connection: Login) -> None:
        admin_connection.execute("SET session_replication_role = replica")
        admin_connection.execute(
            "UPDATE ledger_posting SET amount_minor = 1 WHERE entry_id = %(first_entry)s AND posting_no = 2",
            dict(two_days.accounts),
        )
        found = failing(verify(two_days))
        assert f"entry {two_days.accounts['first_entry']}:" in found["entries_balance"]
        assert "client/W1/F1/cash" in found["balances_proved"]

    def test_is_incomplete_while_a_month_is_detached(
        self, two_days: SmallBook, owner_connection: Login
    ) -> None:
        owner_connection.execute("ALTER TABLE ledger_posting DETACH PARTITION ledger_posting_200809")
        verification = verify(two_days)
        assert verification.verdict is not Verdict.CLEAN
        assert all("2008-09" in check.reason for check in verification.checks)

    def test_is_incomplete_without_the_right_to_look(
        self, two_days: SmallBook, owner_connection: Login
    ) -> None:
        owner_connection.execute("REVOKE SELECT ON ledger_dailysnapshot FROM plimsoll_app")
        verification = verify(two_days)
        assert verification.verdict is Verdict.INCOMPLETE
        unseen = {check.name for check in verification.checks if check.reason}
        assert unseen == {"snapshots_proved", "former_closes_proved", "snapshots_of_closes"}

    def test_leaves_the_connection_writable(self, two_days: SmallBook) -> None:
        verify(two_days)
        assert not connection.in_atomic_block
        two_days.post(two_days.draft("client_deposit", bank=1, wang=-1), day=TUESDAY)
