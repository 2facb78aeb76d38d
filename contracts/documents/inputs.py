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
    client_rate_ppm: int | None
    benchmark: str | None
    terms: dict[str, Any]
    tranches: list[TrancheInputs]
    fees: list[FeeInputs]
    rule_pack: str
    answer_within_days: int


class HoldingInputs(TypedDict):
    security: str
    quantity: int
    quantity_exponent: int
    price: str
    value_minor: int | None


class CallNoticeInputs(TypedDict):
    """A margin call with the valuation that led to it."""

    issuer: PartyInputs
    client: PartyInputs
    contract: str
    unit: UnitInputs
    opened_on: str
    deadline_on: str | None
    deposit_minor: int
    repay_minor: int
    sell_minor: int | None
    target_ppm: int
    call_ppm: int
    liquidate_ppm: int
    emergency_ppm: int | None
    valued_on: str
    valuation: int
    ledger_position: int
    cash_minor: int
    securities_minor: int
    collateral_minor: int
    principal_minor: int
    interest_minor: int
    penalty_minor: int
    fees_minor: int
    debt_minor: int
    coverage_ppm: int
    holdings: list[HoldingInputs]
    answer_within_days: int


class BalanceInputs(TypedDict):
    """One account of a contract over a span. Client money and the client's debts are both positive."""

    opening_minor: int
    closing_minor: int


class LineInputs(TypedDict):
    """What one entry moved on an account, and the balance it left."""

    entry: int
    booking_date: str
    value_date: str
    kind: str
    is_reversal: bool
    amount_minor: int
    balance_minor: int


class ChargeInputs(TypedDict):
    account: str
    kind: str
    is_reversal: bool
    amount_minor: int


class SecurityInputs(TypedDict):
    code: str
    exponent: int
    opening: int
    received: int
    delivered: int
    closing: int


class SegmentInputs(TypedDict):
    """Days on which principal and rate stayed the same; `until` is not counted."""

    since: str
    until: str
    days: int
    principal_minor: int
    rate_ppm: int
    day_count: str
    interest_minor: int


class ContractStatementInputs(TypedDict):
    """One contract's part of a statement; `balances` and `charges` by account name."""

    contract: str
    product: str
    unit: UnitInputs
    client_rate_ppm: int | None
    balances: dict[str, BalanceInputs]
    cash_lines: list[LineInputs]
    loan_lines: list[LineInputs]
    charges: list[ChargeInputs]
    securities: list[SecurityInputs]
    segments: list[SegmentInputs]


class ClientStatementInputs(TypedDict):
    issuer: PartyInputs
    client: PartyInputs
    since: str
    until: str
    contracts: list[ContractStatementInputs]


class ClosingInputs(TypedDict):
    """A contract that has ended: every account's movements from its opening on, by kind."""

    issuer: PartyInputs
    client: PartyInputs
    contract: str
    product: str
    unit: UnitInputs
    state: str
    opened_on: str
    ended_on: str
    negative_balance_protection: bool
    accounts: dict[str, list[ChargeInputs]]
    cash_minor: int
    securities: list[SecurityInputs]


class DisclosureInputs(TypedDict):
    """`text_sha256` is the recorded hash of title, an empty line, and text."""

    issuer: PartyInputs
    client: PartyInputs
    code: str
    version: int
    effective_from: str
    title: str
    text: str
    text_sha256: str
    acknowledged_on: str | None
    channel: str | None


def canonical(inputs: Mapping[str, Any]) -> str:
    """The one text of some inputs: sorted keys, no blanks, characters as they are."""
    return json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
