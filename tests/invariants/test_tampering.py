"""A superuser changes each column of each sealed table in turn, with every trigger off: all of it is found.

The columns come from the catalogue, so that a new one is not forgotten: it is found, or argued in `HARMLESS`.
"""

import datetime as dt
import hashlib
import json
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from psycopg import sql

from ledger.domain.merkle import CompactRange, MemoryTree, peaks
from ledger.domain.seal_files import read_seals, seal_document
from ledger.domain.seals import (
    TrialBalanceRow,
    header_bytes,
    key_id_of,
    statement_bytes,
    trial_balance_digest,
)
from ledger.domain.tiles import Run, grow
from ledger.models import DayClose, Seal, SealChart, SealKeyEvent
from ledger.queries.seal_keys import key_in_force
from ledger.queries.seal_texts import headers_of, statement_of
from ledger.queries.seals import signed_seals
from ledger.queries.verification import Verdict, Verification, verify_book
from ledger.services.key_files import private_key_of
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import key_directory, sealed_book

Login = psycopg.Connection[tuple[object, ...]]
__all__ = ["key_directory"]

SEALED = {
    "ledger_journalentry": "id = (SELECT min(id) FROM ledger_journalentry)",
    "ledger_posting": "entry_id = (SELECT min(id) FROM ledger_journalentry) AND posting_no = 1",
    "ledger_account": "id = (SELECT max(account_id) FROM ledger_posting WHERE posting_no = 2)",
    "ledger_unit": "code = 'USD'",
    "ledger_book": "code = 'MAIN'",
    "ledger_entryposition": "position = 3",
    "ledger_accountcategory": "number = 2010",
    "ledger_entrykind": "code = 'client_deposit'",
    "ledger_entrykindflow": "id = (SELECT min(id) FROM ledger_entrykindflow)",
    "ledger_dayclose": "id = (SELECT min(id) FROM ledger_dayclose)",
    "ledger_dailysnapshot": "account_id = (SELECT max(account_id) FROM ledger_posting WHERE posting_no = 2)",
    "ledger_valuesnapshot": "account_id = (SELECT max(account_id) FROM ledger_posting WHERE posting_no = 2)",
    "ledger_seal": "seal_no = 1",
    "ledger_sealnode": "level = 0 AND first_index = 0",
    "ledger_sealchart": "true",
    "ledger_sealkey": "true",
    "ledger_sealkeyevent": "event_no = 1",
}
"""Each table that seals cover, and the row that is changed."""

HARMLESS = {
    ("ledger_seal", "id"): "names the row inside this database only; nodes refer to it, and are found by it",
    ("ledger_sealkeyevent", "id"): "names the row inside this database only; nothing refers to it",
}
"""Columns that mean nothing to anybody outside the row, each with the reason."""

OTHER = {
    "bigint": "{column} + 1000000",
    "integer": "{column} + 1000000",
    "smallint": "{column} + 1",
    "date": "{column} + 1",
    "boolean": "NOT {column}",
    "text": "{column} || 'x'",
    "character varying": "left({column} || 'x', 2) || 'y'",
    "bytea": "set_byte({column}, 0, get_byte({column}, 0) # 1)",
    "timestamp with time zone": "{column} + interval '1 microsecond'",
    "numeric": "{column} + 1",
    "xid8": "({column}::text::bigint - 1)::text::xid8",
}
EMPTY = {
    "bigint": "1",
    "integer": "1",
    "smallint": "1",
    "date": "'2008-09-15'",
    "boolean": "true",
    "text": "'x'",
    "character varying": "'x'",
    "bytea": "'\\x00'",
    "timestamp with time zone": "'2008-09-15'",
}


@pytest.fixture
def sealed(transactional_db: None, key_directory: Path) -> SmallBook:
    with transaction.atomic():
        return sealed_book()


@pytest.fixture
def superuser(sealed: SmallBook, admin_connection: Login) -> Login:
    """Nothing stands in the way: no trigger, no foreign key, no constraint of a row."""
    admin_connection.execute("SET session_replication_role = replica")
    checks = admin_connection.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid = any(%s::regclass[])",
        [list(SEALED)],
    ).fetchall()
    for table, name in checks:
        admin_connection.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(str(table)), sql.Identifier(str(name))
            )
        )
    return admin_connection


