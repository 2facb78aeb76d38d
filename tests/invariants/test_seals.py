"""Seals and keys, round Python as the application's login: what the database refuses, by name."""

import hashlib
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from ledger.models import DayClose, Seal, SealKeyEvent
from tests.invariants.rows import columns_of, not_permitted, refused
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import (
    TUESDAY,
    WEDNESDAY,
    key_directory,
    open_day,
    sealed_book,
    second_person,
)
from tests.ledger.services.test_days import close

pytestmark = pytest.mark.django_db
__all__ = ["key_directory"]

SEAL_HASH = "sha256(ledger_seal_header(r.*))"
EVENT_HASH = "sha256(ledger_seal_key_statement(r.*))"

NEXT_SEAL = """
    SELECT to_jsonb(s.*) || jsonb_build_object(
        'day_close_id', %s, 'seal_no', 3, 'previous_hash', s.seal_hash, 'first_position', 36,
        'recorded_at', statement_timestamp()
    ) AS row
    FROM ledger_seal AS s WHERE s.seal_no = 2
"""


@pytest.fixture
def sealed(db: None, key_directory: Path) -> SmallBook:
    return sealed_book()


def insert(table: str, row: str, own_hash: str, hash_column: str, arguments: list[int]) -> None:
    """Insert a row made by SELECT, with the hash of its own columns: a careful liar's."""
    columns = [name for name in columns_of(table) if name != hash_column]
    chosen = ", ".join(f'r."{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}, {hash_column})"
            f" SELECT {chosen}, {own_hash} FROM ({row}) AS given"
            f" CROSS JOIN LATERAL jsonb_populate_record(null::{table}, given.row) AS r",
            arguments,
        )


def seal_wednesday(sealed: SmallBook, **changes: str) -> None:
    """Close Wednesday and insert a seal of it with SQL expressions in place of what it should say."""
    close(sealed, second_person(), WEDNESDAY)
    newest = DayClose.objects.latest("pk").pk
    said = {
        "seal_no": "3",
        "day_close_id": str(newest),
        "first_position": "36",
        "previous_hash": "s.seal_hash",
        "recorded_at": "statement_timestamp()",
    } | changes
    pairs = ", ".join(f"'{name}', {value}" for name, value in said.items())
    row = f"SELECT to_jsonb(s.*) || jsonb_build_object({pairs}) AS row FROM ledger_seal AS s"
    row = f"{row} WHERE s.seal_no = 2"
    insert("ledger_seal", row, SEAL_HASH, "seal_hash", [])


def record_event(**changes: str) -> None:
    """Insert an event that revokes the key, with SQL expressions in place of what it should say."""
    said = {
        "event_no": "2",
        "event": "'revoked'",
        "signer_id": "e.key_id",
        "previous_hash": "e.event_hash",
        "recorded_at": "statement_timestamp()",
    } | changes
    pairs = ", ".join(f"'{name}', {value}" for name, value in said.items())
    row = f"SELECT to_jsonb(e.*) || jsonb_build_object({pairs}) AS row FROM ledger_sealkeyevent AS e"
    insert("ledger_sealkeyevent", row, EVENT_HASH, "event_hash", [])


