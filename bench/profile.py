"""Where the time goes: the plans that ran, with triggers, and what Python adds around them."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from bench.bulk import Bulk
from bench.rounds import timed

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


def profile_of(bulk: Bulk, *, entries: int, one_entry_postings: int) -> str:
    """Return the plans of a batch of entries and of one large entry, with the whole time of each."""
    parts = []
    for title, post in (
        (f"{entries:,} entries of two postings", lambda: bulk.post_entries(entries)),
        (f"one entry of {one_entry_postings:,} postings", lambda: bulk.post_one(one_entry_postings)),
    ):
        with timed() as watch:
            plan = plan_of(post)
        parts.append(f"-- {title}: {watch.seconds:.2f} s in all, of which the server took\n{plan}")
    return "\n\n".join(parts)


def plans_of_reads(read: Callable[[], object]) -> str:
    """Return what each query that `read` sends costs to plan and to run, and its plan."""
    plans: list[str] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            execute(EXPLAIN + sql, params, many, context)
            plans.append("\n".join(str(row[0]) for row in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        read()
    return "\n\n".join(plans)


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