def failing(verification: Verification) -> set[str]:
    return {check.name for check in verification.checks if check.found or check.reason}


class TestHonestBook:
    def test_is_clean(self, superuser: Login, sealed: SmallBook) -> None:
        verification = verify_book(book=sealed.book)
        assert failing(verification) == set()
        assert verification.verdict is Verdict.CLEAN
        assert verification.notes == ()


class TestEveryColumn:
    def test_is_found_when_it_is_changed(self, superuser: Login, sealed: SmallBook) -> None:
        rows = superuser.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = any(%s) ORDER BY table_name, ordinal_position",
            [list(SEALED)],
        ).fetchall()
        columns = [(str(table), str(column), str(kind)) for table, column, kind in rows]
        assert {table for table, _, _ in columns} == set(SEALED)
        missed = [
            f"{table}.{column}"
            for table, column, kind in columns
            if (table, column) not in HARMLESS and not self.is_found(superuser, sealed, table, column, kind)
        ]
        assert missed == []

    def is_found(self, superuser: Login, sealed: SmallBook, table: str, column: str, kind: str) -> bool:
        """Change the column in one row, look, and put it back."""
        name = f'"{column}"'
        other = OTHER[kind].format(column=name)
        if kind in EMPTY:
            other = f"CASE WHEN {name} IS NULL THEN {EMPTY[kind]} ELSE {other} END"
        superuser.execute("CREATE SCHEMA IF NOT EXISTS kept")
        superuser.execute("DROP TABLE IF EXISTS kept.rows")
        superuser.execute(f"CREATE TABLE kept.rows AS SELECT * FROM {table}")
        changed = superuser.execute(f"UPDATE {table} SET {name} = {other} WHERE {SEALED[table]}").rowcount
        assert changed >= 1, table
        verdict = verify_book(book=sealed.book).verdict
        superuser.execute(f"DELETE FROM {table}")
        superuser.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept.rows")
        return verdict is not Verdict.CLEAN


def forge(superuser: Login, sealed: SmallBook, amount: int = 1) -> None:
    """Give Wang of the first entry more than came: postings, balances, snapshots, payload hash, all of it."""
    superuser.execute(
        """
        UPDATE ledger_posting SET amount_minor = amount_minor + sign(amount_minor) * %(amount)s
        WHERE entry_id = (SELECT min(id) FROM ledger_journalentry)
        """,
        {"amount": amount},
    )
    superuser.execute(
        """
        UPDATE ledger_journalentry AS e SET payload_hash = ledger_payload_hash(
            e.caller, e.idempotency_key, e.kind_id, e.value_date, e.narration, e.source_reference,
            e.reverses_id, e.adjusts_id, (
                SELECT string_agg(account_id || ' ' || amount_minor, ',' ORDER BY account_id, amount_minor)
                FROM ledger_posting WHERE entry_id = e.id
            )
        )
        WHERE e.id = (SELECT min(id) FROM ledger_journalentry)
        """
    )
    for name, side, change in (("bank", "debit", amount), ("wang", "credit", -amount)):
        superuser.execute(
            "UPDATE ledger_balance SET balance_minor = balance_minor + %s WHERE account_id = %s",
            [change, sealed.accounts[name]],
        )
        superuser.execute(
            "UPDATE ledger_dailysnapshot SET balance_minor = balance_minor + %s WHERE account_id = %s",
            [change, sealed.accounts[name]],
        )
        superuser.execute(
            f"UPDATE ledger_dailysnapshot SET {side}_minor = {side}_minor + %s"
            " WHERE account_id = %s AND business_date = %s",
            [change, sealed.accounts[name], dt.date(2008, 9, 15)],
        )
        superuser.execute(
            "UPDATE ledger_valuesnapshot SET balance_minor = balance_minor + %s WHERE account_id = %s",
            [change, sealed.accounts[name]],
        )
        superuser.execute(
            f"UPDATE ledger_valuesnapshot SET {side}_minor = {side}_minor + %s"
            " WHERE account_id = %s AND closed_date = %s AND value_date = %s",
            [change, sealed.accounts[name], dt.date(2008, 9, 15), dt.date(2008, 9, 15)],
        )


