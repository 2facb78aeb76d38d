"""Register staff and change their roles."""

from django.contrib.auth.models import Group

from accounts.models import StaffRole, User
from accounts.services.actor import acting
from accounts.services.violations import refusing


class DuplicateStaff(Exception):
    """Somebody has this user name already."""


class StaffMissing(Exception):
    """There is no such member of staff."""


def register_staff(
    *, username: str, full_name: str, role: StaffRole | str, password: str | None, actor_id: int, reason: str
) -> User:
    """Give a person a login and a role. Joins or opens an atomic block.

    `password` is plain text, kept only as its hash; None: the person cannot sign in until one is set. Its
    strength is validated by the caller, who can say what is wrong with it.

    :raises DuplicateStaff: the user name is taken.
    :raises ValueError: the role is not one of StaffRole.
    Source: DESIGN 1, rule 9 (two people need two logins).
    """
    held = StaffRole(role)
    first_name, _, last_name = full_name.strip().rpartition(" ")
    with acting(actor_id=actor_id, reason=reason):
        with refusing(refusals={"accounts_user_username_key": DuplicateStaff()}):
            user = User.objects.create_user(
                username, password=password, first_name=first_name, last_name=last_name, is_staff=True
            )
        user.groups.add(Group.objects.get(name=held.value))
    return user


def grant_role(*, user_id: int, role: StaffRole | str, actor_id: int, reason: str) -> None:
    """Give a role; one that is held already stays as it is. Joins or opens an atomic block.

    :raises StaffMissing: no such member of staff.
    Source: DESIGN 2.
    """
    group = Group.objects.get(name=StaffRole(role).value)
    with acting(actor_id=actor_id, reason=reason):
        _locked_staff(user_id=user_id).groups.add(group)


def withdraw_role(*, user_id: int, role: StaffRole | str, actor_id: int, reason: str) -> None:
    """Take a role away; one that is not held is no fault. Joins or opens an atomic block.

    :raises StaffMissing: no such member of staff.
    Source: DESIGN 2.
    """
    group = Group.objects.get(name=StaffRole(role).value)
    with acting(actor_id=actor_id, reason=reason):
        _locked_staff(user_id=user_id).groups.remove(group)


def deactivate_staff(*, user_id: int, actor_id: int, reason: str) -> User:
    """Close a login for good; what the person did stays. Joins or opens an atomic block.

    :raises StaffMissing: no such member of staff.
    Source: DESIGN 1, rule 3.
    """
    with acting(actor_id=actor_id, reason=reason):
        user = _locked_staff(user_id=user_id)
        user.is_active = False
        user.save(update_fields=["is_active"])
    return user


def _locked_staff(*, user_id: int) -> User:
    """The row of somebody with a login, locked."""
    user = User.objects.select_for_update().filter(pk=user_id, is_staff=True).first()
    if user is None:
        raise StaffMissing
    return user
