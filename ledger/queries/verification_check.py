"""The shape of a check of `verify_ledger`: a name, what it proves, a statement with one sentence a failure.

Parameters: %(book)s, the book's id. A percent sign of SQL is doubled.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """A proof by one statement; no row means it holds."""

    name: str
    proves: str
    sql: str
    needs_every_month: bool = False
    """It compares postings with what they add up to: not run while a month is detached."""


@dataclass(slots=True)
class Found:
    """What one check of the seals found, and why it could not look at everything."""

    name: str
    findings: list[str] = field(default_factory=list)
    reason: str = ""
