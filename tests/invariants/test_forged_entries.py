"""A superuser writes whole entries that the rules refuse, with hash and balances in order: each is found."""

import psycopg
import pytest
from django.db import transaction

from ledger.queries.verification import Verdict, verify_book
from tests.ledger.builders import MONDAY, SmallBook, small_book

Login = psycopg.Connection[tuple[object, ...]]

FORGE = """
WITH leg AS (
    SELECT l.account_id, l.amount_minor, l.posting_no, a.unit_id
    FROM unnest(%(accounts)s::bigint[], %(amounts)s::bigint[]) WITH ORDINALITY
        AS l (account_id, amount_minor, posting_no)
    INNER JOIN ledger_account AS a ON a.id = l.account_id
), entry AS (
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id, reverses_id, adjusts_id
    )
    SELECT
        %(book)s, %(kind)s::text, %(day)s::date, %(day)s::date, 'forged', 'forged:1', 'forger', %(key)s::text,
        ledger_payload_hash(
            'forger', %(key)s::text, %(kind)s::text, %(day)s::date, 'forged', 'forged:1',
            %(reverses)s::bigint, %(adjusts)s::bigint,
            (
                SELECT string_agg(account_id || ' ' || amount_minor, ',' ORDER BY account_id, amount_minor)
                FROM leg
            )
        ),
        cardinality(%(accounts)s::bigint[]), %(maker)s, %(reverses)s::bigint, %(adjusts)s::bigint
    RETURNING id
), posting AS (
    INSERT INTO ledger_posting (
        entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date
    )
    SELECT e.id, l.account_id, l.amount_minor, l.posting_no, l.unit_id, %(book)s, %(day)s::date, %(day)s::date
    FROM entry AS e CROSS JOIN leg AS l
), moved AS (
    UPDATE ledger_balance AS b
    SET balance_minor = b.balance_minor + l.amount_minor
    FROM (SELECT account_id, sum(amount_minor) AS amount_minor FROM leg GROUP BY account_id) AS l
    WHERE b.account_id = l.account_id
)
SELECT id FROM entry
"""


@pytest.fixture
def prey(transactional_db: None) -> SmallBook:
    with transaction.atomic():
        book = small_book()
        book.post(book.draft("client_deposit", bank=500_00, wang=-500_00))
        book.post(book.draft("house_capital", house_bank=100_00, capital=-100_00))
    return book


@pytest.fixture
def forger(prey: SmallBook, admin_connection: Login) -> Login:
    admin_connection.execute("SET session_replication_role = replica")
    return admin_connection


def forge(
    forger: Login,
    book: SmallBook,
    kind: str,
    legs: list[tuple[str, int]],
    *,
    reverses: int | None = None,
    adjusts: int | None = None,
    key: str = "",
) -> int:
    arguments = {
        "book": book.book.id,
        "kind": kind,
        "day": MONDAY,
        "key": key or f"forged {kind} {legs}",
        "accounts": [book.accounts[name] for name, _ in legs],
        "amounts": [amount for _, amount in legs],
        "reverses": reverses,
        "adjusts": adjusts,
        "maker": book.maker.id,
    }
    row = forger.execute(FORGE, arguments).fetchone()
    assert row is not None
    return int(str(row[0]))


def found(book: SmallBook) -> dict[str, str]:
    verification = verify_book(book=book.book)
    return {
        one.name: " ".join(one.findings) + one.reason
        for one in verification.checks
        if one.found or one.reason
    }


class TestAnHonestForm:
    def test_is_clean(self, prey: SmallBook, forger: Login) -> None:
        """So that what is found below is the rule that is broken, not the way of forging."""
        forge(forger, prey, "client_deposit", [("bank", 1), ("wang", -1)])
        assert found(prey) == {}
        assert verify_book(book=prey.book).verdict is Verdict.CLEAN


class TestFlowsOfAKind:
    def test_are_found_where_value_leaves_a_ring(self, prey: SmallBook, forger: Login) -> None:
        entry = forge(
            forger,
            prey,
            "client_deposit",
            [("wang", 100_00), ("bank", -100_00), ("house_bank", 100_00), ("capital", -100_00)],
        )
        said = found(prey)
        assert set(said) == {"flows_permitted"}
        assert f"entry {entry}" in said["flows_permitted"]
        assert "from client to house" in said["flows_permitted"]

    def test_are_found_the_wrong_way_round(self, prey: SmallBook, forger: Login) -> None:
        forge(forger, prey, "client_deposit", [("wang", 1), ("bank", -1)])
        assert "from client to external" in found(prey)["flows_permitted"]

    def test_are_found_of_a_kind_that_is_not_in_the_table(self, prey: SmallBook, forger: Login) -> None:
        forge(forger, prey, "client_gift", [("wang", 1), ("wang_other", -1)])
        assert "client_gift" in found(prey)["flows_permitted"]


class TestCorrections:
    def test_that_reverse_a_part_are_found(self, prey: SmallBook, forger: Login) -> None:
        (first,) = prey.post(prey.draft("client_deposit", bank=8, wang=-8, transit=1, wang_other=-1))
        forge(forger, prey, "client_deposit", [("bank", -8), ("wang", 8)], reverses=first.entry_id)
        assert set(found(prey)) == {"reversals_mirror"}

    def test_that_reverse_as_another_kind_are_found(self, prey: SmallBook, forger: Login) -> None:
        (first,) = prey.post(prey.draft("client_deposit", bank=8, wang=-8))
        forge(forger, prey, "unidentified_receipt", [("bank", -8), ("wang", 8)], reverses=first.entry_id)
        assert set(found(prey)) == {"corrections_of_their_like"}

    def test_that_reverse_a_reversal_are_found(self, prey: SmallBook, forger: Login) -> None:
        (first,) = prey.post(prey.draft("client_deposit", bank=8, wang=-8))
        second = forge(forger, prey, "client_deposit", [("bank", -8), ("wang", 8)], reverses=first.entry_id)
        forge(forger, prey, "client_deposit", [("bank", 8), ("wang", -8)], reverses=second)
        assert "corrections_of_their_like" in found(prey)

    def test_that_reverse_a_second_time_are_found(self, prey: SmallBook, forger: Login) -> None:
        forger.execute("DROP INDEX ledger_journalentry_reversed_once")
        (first,) = prey.post(prey.draft("client_deposit", bank=8, wang=-8))
        forge(forger, prey, "client_deposit", [("bank", -8), ("wang", 8)], reverses=first.entry_id)
        assert found(prey) == {}
        forge(
            forger, prey, "client_deposit", [("bank", -8), ("wang", 8)], reverses=first.entry_id, key="again"
        )
        assert set(found(prey)) == {"corrections_of_their_like"}

    def test_that_adjust_nothing_of_their_book_are_found(self, prey: SmallBook, forger: Login) -> None:
        forge(forger, prey, "client_deposit", [("bank", 8), ("wang", -8)], adjusts=10**9)
        assert set(found(prey)) == {"corrections_of_their_like"}
