"""The shape of a check of `verify_ledger`: a name, what it proves, a statement with one sentence a failure.

Parameters: %(book)s, the book's id. A percent sign of SQL is doubled.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """A proof by one statement; no row means it holds."""

    name: str
    proves: str
    sql: str
    needs_every_month: bool = False
    """It compares postings with what they add up to: not run while a month is detached."""
