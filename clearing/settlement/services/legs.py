"""Legs as the ledger takes them."""

from collections.abc import Iterable

from ledger.services.posting import PostingDraft


def drafts_of(*, legs: Iterable[tuple[int, int]]) -> list[PostingDraft]:
    """Return pairs of account and signed amount as posting drafts."""
    return [PostingDraft(account_id, amount_minor) for account_id, amount_minor in legs]
