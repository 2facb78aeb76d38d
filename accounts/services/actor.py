"""On whose behalf, and why, this transaction writes: what history rows are signed with."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

SWITCH = """
WITH earlier AS MATERIALIZED (
    SELECT
        current_setting('plimsoll.actor_id', true) AS actor,
        current_setting('plimsoll.reason', true) AS reason
)

SELECT
    earlier.actor, earlier.reason,
    set_config('plimsoll.actor_id', %s, true), set_config('plimsoll.reason', %s, true)
FROM earlier
"""


class ReasonMissing(Exception):
    """Say why: whatever a history keeps is changed for a reason."""


@contextmanager
def acting(*, actor_id: int, reason: str) -> Iterator[None]:
    """Write on behalf of a user, for a reason, until the block ends.

    Opens an atomic block, or a savepoint inside one. Nested, the inner actor and reason hold for the inner
    block; afterwards the outer ones are back. That the user exists is checked by the database with the first
    row written (`accounts_history_actor_present`).

    :raises ReasonMissing: the reason is blank.
    Source: DESIGN 1, rule 2; decision 0003.
    """
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        earlier_actor, earlier_reason = _switch(actor=str(actor_id), reason=reason)
        yield
        # A rollback restores the settings by itself; a released savepoint keeps them.
        if not connection.needs_rollback:
            _switch(actor=earlier_actor, reason=earlier_reason)


def _switch(*, actor: str, reason: str) -> tuple[str, str]:
    """Set the transaction's actor and reason; return those that held before, empty where there were none."""
    with connection.cursor() as cursor:
        cursor.execute(SWITCH, [actor, reason])
        row = cursor.fetchone()
    return row[0] or "", row[1] or ""
