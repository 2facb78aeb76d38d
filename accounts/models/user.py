"""Staff who sign in. Roles, parties and approvals refer to this row; it is deactivated, never deleted."""

from django.contrib.auth.models import AbstractUser
from simple_history.models import HistoricalRecords

DAY_RUNNER = "day-runner"


class User(AbstractUser):
    """A person with a login of the back office, or the system user `day-runner`, who has none.

    The history leaves out the password hash, which must not be kept twice, and the time of the last login,
    which is written by signing in, before there is an actor.
    """

    history = HistoricalRecords(excluded_fields=["password", "last_login"])
