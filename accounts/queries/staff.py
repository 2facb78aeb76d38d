"""Reads about staff."""

from django.db.models import QuerySet

from accounts.models import DAY_RUNNER, StaffRole, User


def day_runner_id() -> int:
    """The system user on whose behalf scheduled work runs. Seeded by a migration; it cannot sign in."""
    return User.objects.values_list("pk", flat=True).get(username=DAY_RUNNER)


def staff_in_role(*, role: StaffRole) -> QuerySet[User]:
    """Active staff who hold the role, by user name."""
    return User.objects.filter(is_active=True, is_staff=True, groups__name=role).order_by("username")