class TestSeal:
    def test_is_taken_where_it_is_honest(self, sealed: SmallBook) -> None:
        seal_wednesday(sealed)
        assert Seal.objects.count() == 3

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"seal_no": "4"}, "ledger_seal_follows_chain"),
            ({"seal_no": "2"}, "ledger_seal_follows_chain"),
            ({"previous_hash": "s.previous_hash"}, "ledger_seal_follows_chain"),
            ({"first_position": "35"}, "ledger_seal_positions_gapless"),
            ({"first_position": "37"}, "ledger_seal_positions_gapless"),
            ({"tree_size": "34"}, "ledger_seal_positions_gapless"),
            ({"tree_size": "36"}, "ledger_seal_positions_gapless"),
            ({"key_id": "'0123456789abcdef'"}, "ledger_seal_key_is_in_force"),
            ({"recorded_at": "statement_timestamp() - interval '1 hour'"}, "ledger_seal_time_is_now"),
            ({"recorded_at": "statement_timestamp() + interval '1 hour'"}, "ledger_seal_time_is_now"),
            ({"recorded_at": "transaction_timestamp()"}, "ledger_seal_dated_in_order"),
            ({"key_event_hash": "null"}, "ledger_seal_names_last_key_event"),
            ({"key_event_hash": "s.root_hash"}, "ledger_seal_names_last_key_event"),
            ({"chart_id": f"'{'0' * 64}'"}, "ledger_seal_digests_agree"),
            ({"trial_balance_digest": "s.root_hash"}, "ledger_seal_digests_agree"),
            ({"signature": "s.root_hash"}, "ledger_seal_is_signed"),
            ({"day_close_id": "s.day_close_id"}, "ledger_seal_day_is_closed"),
        ],
    )
    def test_is_refused(self, sealed: SmallBook, changes: dict[str, str], name: str) -> None:
        with refused(name):
            seal_wednesday(sealed, **changes)

    def test_is_refused_while_a_day_is_open(self, sealed: SmallBook) -> None:
        close(sealed, second_person(), WEDNESDAY)
        open_day(sealed, WEDNESDAY + (TUESDAY - WEDNESDAY) * -1)
        newest = DayClose.objects.latest("pk").pk
        with refused("ledger_seal_day_is_closed"):
            insert("ledger_seal", NEXT_SEAL, SEAL_HASH, "seal_hash", [newest])

    def test_says_what_its_hash_is_of(self, sealed: SmallBook) -> None:
        close(sealed, second_person(), WEDNESDAY)
        newest = DayClose.objects.latest("pk").pk
        with refused("ledger_seal_digests_agree"):
            insert("ledger_seal", NEXT_SEAL, "sha256('other')", "seal_hash", [newest])

    @pytest.mark.parametrize("table", ["seal", "sealnode", "sealchart", "sealkey", "sealkeyevent"])
    def test_and_all_about_it_is_the_application_s_to_add_only(self, sealed: SmallBook, table: str) -> None:
        column = columns_of(f"ledger_{table}")[0]
        for statement in (
            f"UPDATE ledger_{table} SET {column} = {column}",
            f"DELETE FROM ledger_{table}",
            f"TRUNCATE ledger_{table}",
        ):
            with not_permitted(), connection.cursor() as cursor:
                cursor.execute(statement)


class TestSealNode:
    def test_comes_with_its_seal(self, sealed: SmallBook) -> None:
        insertion = (
            "INSERT INTO ledger_sealnode (book_id, level, first_index, seal_id, hashes)"
            " SELECT s.book_id, %s, %s, s.id, %s FROM ledger_seal AS s WHERE s.seal_no = 2"
        )
        for level, first, hashes in ((0, 35, 32), (0, 34, 32), (1, 0, 32), (0, 36, 32)):
            with refused("ledger_sealnode_comes_with_seal"), connection.cursor() as cursor:
                cursor.execute(insertion, [level, first, b"x" * hashes])

    def test_has_a_place(self, sealed: SmallBook) -> None:
        insertion = (
            "INSERT INTO ledger_sealnode (book_id, level, first_index, seal_id, hashes)"
            " SELECT s.book_id, 8, 0, s.id, '' FROM ledger_seal AS s WHERE s.seal_no = 2"
        )
        with refused("ledger_sealnode_place_known"), connection.cursor() as cursor:
            cursor.execute(insertion)


class TestSealKey:
    @pytest.mark.parametrize("public_key", [b"k" * 32, b"k" * 31])
    def test_is_named_by_its_hash(self, db: None, public_key: bytes) -> None:
        name = "0" * 16 if len(public_key) == 32 else hashlib.sha256(public_key).hexdigest()[:16]
        with refused("ledger_sealkey_named_by_its_hash"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_sealkey (key_id, public_key) VALUES (%s, %s)", [name, public_key]
            )


class TestSealChart:
    def test_is_named_by_its_hash(self, db: None) -> None:
        with refused("ledger_sealchart_named_by_its_hash"), connection.cursor() as cursor:
            cursor.execute("INSERT INTO ledger_sealchart (digest, content) VALUES (%s, 'x')", ["0" * 64])


