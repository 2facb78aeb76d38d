"""The people of the tests: staff made by the service that makes staff."""

from accounts.models import ApprovalRule, StaffRole, User
from accounts.queries.staff import day_runner_id
from accounts.services.approval_rules import propose_rule, set_rule
from accounts.services.approvals import approve
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


def rule(
    maker: User,
    checker: User,
    *,
    currency: str | None,
    most: int | None,
    may: bool = True,
    role: str = "risk",
    kind: str = "release_withdrawal",
) -> ApprovalRule:
    """What a role may approve from now on, by two people."""
    proposed = propose_rule(
        role=role,
        kind=kind,
        currency=currency,
        max_amount_minor=most,
        is_permitted=may,
        maker_id=maker.pk,
    )
    approve(approval_id=proposed.pk, checker_id=checker.pk)
    return set_rule(approval_id=proposed.pk)
