"""Every finding about seals and keys, forged exactly so by a superuser, and named."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import transaction

from ledger.queries.checks_seals import check_seals
from ledger.queries.verification import Verdict, verify_book
from ledger.services.key_files import create_key_file
from ledger.services.seal_keys import revoke_key, rotate_key
from tests.invariants.test_tampering import Login, superuser
from tests.ledger.builders import SmallBook
from tests.ledger.sealing import WEDNESDAY, close_and_seal, sealed_book, second_person

__all__ = ["superuser"]
TABLES = ("ledger_seal", "ledger_sealkey", "ledger_sealkeyevent", "ledger_sealchart", "ledger_sealnode")
MORE_TABLES = ("ledger_dayclose", "ledger_journalentry", "ledger_entryposition")
FLIPPED = "set_byte({0}, 0, get_byte({0}, 0) # 1)"

FORGERIES = (
    ("seals_chained", "day 2008-09-17, close 1: is not sealed", "DELETE FROM ledger_seal WHERE seal_no = 3"),
    (
        "seals_chained",
        "seal 3: its close, day or book is not there",
        "UPDATE ledger_seal SET day_close_id = 999999 WHERE seal_no = 3",
    ),
    (
        "seals_chained",
        "seal 2: its hash is not that of what it says",
        f"UPDATE ledger_seal SET root_hash = {FLIPPED.format('root_hash')} WHERE seal_no = 2",
    ),
    (
        "seals_chained",
        "seal 2: does not follow from seal 1",
        f"UPDATE ledger_seal SET previous_hash = {FLIPPED.format('previous_hash')} WHERE seal_no = 2",
    ),
    (
        "seals_chained",
        "seal 2: does not follow from seal 1",
        "UPDATE ledger_seal SET recorded_at = recorded_at - interval '1 day' WHERE seal_no = 2",
    ),
    ("seals_chained", "seal 3: does not follow from seal 1", "DELETE FROM ledger_seal WHERE seal_no = 2"),
    (
        "seals_chained",
        "seal 2: covers 35 entries, its close others",
        "UPDATE ledger_dayclose SET last_position = 34 WHERE last_position = 35",
    ),
    (
        "seals_signed",
        "seal 2: the signature is not of key",
        f"UPDATE ledger_seal SET signature = {FLIPPED.format('signature')} WHERE seal_no = 2",
    ),
    (
        "seals_signed",
        "was not in force when it was made",
        "UPDATE ledger_seal SET key_id = (SELECT key_id FROM ledger_sealkeyevent WHERE event_no = 1)"
        " WHERE seal_no = 3",
    ),
    (
        "seals_signed",
        "is revoked, and not trusted from",
        "UPDATE ledger_sealkeyevent SET untrusted_from = '2008-09-01' WHERE event_no = 3",
    ),
    (
        "seals_signed",
        "key event 2: does not follow from the one before",
        f"UPDATE ledger_sealkeyevent SET previous_hash = {FLIPPED.format('previous_hash')}"
        " WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "key event 3: does not follow from the one before",
        "DELETE FROM ledger_sealkeyevent WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "key event 2: its hash is not that of what it says",
        "UPDATE ledger_sealkeyevent SET reason = 'another' WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "key event 2: is not signed by key",
        f"UPDATE ledger_sealkeyevent SET signature = {FLIPPED.format('signature')} WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "key event 2: published by",
        "UPDATE ledger_sealkeyevent SET event = 'published' WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "key event 2: is not what two people approved",
        "UPDATE ledger_sealkeyevent SET maker_id = checker_id WHERE event_no = 2",
    ),
    (
        "seals_signed",
        "seal 3: the event of keys that it names is not there",
        "DELETE FROM ledger_sealkeyevent WHERE event_no = 3",
    ),
    (
        "seals_entries",
        "position 35: is not what was sealed",
        "UPDATE ledger_journalentry SET narration = 'another' WHERE id ="
        " (SELECT entry_id FROM ledger_entryposition WHERE position = 35)",
    ),
    (
        "seals_entries",
        "seal 2: some of its entries are gone",
        "DELETE FROM ledger_entryposition WHERE position = 35",
    ),
    (
        "seals_trees",
        "seal 1: its root is not that of the entries",
        f"UPDATE ledger_seal SET root_hash = {FLIPPED.format('root_hash')} WHERE seal_no = 1",
    ),
    (
        "seals_trees",
        "seal 1: its nodes are not those of the tree",
        f"UPDATE ledger_sealnode SET hashes = {FLIPPED.format('hashes')} WHERE level = 0 AND first_index = 0",
    ),
    ("seals_charts", "is not what was sealed", "UPDATE ledger_sealchart SET content = content || 'x'"),
    ("seals_charts", "seal 1: its chart is gone", "DELETE FROM ledger_sealchart"),
    (
        "seals_trial_balances",
        "seal 2: its trial balance is not that of the entries",
        f"UPDATE ledger_seal SET trial_balance_digest = {FLIPPED.format('trial_balance_digest')}"
        " WHERE seal_no = 2",
    ),
)


@pytest.fixture
def sealed(transactional_db: None, key_directory: Path) -> SmallBook:
    """Monday and Tuesday sealed by the first key; it is rotated away and revoked; Wednesday by the second."""
    with transaction.atomic():
        book = sealed_book()
        people = {"maker_id": book.maker.id, "checker_id": second_person().id}
        first = book.book.seals.get(seal_no=1).key_id
        second, _ = create_key_file()
        rotate_key(key_id=second, reason="a year is over", **people)
        revoke_key(key_id=first, reason="its file was copied", untrusted_from=None, **people)
        close_and_seal(book, WEDNESDAY)
    return book


@contextmanager
def restored(superuser: Login) -> Iterator[None]:
    """What is committed meanwhile is undone afterwards."""
    tables = (*TABLES, *MORE_TABLES)
    superuser.execute("CREATE SCHEMA IF NOT EXISTS kept")
    for table in tables:
        superuser.execute(f"CREATE TABLE kept.{table} AS SELECT * FROM {table}")
    yield
    for table in tables:
        superuser.execute(f"DELETE FROM {table}")
        superuser.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept.{table}")
        superuser.execute(f"DROP TABLE kept.{table}")


class TestChecks:
    def test_find_each_what_was_forged(self, superuser: Login, sealed: SmallBook) -> None:
        missed = []
        for name, finding, forgery in FORGERIES:
            with restored(superuser):
                assert superuser.execute(forgery).rowcount > 0, forgery
                found, _notes = check_seals(book=sealed.book, outside=[], missing_months=[], reason="")
                checks = {one.name: one.findings for one in found}
            if not any(finding in one for one in checks[name]):
                missed.append((name, finding, checks[name]))
        assert missed == []
        assert verify_book(book=sealed.book).verdict is Verdict.CLEAN

    def test_are_incomplete_without_a_public_key(self, superuser: Login, sealed: SmallBook) -> None:
        superuser.execute("DELETE FROM ledger_sealkey")
        (signed,) = [one for one in verify_book(book=sealed.book).checks if one.name == "seals_signed"]
        assert "no public key" in signed.reason
