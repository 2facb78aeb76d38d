"""Staff who sign in. Roles, parties and approvals refer to this row; it is deactivated, never deleted."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person with a login of the back office."""
