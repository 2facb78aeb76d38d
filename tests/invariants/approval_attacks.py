"""Decisions by raw SQL, and refusals that leave everything as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import Approval, ApprovalDelegation, User
from tests.invariants import test_accounts
from tests.invariants.test_accounts import execute


@contextmanager
def refused_as(name: str) -> Iterator[None]:
    """Refused in a savepoint, so that the next attempt finds everything as it was."""
    with test_accounts.refused_as(name), transaction.atomic():
        yield


def decide(
    approval: Approval,
    checker: User,
    *,
    by: ApprovalDelegation | None = None,
    status: str = "approved",
    at: str = "clock_timestamp()",
) -> None:
    execute(
        f"UPDATE accounts_approval SET status = %s, checker_id = %s, delegation_id = %s, decided_at = {at}"
        " WHERE id = %s",
        status,
        checker.pk,
        by.pk if by else None,
        approval.pk,
    )
