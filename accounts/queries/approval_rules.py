"""Reads about who may approve what."""

from django.db import connection
from django.db.models import Max, QuerySet

from accounts.models import ApprovalRule


def rules_in_force() -> QuerySet[ApprovalRule]:
    """The newest rule of each role, kind and currency."""
    newest = ApprovalRule.objects.order_by().values("role", "kind", "currency").annotate(newest=Max("pk"))
    return ApprovalRule.objects.filter(pk__in=newest.values("newest"))


def decides(*, user_id: int, kind: str | None = None) -> bool:
    """Whether somebody's own roles permit a kind at all; no kind: whether they decide anything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_decides(%s, %s)", [user_id, kind])
        (permitted,) = cursor.fetchone()
    return bool(permitted)
