"""What each kind of document is made from: plain data that is kept with it as canonical JSON.

Amounts are minor units, rates and ratios parts per million, days ISO text; names are as they were that day.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, TypedDict


class PartyInputs(TypedDict):
    code: str
    name: str


class UnitInputs(TypedDict):
    code: str
    exponent: int


class TrancheInputs(TypedDict):
    """`source` is own or third_party; the rate to a funder is no client's business and not among these."""

    source: str
    name: str
    share_ppm: int
    seniority: int


class FeeInputs(TypedDict):
    kind: str
    rate_ppm: int | None
    amount_minor: int | None


class AgreementInputs(TypedDict):
    """A contract with its terms as they stand: `terms` are all parameters of the version by name."""

    issuer: PartyInputs
    client: PartyInputs
    custodian: PartyInputs
    contract: str
    opened_on: str
    matures_on: str | None
    unit: UnitInputs
    product: str
    terms_version: int
    terms_approval: int | None
    client_rate_ppm: int
    terms: dict[str, Any]
    tranches: list[TrancheInputs]
    fees: list[FeeInputs]
    rule_pack: str


def canonical(inputs: Mapping[str, Any]) -> str:
    """The one text of some inputs: sorted keys, no blanks, characters as they are."""
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
