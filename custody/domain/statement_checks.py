"""What a readable statement can still have wrong: in itself, and against what came before it.

A finding that `stops` makes the entries unfit to confirm anything by; every finding marks the statement and
is for a person to look at. Nothing is repaired.

Source: DESIGN 8 (footing, continuity, gaps, duplicates).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from custody.domain.statement_json import ParsedAccount, ParsedStatement


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    pointer: str
    detail: str
    stops: bool

    def as_json(self) -> dict[str, str | bool]:
        return {"code": self.code, "pointer": self.pointer, "detail": self.detail, "stops": self.stops}


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The statement of the same custodian and kind that comes before in the custodian's own numbering."""

    number: str
    sequence: int
    closing_minor: Mapping[tuple[str, str], int]
    """By account number and unit."""


def check_statement(statement: ParsedStatement, *, known_accounts: Collection[str]) -> list[Finding]:
    """Findings in the statement itself, in the order of the file."""
    findings = [
        Finding("unknown_account", f"{account.pointer}/account", f"{account.number} is not ours", stops=True)
        for account in statement.accounts
        if account.number not in known_accounts
    ]
    for account in statement.accounts:
        findings += _footing(account)
    findings += _repeated_references(statement)
    for account in statement.accounts:
        findings += [
            Finding(
                "dated_ahead", f"{entry.pointer}/booking_date", "booked after the statement's day", stops=True
            )
            for entry in account.entries
            if entry.booking_date > statement.statement_date
        ]
    return findings


def check_continuity(statement: ParsedStatement, predecessor: Predecessor | None) -> list[Finding]:
    """Findings against the statement before; none for the first of its kind.

    They do not stop: the entries of today are good though yesterday's are missing or were wrong.
    """
    if predecessor is None:
        return []
    findings = []
    if statement.sequence != predecessor.sequence + 1:
        missing = statement.sequence - predecessor.sequence - 1
        detail = f"{missing} missing after {predecessor.number}"
        findings.append(Finding("sequence_gap", "/sequence", detail, stops=False))
    stated = {
        (account.number, balance.unit): (balance.opening_minor, f"{balance.pointer}/opening")
        for account in statement.accounts
        for balance in account.balances
    }
    for key in sorted(stated.keys() | predecessor.closing_minor.keys()):
        opening_minor, pointer = stated.get(key, (0, "/accounts"))
        closing_minor = predecessor.closing_minor.get(key, 0)
        if opening_minor != closing_minor:
            account, unit = key
            detail = (
                f"{account} {unit} opens at {opening_minor}, {predecessor.number} closed at {closing_minor}"
            )
            findings.append(Finding("opening_differs", pointer, detail, stops=False))
    return findings


def _footing(account: ParsedAccount) -> Iterator[Finding]:
    moved: Counter[str] = Counter()
    for entry in account.entries:
        moved[entry.unit] += entry.amount_minor
    stated = {balance.unit for balance in account.balances}
    for balance in account.balances:
        expected_minor = balance.opening_minor + moved[balance.unit]
        if expected_minor != balance.closing_minor:
            key = f"{account.number} {balance.unit}"
            detail = f"{key}: {expected_minor} by the entries, {balance.closing_minor} stated"
            yield Finding("footing_wrong", f"{balance.pointer}/closing", detail, stops=True)
    for entry in account.entries:
        if entry.unit not in stated:
            yield Finding(
                "balance_missing", f"{entry.pointer}/unit", f"no balance of {entry.unit}", stops=True
            )


def _repeated_references(statement: ParsedStatement) -> Iterator[Finding]:
    seen: set[str] = set()
    for account in statement.accounts:
        for entry in account.entries:
            if entry.bank_reference in seen:
                yield Finding(
                    "reference_repeated", f"{entry.pointer}/bank_reference", entry.bank_reference, stops=True
                )
            seen.add(entry.bank_reference)
