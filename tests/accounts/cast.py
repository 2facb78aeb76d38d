"""The people of the tests: staff made by the service that makes staff."""

from accounts.models import StaffRole, User
from accounts.queries.staff import day_runner_id
from accounts.services.staff import register_staff


def staff(username: str, role: StaffRole = StaffRole.OPERATIONS) -> User:
    """Somebody who may propose, and decide what others propose. No password, for hashing is slow."""
    return register_staff(
        username=username,
        full_name=username.replace(".", " ").title(),
        role=role,
        password=None,
        actor_id=day_runner_id(),
        reason="the cast of a test",
    )