class TestSealKeyEvent:
    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"event_no": "3"}, "ledger_sealkeyevent_follows_chain"),
            ({"event_no": "1"}, "ledger_sealkeyevent_follows_chain"),
            ({"previous_hash": "null"}, "ledger_sealkeyevent_follows_chain"),
            ({"event": "'published'"}, "ledger_sealkeyevent_in_order"),
            ({"event": "'rotated'"}, "ledger_sealkeyevent_in_order"),
            ({"signer_id": "'0123456789abcdef'"}, "ledger_sealkeyevent_in_order"),
            ({"recorded_at": "statement_timestamp() - interval '1 day'"}, "ledger_sealkeyevent_time_is_now"),
            ({"recorded_at": "transaction_timestamp()"}, "ledger_sealkeyevent_dated_in_order"),
            ({}, "ledger_sealkeyevent_is_approved"),
            ({"approval_id": "null"}, "ledger_sealkeyevent_is_approved"),
        ],
    )
    def test_is_refused(self, sealed: SmallBook, changes: dict[str, str], name: str) -> None:
        with refused(name):
            record_event(**changes)

    def test_says_what_its_hash_is_of(self, sealed: SmallBook) -> None:
        row = (
            "SELECT to_jsonb(e.*) || jsonb_build_object('event_no', 2, 'event', 'revoked', 'previous_hash',"
            " e.event_hash, 'recorded_at', statement_timestamp()) AS row FROM ledger_sealkeyevent AS e"
        )
        with refused("ledger_sealkeyevent_hash_agrees"):
            insert("ledger_sealkeyevent", row, "sha256('other')", "event_hash", [])

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"checker_id": "e.maker_id"}, "ledger_sealkeyevent_maker_is_not_checker"),
            ({"reason": "''"}, "ledger_sealkeyevent_says_why"),
            ({"signature": "'\\x00'::bytea"}, "ledger_sealkeyevent_is_signed"),
            ({"event": "'forgotten'"}, "ledger_sealkeyevent_event_known"),
            (
                {"event": "'published'", "untrusted_from": "statement_timestamp()"},
                "ledger_sealkeyevent_only_revoked_is_doubted",
            ),
        ],
    )
    def test_is_refused_by_its_columns_too(
        self, sealed_by_owner: psycopg.Connection[tuple[object, ...]], changes: dict[str, str], name: str
    ) -> None:
        """With the trigger's rules out of the way, as only a superuser can have it."""
        said = {"event_no": "2", "event": "'revoked'"} | changes
        columns = [name for name in columns_of("ledger_sealkeyevent") if name != "approval_id"]
        chosen = ", ".join(said.get(column, f"e.{column}") for column in columns)
        with pytest.raises(psycopg.errors.CheckViolation) as caught:
            sealed_by_owner.execute(
                f"INSERT INTO ledger_sealkeyevent ({', '.join(columns)}, approval_id)"
                f" SELECT {chosen}, e.approval_id + 1 FROM ledger_sealkeyevent AS e"
            )
        assert caught.value.diag.constraint_name == name


@pytest.fixture
def sealed_by_owner(
    admin_connection: psycopg.Connection[tuple[object, ...]], key_directory: Path
) -> psycopg.Connection[tuple[object, ...]]:
    with transaction.atomic():
        sealed_book()
    admin_connection.execute("SET session_replication_role = replica")
    return admin_connection


class TestOwner:
    @pytest.mark.parametrize("table", ["seal", "sealnode", "sealchart", "sealkey", "sealkeyevent"])
    def test_changes_nothing_either(
        self,
        owner_connection: psycopg.Connection[tuple[object, ...]],
        key_directory: Path,
        table: str,
    ) -> None:
        with transaction.atomic():
            sealed_book()
        column = columns_of(f"ledger_{table}")[0]
        for statement in (f"UPDATE ledger_{table} SET {column} = {column}", f"DELETE FROM ledger_{table}"):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == f"ledger_{table}_append_only"

    @pytest.mark.parametrize(("table", "number"), [("seal", "seal_no"), ("sealkeyevent", "event_no")])
    def test_numbers_nothing_twice(
        self, sealed_by_owner: psycopg.Connection[tuple[object, ...]], table: str, number: str
    ) -> None:
        unlike = {"seal": "day_close_id", "sealkeyevent": "approval_id"}[table]
        columns = columns_of(f"ledger_{table}")
        chosen = ", ".join(f"{name} + 100" if name == unlike else name for name in columns)
        copied = f"SELECT {chosen} FROM ledger_{table} LIMIT 1"
        with pytest.raises(psycopg.errors.UniqueViolation) as caught:
            sealed_by_owner.execute(f"INSERT INTO ledger_{table} ({', '.join(columns)}) {copied}")
        assert caught.value.diag.constraint_name == f"ledger_{table}_numbered_once"
        assert SealKeyEvent.objects.count() == 1
