"""Where a bulk statement's time goes: the plan that ran with its triggers, and what Python adds around it."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, WAL, COSTS OFF) "


class _Explained(Exception):
    """Carries the plan out of the service, and rolls back what it did."""

    def __init__(self, plan: str) -> None:
        self.plan = plan


def _explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    if "INSERT INTO ledger_posting" not in sql:
        return execute(sql, params, many, context)
    execute(EXPLAIN + sql, params, many, context)
    raise _Explained("\n".join(str(row[0]) for row in context["cursor"].fetchall()))


def plan_of(post: Callable[[], object]) -> str:
    """Return the plan of the posting statement that `post` sends, triggers included; nothing is kept.

    :raises LookupError: it sent none.
    """
    try:
        with transaction.atomic(), connection.execute_wrapper(_explain):
            post()
    except _Explained as explained:
        return explained.plan
    raise LookupError
