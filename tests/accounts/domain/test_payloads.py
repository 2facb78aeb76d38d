"""The canonical bytes of a payload."""

import datetime as dt
import hashlib
from decimal import Decimal

import pytest

from accounts.domain.payloads import UnfitPayload, canonical_bytes, payload_hash


class TestCanonicalBytes:
    def test_do_not_depend_on_the_order_of_keys(self) -> None:
        assert canonical_bytes({"b": 1, "a": [True, None]}) == canonical_bytes({"a": [True, None], "b": 1})

    def test_are_utf8_json_without_blanks(self) -> None:
        assert canonical_bytes({"客户": "C000123", "amount_minor": -5}) == (
            '{"amount_minor":-5,"客户":"C000123"}'.encode()
        )

    def test_depend_on_the_order_of_a_list(self) -> None:
        assert canonical_bytes({"orders": [1, 2]}) != canonical_bytes({"orders": [2, 1]})

    def test_keep_a_number_and_its_text_apart(self) -> None:
        assert canonical_bytes({"amount_minor": 1}) != canonical_bytes({"amount_minor": "1"})

    @pytest.mark.parametrize(
        "value",
        [
            0.1,
            float("nan"),
            Decimal("1.50"),
            dt.date(2008, 10, 10),
            b"bytes",
            {1: "a number as key"},
            {"set"},
        ],
        ids=str,
    )
    def test_refuse_what_has_no_one_text(self, value: object) -> None:
        with pytest.raises(UnfitPayload):
            canonical_bytes({"orders": [{"value": value}]})


class TestPayloadHash:
    def test_is_sha256_of_the_canonical_bytes(self) -> None:
        assert payload_hash({"business_date": "2008-10-10"}) == (
            hashlib.sha256(b'{"business_date":"2008-10-10"}').digest()
        )
