"""Canonical bytes: one spelling for what is sealed and for what a key is bound to."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.domain.canonical import (
    CanonicalEntry,
    CanonicalPosting,
    InvalidCanonicalEntry,
    UnhashablePayload,
    canonical_entry_bytes,
    payload_hash,
)

DEPOSIT = CanonicalEntry(
    book_code="MAIN",
    entry_id=7,
    kind="client_deposit",
    booking_date=date(2026, 1, 5),
    value_date=date(2026, 1, 6),
    narration="入金",
    source_reference="stmt:9",
    caller="custody",
    idempotency_key="k-1",
    payload_sha256_hex="ab" * 32,
    maker=None,
    reverses_entry_id=None,
    adjusts_entry_id=None,
    postings=(
        CanonicalPosting(1, "custody/client", "CNY", 500),
        CanonicalPosting(2, "client/C1/F1/cash", "CNY", -500),
    ),
)


class TestCanonicalEntryBytes:
    def test_are_netstrings_in_the_documented_order(self) -> None:
        assert canonical_entry_bytes(DEPOSIT) == (
            b"17:plimsoll-entry-v1,4:MAIN,1:7,14:client_deposit,10:2026-01-05,10:2026-01-06,"
            + b"6:"
            + "入金".encode()
            + b",6:stmt:9,7:custody,3:k-1,64:"
            + b"ab" * 32
            + b",-,-,-,1:2,1:1,14:custody/client,3:CNY,3:500,1:2,17:client/C1/F1/cash,3:CNY,4:-500,"
        )

    @pytest.mark.parametrize(
        "other",
        [
            replace(DEPOSIT, entry_id=8),
            replace(DEPOSIT, narration=""),
            replace(DEPOSIT, maker=""),
            replace(DEPOSIT, maker="-"),
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
