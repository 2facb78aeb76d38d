"""Statements for attacks by raw SQL: an honest entry with its postings, to be bent, and who refuses it."""

import psycopg
import pytest

from tests.ledger.builders import MONDAY, SmallBook

Login = psycopg.Connection[tuple[object, ...]]

ENTRY = """
    INSERT INTO ledger_journalentry (
        book_id, kind_id, booking_date, value_date, narration, source_reference, caller, idempotency_key,
        payload_hash, posting_count, maker_id
    ) VALUES (
        %(book)s, %(kind)s, %(day)s, %(day)s, 'attack', 'attack:1', 'attack', %(key)s,
        sha256('attack'), %(count)s, %(maker)s
    ) RETURNING id
"""
COLUMNS = "entry_id, account_id, amount_minor, posting_no, unit_id, book_id, booking_date, value_date"


def entry_with(prey: SmallBook, postings: str, **changes: object) -> tuple[str, dict[str, object]]:
    """One statement that inserts an entry and the postings SELECTed from it as `e`."""
    arguments: dict[str, object] = {
        "book": prey.book.id,
        "kind": "client_deposit",
        "day": MONDAY,
        "key": "attack",
        "count": 2,
        "maker": prey.maker.id,
        "usd": prey.units["USD"],
        "ibm": prey.units["XNYS:IBM"],
        **prey.accounts,
        **changes,
    }
    return f"WITH e AS ({ENTRY}), p AS (INSERT INTO ledger_posting ({COLUMNS}) {postings}) SELECT", arguments


def two_legs(debit: str = "bank", credit: str = "wang", amount: str = "100", **changes: str) -> str:
    leg = {
        "unit": "%(usd)s",
        "book": "%(book)s",
        "day": "%(day)s::date",
        "value": "%(day)s::date",
        "entry": "e.id",
    }
    leg |= changes
    return (
        f"SELECT {leg['entry']}, v.account, v.amount, v.no, {leg['unit']}, {leg['book']}, {leg['day']}, "
        f"{leg['value']} FROM e, "
        f"(VALUES (1, %({debit})s, {amount}), (2, %({credit})s, -{amount})) AS v(no, account, amount)"
    )


def refused_by(attacker: Login, statement: str, arguments: dict[str, object] | None = None) -> str:
    """The name of the rule that refuses, or the error class where a privilege or type does."""

    def attack() -> None:
        attacker.execute(statement, arguments)
        attacker.commit()

    with pytest.raises(psycopg.Error) as caught:
        attack()
    attacker.rollback()
    return caught.value.diag.constraint_name or type(caught.value).__name__