def seal_whatever_stands(
    superuser: Login, closes: list[tuple[int, int]], sealed: SmallBook, *, names_event: bool = True
) -> None:
    """What the service does, without the database in its way: the forger has the key."""
    trial_balances = trial_balances_of(superuser, closes)
    tree = MemoryTree()
    previous: bytes | None = None
    for number, ((close_id, last), balance) in enumerate(zip(closes, trial_balances, strict=True), start=1):
        size = tree.size
        leaves = superuser.execute(
            "SELECT encode(leaf_hash, 'hex') FROM ledger_entry_leaves(%s, %s, %s)",
            [sealed.book.id, size + 1, last],
        ).fetchall()
        compact = CompactRange(size, peaks(tree, size))
        hashes = [bytes.fromhex(str(leaf)) for (leaf,) in leaves]
        runs = grow(compact, hashes)
        for leaf in hashes:
            tree.append(leaf)
        seal = Seal(
            book_id=sealed.book.id,
            seal_no=number,
            day_close_id=close_id,
            first_position=size + 1,
            tree_size=last,
            root_hash=compact.root(),
            chart=SealChart.objects.get(),
            trial_balance_digest=bytes.fromhex(balance),
            previous_hash=previous,
            seal_hash=b"",
            key_event_hash=bytes(SealKeyEvent.objects.latest("event_no").event_hash) if names_event else None,
            key_id=str(key_in_force()),
            recorded_at=DayClose.objects.get(pk=close_id).recorded_at,
        )
        previous = keep_forged(superuser, seal, runs)


def keep_forged(superuser: Login, seal: Seal, runs: list[Run]) -> bytes:
    columns = [field.attname for field in Seal._meta.concrete_fields if field.attname != "id"]
    seal.signature = b"0" * 64
    values = [getattr(seal, name) for name in columns]
    names = ", ".join(columns)
    places = ", ".join(["%s"] * len(columns))
    row = superuser.execute(
        f"INSERT INTO ledger_seal ({names}) VALUES ({places}) RETURNING id", values
    ).fetchone()
    assert row is not None
    seal.pk = int(str(row[0]))
    content = header_bytes(headers_of(seals=[seal])[seal.pk])
    own_hash = hashlib.sha256(content).digest()
    signature = private_key_of(key_id=seal.key_id).sign(content)
    superuser.execute(
        "UPDATE ledger_seal SET seal_hash = %s, signature = %s WHERE id = %s", [own_hash, signature, seal.pk]
    )
    for run in runs:
        superuser.execute(
            "INSERT INTO ledger_sealnode (book_id, level, first_index, seal_id, hashes)"
            " VALUES (%s, %s, %s, %s, %s)",
            [seal.book_id, run.level, run.first_index, seal.pk, run.hashes],
        )
    return own_hash


def trial_balances_of(superuser: Login, closes: list[tuple[int, int]]) -> list[str]:
    """The digest at each close, by plain sums."""
    found = []
    for _, last in closes:
        rows = superuser.execute(
            """
            SELECT
                u.code, a.ring, a.category_id, count(*), sum(greatest(b.amount, 0)),
                sum(greatest(-b.amount, 0))
            FROM (
                SELECT p.account_id, sum(p.amount_minor) AS amount
                FROM ledger_posting AS p
                INNER JOIN ledger_entryposition AS o ON o.entry_id = p.entry_id AND o.position <= %s
                GROUP BY p.account_id HAVING sum(p.amount_minor) <> 0
            ) AS b
            INNER JOIN ledger_account AS a ON a.id = b.account_id
            INNER JOIN ledger_unit AS u ON u.id = a.unit_id
            GROUP BY u.code, a.ring, a.category_id
            """,
            [last],
        ).fetchall()
        found.append(trial_balance_digest([TrialBalanceRow(*row) for row in rows]))  # type: ignore[arg-type]
    return found


def seal_anew(superuser: Login, sealed: SmallBook, *, names_event: bool = True) -> None:
    """Forget every seal and make them all again from the forged rows, with the installation's own key."""
    closes = superuser.execute("SELECT id, last_position FROM ledger_dayclose ORDER BY id").fetchall()
    superuser.execute("DELETE FROM ledger_sealnode")
    superuser.execute("DELETE FROM ledger_seal")
    pairs = [(int(str(one)), int(str(last))) for one, last in closes]
    seal_whatever_stands(superuser, pairs, sealed, names_event=names_event)


