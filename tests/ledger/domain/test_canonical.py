"""Canonical bytes: one spelling for what is sealed and for what a key is bound to."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ledger.domain.canonical import (
    CanonicalAccount,
    CanonicalEntry,
    CanonicalPosting,
    InvalidCanonicalEntry,
    UnhashablePayload,
    canonical_entry_bytes,
    payload_hash,
)

WANG = CanonicalAccount(
    account_id=3,
    book_code="MAIN",
    address="client/C1/F1/cash",
    unit_code="CNY",
    unit_kind="currency",
    unit_exponent=2,
    ring="client",
    role="entitlement",
    category_number=2010,
    owner_code="C1",
    contract_code="F1",
    limit="no_debit_balance",
    is_hot=False,
    expected_age_days=None,
)
BANK, CASH = "cd" * 32, "ef" * 32
MONDAY = date(2026, 1, 6)
DEPOSIT = CanonicalEntry(
    book_code="MAIN",
    position=4,
    entry_id=7,
    kind="client_deposit",
    booking_date=date(2026, 1, 5),
    value_date=MONDAY,
    narration="入金",
    source_reference="stmt:9",
    caller="custody",
    idempotency_key="k-1",
    payload_sha256_hex="ab" * 32,
    posting_count=2,
    maker_id=5,
    reverses_entry_id=None,
    adjusts_entry_id=None,
    recorded_at=datetime(2026, 1, 6, 18, 4, 5, 70, tzinfo=timezone(timedelta(hours=8))),
    creating_xid=99,
    postings=(
        CanonicalPosting(1, BANK, "CNY", "MAIN", MONDAY, 500),
        CanonicalPosting(2, CASH, "CNY", "MAIN", MONDAY, -500),
    ),
)


class TestCanonicalEntryBytes:
    def test_are_netstrings_in_the_documented_order(self) -> None:
        assert canonical_entry_bytes(DEPOSIT) == (
            b"17:plimsoll-entry-v2,4:MAIN,1:4,1:7,14:client_deposit,10:2026-01-05,10:2026-01-06,"
            + b"6:"
            + "入金".encode()
            + b",6:stmt:9,7:custody,3:k-1,64:"
            + b"ab" * 32
            + b",1:2,1:5,-,-,27:2026-01-06T10:04:05.000070Z,2:99,1:2,"
            + b"1:1,64:"
            + BANK.encode()
            + b",3:CNY,4:MAIN,10:2026-01-06,3:500,1:2,64:"
            + CASH.encode()
            + b",3:CNY,4:MAIN,10:2026-01-06,4:-500,"
        )

    @pytest.mark.parametrize(
        "other",
        [
            replace(DEPOSIT, entry_id=8),
            replace(DEPOSIT, narration=""),
            replace(DEPOSIT, maker_id=6),
            replace(DEPOSIT, position=5),
            replace(DEPOSIT, creating_xid=98),
            replace(DEPOSIT, posting_count=3),
            replace(DEPOSIT, reverses_entry_id=6),
            replace(DEPOSIT, adjusts_entry_id=6),
            replace(DEPOSIT, value_date=date(2026, 1, 5)),
            replace(DEPOSIT, caller="custody,3:k-1", idempotency_key=""),
            replace(DEPOSIT, postings=DEPOSIT.postings[:1]),
        ],
    )
    def test_differ_wherever_the_entry_does(self, other: CanonicalEntry) -> None:
        assert canonical_entry_bytes(other) != canonical_entry_bytes(DEPOSIT)

    @pytest.mark.parametrize(
        "broken",
        [
            replace(DEPOSIT, postings=()),
            replace(DEPOSIT, postings=DEPOSIT.postings[::-1]),
            replace(DEPOSIT, postings=DEPOSIT.postings[:1] * 2),
            replace(DEPOSIT, payload_sha256_hex="AB" * 32),
            replace(DEPOSIT, payload_sha256_hex="ab" * 31),
            replace(DEPOSIT, narration="\ud800"),
        ],
    )
    def test_are_refused_where_there_is_no_one_spelling(self, broken: CanonicalEntry) -> None:
        with pytest.raises(InvalidCanonicalEntry, match="entry 7"):
            canonical_entry_bytes(broken)


class TestPayloadHash:
    def test_is_the_sha256_of_canonical_json(self) -> None:
        text = '{"a":[1,null,true,"2026-01-05"],"b":"入"}'
        payload = {"b": "入", "a": (1, None, True, date(2026, 1, 5))}
        assert payload_hash(payload) == hashlib.sha256(text.encode()).digest()

    def test_does_not_depend_on_the_order_of_keys(self) -> None:
        assert payload_hash({"a": 1, "b": 2}) == payload_hash({"b": 2, "a": 1})

    @pytest.mark.parametrize(("one", "other"), [(1, "1"), (1, True), (0, None), ([], {}), ([1, 2], [12])])
    def test_tells_kinds_apart(self, one: object, other: object) -> None:
        assert payload_hash(one) != payload_hash(other)

    @pytest.mark.parametrize(
        "payload",
        [
            1.0,
            float("nan"),
            Decimal("1.0"),
            datetime(2026, 1, 5, tzinfo=UTC),
            {"a": [0.1]},
            {1: "a"},
            {"a": {1, 2}},
            b"a",
            "\ud800",
        ],
    )
    def test_refuses_what_has_no_one_spelling(self, payload: object) -> None:
        with pytest.raises(UnhashablePayload):
            payload_hash(payload)
