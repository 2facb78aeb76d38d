"""Change who may approve what, and delegate for a time. Both by two people."""

import datetime as dt

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Approval, ApprovalDelegation, ApprovalKind, ApprovalRule, StaffRole, User
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.violations import refusing

EVERY_BOOK = "*"


class LimitWithoutCurrency(Exception):
    """A limit is an amount in a currency, not below zero, and of what is permitted: give both or neither."""

    code = "accounts_approvalrule_limit_has_currency"


class RoleDecidesNothing(Exception):
    """Auditors read everything and approve nothing; choose another role."""

    code = "accounts_approvalrule_role_decides"


class NobodyLeftToDecide(Exception):
    """Nobody would be left who may change these rules; give that right to another role first."""

    code = "accounts_approvalrule_somebody_decides"


class DelegationToOneself(Exception):
    """A delegation goes from one person to another."""

    code = "accounts_approvaldelegation_two_people"


class DelegationUnfit(Exception):
    """A delegation needs a reason and an end that lies after its start."""

    code = "accounts_approvaldelegation_ends_after_start"


class DelegateDecidesNothing(Exception):
    """Both people must decide something in their own right; give the delegate a role first."""

    code = "accounts_approvaldelegation_both_decide"


class DelegationCheckedByParty(Exception):
    """Neither of the two whom a delegation concerns agrees to it: a third person decides."""

    code = "accounts_approvaldelegation_checker_is_a_third"


class DelegationRevoked(Exception):
    """This delegation was revoked before, or does not exist."""

    code = "accounts_approvaldelegation_content_unchanged"


def propose_rule(
    *,
    role: StaffRole | str,
    kind: ApprovalKind | str,
    currency: str | None,
    max_amount_minor: int | None,
    is_permitted: bool,
    maker_id: int,
) -> Approval:
    """Propose what a role may approve from now on. Joins or opens an atomic block. The limit in minor units.

    :raises RoleDecidesNothing: the role is that of auditors.
    :raises LimitWithoutCurrency: a limit without a currency, below zero, or of what is not permitted.
    :raises ValueError: role or kind are unknown.
    Source: DESIGN 1, rule 9; decision 36.
    """
    if StaffRole(role) is StaffRole.AUDITOR:
        raise RoleDecidesNothing
    if max_amount_minor is not None and (not currency or max_amount_minor < 0 or not is_permitted):
        raise LimitWithoutCurrency
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.SET_APPROVAL_LIMIT,
        subject="/".join(
            ["approval rule", StaffRole(role), ApprovalKind(kind), *([currency] if currency else [])]
        ),
        payload={
            "role": StaffRole(role).value,
            "kind": ApprovalKind(kind).value,
            "currency": currency or None,
            "max_amount_minor": max_amount_minor,
            "is_permitted": is_permitted,
        },
        maker_id=maker_id,
    )


def set_rule(*, approval_id: int) -> ApprovalRule:
    """Put a rule in force as it was approved. Joins or opens an atomic block; locks the approval.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted, ApprovalExpired: see
        `execute_approval`.
    :raises NobodyLeftToDecide: no active person could change rules any more.
    Source: decision 36.
    """
    with transaction.atomic():
        used = _used(approval_id, ApprovalKind.SET_APPROVAL_LIMIT)
        with refusing(refusals={NobodyLeftToDecide.code: NobodyLeftToDecide()}):
            return ApprovalRule.objects.create(**used.payload, approval=used)


def propose_delegation(
    *,
    delegator_id: int,
    delegate_id: int,
    kind: ApprovalKind | str | None,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    reason: str,
    maker_id: int,
) -> Approval:
    """Propose that one person decides for another for a time. Joins or opens an atomic block.

    No kind: all that the delegator's own roles decide. What was delegated to them is not passed on.

    :raises DelegationToOneself: both are the same person.
    :raises DelegationUnfit: no reason, or an end that is not after the start.
    Source: DESIGN 1, rule 9; decision 36.
    """
    if delegator_id == delegate_id:
        raise DelegationToOneself
    if not reason.strip() or ends_at <= starts_at:
        raise DelegationUnfit
    names = dict(User.objects.filter(pk__in=[delegator_id, delegate_id]).values_list("pk", "username"))
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.DELEGATE_APPROVALS,
        subject=f"delegation/{names.get(delegator_id, delegator_id)}/{names.get(delegate_id, delegate_id)}",
        payload={
            "delegator_id": delegator_id,
            "delegate_id": delegate_id,
            "kind": ApprovalKind(kind).value if kind else None,
            "starts_at": starts_at.isoformat(),
            "ends_at": ends_at.isoformat(),
            "reason": reason,
        },
        maker_id=maker_id,
    )


def delegate_approvals(*, approval_id: int) -> ApprovalDelegation:
    """Put a delegation in force as it was approved. Joins or opens an atomic block; locks the approval.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted, ApprovalExpired: see
        `execute_approval`.
    :raises DelegationCheckedByParty: one of the two approved it.
    :raises DelegateDecidesNothing: one of the two has no role that decides.
    Source: decision 36.
    """
    refusals = {
        DelegationCheckedByParty.code: DelegationCheckedByParty(),
        DelegateDecidesNothing.code: DelegateDecidesNothing(),
    }
    with transaction.atomic():
        used = _used(approval_id, ApprovalKind.DELEGATE_APPROVALS)
        payload = used.payload
        with refusing(refusals=refusals):
            return ApprovalDelegation.objects.create(
                delegator_id=payload["delegator_id"],
                delegate_id=payload["delegate_id"],
                kind=payload["kind"],
                starts_at=dt.datetime.fromisoformat(payload["starts_at"]),
                ends_at=dt.datetime.fromisoformat(payload["ends_at"]),
                reason=payload["reason"],
                approval=used,
            )


def revoke_delegation(*, delegation_id: int, actor_id: int) -> ApprovalDelegation:
    """End a delegation at once; what was decided by it stands. Joins or opens an atomic block; locks it.

    One person is enough to take a power away.

    :raises DelegationRevoked: it was revoked before, or does not exist.
    Source: decision 36.
    """
    with transaction.atomic():
        found = (
            ApprovalDelegation.objects.select_for_update(of=("self",))
            .filter(pk=delegation_id, revoked_at__isnull=True)
            .first()
        )
        if found is None:
            raise DelegationRevoked
        ApprovalDelegation.objects.filter(pk=delegation_id).update(revoked_at=Now(), revoked_by_id=actor_id)
        found.refresh_from_db()
    return found


def _used(approval_id: int, kind: ApprovalKind) -> Approval:
    """The approval, used up for exactly what it says itself."""
    said = Approval.objects.filter(pk=approval_id).first()
    return execute_approval(
        approval_id=approval_id,
        kind=kind,
        subject=said.subject if said else "",
        payload=said.payload if said else {},
    )