class TestForgery:
    """A balanced pair, altered together with everything that this database keeps of it."""

    def test_is_found_by_the_seals_alone(self, superuser: Login, sealed: SmallBook) -> None:
        forge(superuser, sealed)
        verification = verify_book(book=sealed.book)
        assert failing(verification) == {"seals_entries", "seals_trees", "seals_trial_balances"}
        (finding,) = next(one.findings for one in verification.checks if one.name == "seals_entries")
        assert "position 1: is not what was sealed" in finding

    def test_with_seals_made_anew_is_found_by_a_seal_held_outside(
        self, superuser: Login, sealed: SmallBook
    ) -> None:
        held = json.dumps({"seals": [seal_document(one) for one in signed_seals(book_id=sealed.book.id)]})
        forge(superuser, sealed)
        seal_anew(superuser, sealed)
        assert failing(verify_book(book=sealed.book)) == set()
        verification = verify_book(book=sealed.book, outside=read_seals(held))
        assert failing(verification) == {"seals_held_outside"}
        assert verification.verdict is Verdict.FAILED

    def test_leaves_an_honest_book_to_a_seal_held_outside(self, superuser: Login, sealed: SmallBook) -> None:
        held = json.dumps({"seals": [seal_document(one) for one in signed_seals(book_id=sealed.book.id)]})
        verification = verify_book(book=sealed.book, outside=read_seals(held))
        assert verification.verdict is Verdict.CLEAN

    def test_of_the_seal_held_outside_makes_it_incomplete(self, superuser: Login, sealed: SmallBook) -> None:
        document = {"seals": [seal_document(one) for one in signed_seals(book_id=sealed.book.id)]}
        held = json.dumps(document).replace('"maker_id": 1', '"maker_id": 9')
        assert verify_book(book=sealed.book, outside=read_seals(held)).verdict is not Verdict.CLEAN


class TestThiefWithAKeyOfHisOwn:
    @pytest.mark.parametrize("event", ["rotated", "published"])
    def test_is_found_when_only_he_signed_for_it(
        self, superuser: Login, sealed: SmallBook, event: str
    ) -> None:
        """Key, approval and event are all there, hashed and signed: by the new key alone."""
        thief = Ed25519PrivateKey.generate()
        public_key = thief.public_key().public_bytes_raw()
        first = SealKeyEvent.objects.get()
        approval = superuser.execute(
            "INSERT INTO accounts_approval SELECT (jsonb_populate_record(a, jsonb_build_object("
            "'id', 999999, 'subject', %s::text))).* FROM accounts_approval AS a WHERE id = %s RETURNING id",
            [f"ALL/{event} {key_id_of(public_key)}", first.approval_id],
        ).fetchone()
        assert approval is not None
        superuser.execute("INSERT INTO ledger_sealkey VALUES (%s, %s)", [key_id_of(public_key), public_key])
        forged = SealKeyEvent(
            event_no=2,
            event=event,
            key_id=key_id_of(public_key),
            signer_id=key_id_of(public_key),
            reason="mine",
            approval_id=999999,
            maker_id=first.maker_id,
            checker_id=first.checker_id,
            previous_hash=bytes(first.event_hash),
            recorded_at=first.recorded_at,
        )
        content = statement_bytes(statement_of(event=forged, public_key=public_key))
        forged.event_hash, forged.signature = hashlib.sha256(content).digest(), thief.sign(content)
        columns = [one.attname for one in SealKeyEvent._meta.concrete_fields if one.attname != "id"]
        superuser.execute(
            f"INSERT INTO ledger_sealkeyevent ({', '.join(columns)})"
            f" VALUES ({', '.join(['%s'] * len(columns))})",
            [getattr(forged, name) for name in columns],
        )
        verification = verify_book(book=sealed.book)
        (findings,) = [one.findings for one in verification.checks if one.name == "seals_signed"]
        assert f"key event 2: {event} by {forged.signer_id} is not in order" in findings
