"""Propose, decide, withdraw and execute what needs two people.

Who may decide is asked of the database, whose guard asks the same (`accounts/sql/approval_authority.sql`).
"""

import datetime as dt
from collections.abc import Mapping

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.domain.payloads import Payload, payload_hash
from accounts.models import Approval, ApprovalDelegation, ApprovalKind, ApprovalStatus
from accounts.services.violations import refusing

DAYS_TO_DECIDE: Mapping[str, int] = {
    ApprovalKind.SET_OFFICIAL_RATE: 30,
    ApprovalKind.SET_APPROVAL_LIMIT: 30,
    ApprovalKind.DELEGATE_APPROVALS: 30,
    ApprovalKind.CHANGE_SEAL_KEYS: 30,
    ApprovalKind.IMPORT_JOURNAL: 30,
    ApprovalKind.IMPORT_PARTIES: 30,
    ApprovalKind.IMPORT_CONTRACTS: 30,
}
"""How long a proposal stands where its maker says nothing. The others stand until they are decided: what
waits for them (a payment, a liquidation) must not be left hanging by a date.
"""


class ApprovalMissing(Exception):
    """There is no such approval, or it is for something else: propose this one first."""


class ApprovalAlreadyDecided(Exception):
    """Somebody has decided this already; propose it anew."""


class SelfApproval(Exception):
    """Maker and checker are two people: ask a colleague to decide."""


class CheckerNotPermitted(Exception):
    """Your roles do not permit this decision; somebody whose role may decide this kind has to."""

    code = "accounts_approval_checker_permitted"


class AmountAboveLimit(CheckerNotPermitted):
    """This amount is above what your roles may approve in its currency; ask somebody with a higher limit."""

    code = "accounts_approval_amount_within_limit"


class MakerIsDelegator(SelfApproval):
    """The maker delegated decisions to you: who decides for somebody does not decide what they made."""

    code = "accounts_approval_maker_is_not_delegator"


class ApprovalExpired(Exception):
    """The time to decide and to carry this out is over; propose it anew."""

    code = "accounts_approval_not_expired"


class NotTheMaker(Exception):
    """Only who proposed this withdraws it; whoever may decide rejects it instead."""

    code = "accounts_approval_withdrawn_by_maker"


class AmountWithoutCurrency(Exception):
    """An amount is approved in a currency: say which."""

    code = "accounts_approval_amount_has_currency"


class ApprovalNotApproved(Exception):
    """A second person has to approve this first."""


class ApprovalAlreadyExecuted(Exception):
    """This approval has been used; it permits one execution."""


class ApprovalPayloadChanged(Exception):
    """What is to be done is not what was approved: propose it anew."""


_REFUSALS: Mapping[str, type[Exception]] = {
    "accounts_approval_maker_is_not_checker": SelfApproval,
    "accounts_approval_checker_can_sign_in": CheckerNotPermitted,
    "accounts_approval_delegation_in_force": CheckerNotPermitted,
    **{
        refusal.code: refusal
        for refusal in (CheckerNotPermitted, AmountAboveLimit, MakerIsDelegator, ApprovalExpired)
    },
}


def propose_approval(
    *,
    book_code: str,
    kind: ApprovalKind | str,
    subject: str,
    payload: Payload,
    maker_id: int,
    amount_minor: int | None = None,
    currency: str | None = None,
    expires_at: dt.datetime | None = None,
) -> Approval:
    """Propose something for a second person to decide. Joins or opens an atomic block.

    The amount is what limits are compared with, in minor units of its currency; its sign does not count. A
    payload that holds `amount_minor` (and `currency`, or `unit`) says it itself.

    :raises UnfitPayload: the payload holds something without one exact text.
    :raises AmountWithoutCurrency: an amount, and no currency.
    :raises ValueError: the kind is unknown.
    Source: DESIGN 1, rule 9; decision 36.
    """
    digest = payload_hash(payload)
    if amount_minor is None and type(payload.get("amount_minor")) is int:
        amount_minor = int(str(payload["amount_minor"])) or None
        currency = currency or _text(payload.get("currency")) or _text(payload.get("unit"))
    if amount_minor is not None and not currency:
        raise AmountWithoutCurrency
    days = DAYS_TO_DECIDE.get(kind) if expires_at is None else None
    approval = Approval.objects.create(
        book_code=book_code,
        kind=ApprovalKind(kind).value,
        subject=subject,
        payload=payload,
        payload_hash=digest,
        maker_id=maker_id,
        amount_minor=None if amount_minor is None else abs(amount_minor),
        currency=None if amount_minor is None else currency,
        expires_at=expires_at if days is None else Now() + dt.timedelta(days=days),
    )
    if days is not None:
        approval.refresh_from_db(fields=["expires_at"])
    return approval


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def approve(*, approval_id: int, checker_id: int, comment: str = "") -> Approval:
    """Permit what was proposed. Joins or opens an atomic block; locks the approval.

    By the checker's own roles, else by a delegation in force, which the decision then names.

    :raises ApprovalMissing: no such approval.
    :raises ApprovalAlreadyDecided: it is no longer proposed.
    :raises SelfApproval: the checker is the maker (`MakerIsDelegator`: or decides for the maker).
    :raises CheckerNotPermitted: no role of the checker, or of who delegated to them, decides this kind.
    :raises AmountAboveLimit: they do, but not up to this amount in this currency.
    :raises ApprovalExpired: its time is over.
    Source: DESIGN 1, rule 9; decision 36.
    """
    return _decide(
        approval_id=approval_id, checker_id=checker_id, comment=comment, decision=ApprovalStatus.APPROVED
    )


def reject(*, approval_id: int, checker_id: int, comment: str = "") -> Approval:
    """Refuse what was proposed, for good. Joins or opens an atomic block; locks the approval.

    Limits are not looked at: who may decide the kind may say no to any amount of it.

    :raises ApprovalMissing, ApprovalAlreadyDecided, SelfApproval, CheckerNotPermitted, ApprovalExpired: as
        `approve`.
    Source: DESIGN 1, rule 9.
    """
    return _decide(
        approval_id=approval_id, checker_id=checker_id, comment=comment, decision=ApprovalStatus.REJECTED
    )


def _decide(*, approval_id: int, checker_id: int, comment: str, decision: ApprovalStatus) -> Approval:
    with transaction.atomic():
        approval = _locked(approval_id)
        if approval.status != ApprovalStatus.PROPOSED:
            raise ApprovalAlreadyDecided
        broken = _broken_by(approval_id, checker_id, None, decision)
        delegation_id = None
        if broken in (CheckerNotPermitted.code, AmountAboveLimit.code):
            delegation_id = _delegation(approval, checker_id, decision)
            broken = None if delegation_id else broken
        if broken is not None:
            raise _REFUSALS[broken]
        Approval.objects.filter(pk=approval_id).update(
            status=decision,
            checker_id=checker_id,
            delegation_id=delegation_id,
            decided_at=Now(),
            comment=comment,
        )
        approval.refresh_from_db()
    return approval


def _locked(approval_id: int) -> Approval:
    approval = Approval.objects.select_for_update(of=("self",)).filter(pk=approval_id).first()
    if approval is None:
        raise ApprovalMissing
    return approval


def _broken_by(
    approval_id: int, checker_id: int, delegation_id: int | None, decision: ApprovalStatus
) -> str | None:
    """The rule that the database would name, asked before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_refusal_of_decision(%s, %s, %s, %s, clock_timestamp())",
            [approval_id, checker_id, delegation_id, decision.value],
        )
        (broken,) = cursor.fetchone()
    return None if broken is None else str(broken)


def _delegation(approval: Approval, checker_id: int, decision: ApprovalStatus) -> int | None:
    """The first delegation to the checker by which this may be decided."""
    held = ApprovalDelegation.objects.filter(
        Q(kind__isnull=True) | Q(kind=approval.kind),
        delegate_id=checker_id,
        revoked_at__isnull=True,
        starts_at__lte=Now(),
        ends_at__gt=Now(),
    ).order_by("pk")
    for delegation_id in held.values_list("pk", flat=True):
        if _broken_by(approval.pk, checker_id, delegation_id, decision) is None:
            return delegation_id
    return None


def withdraw_approval(*, approval_id: int, maker_id: int) -> Approval:
    """Take a proposal back that was not carried out. Joins or opens an atomic block; locks the approval.

    What was set aside for it is the owning app's to give up.

    :raises ApprovalMissing: no such approval.
    :raises NotTheMaker: somebody else proposed it.
    :raises ApprovalAlreadyDecided: it was rejected, carried out, withdrawn or has expired.
    Source: DESIGN 1, rule 9; decision 36.
    """
    with transaction.atomic():
        approval = _locked(approval_id)
        if approval.maker_id != maker_id:
            raise NotTheMaker
        if approval.status not in (ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED):
            raise ApprovalAlreadyDecided
        Approval.objects.filter(pk=approval_id).update(
            status=ApprovalStatus.WITHDRAWN, withdrawn_by_id=maker_id, ended_at=Now()
        )
        approval.refresh_from_db()
    return approval


def expire_approvals(*, at: dt.datetime) -> int:
    """Mark what was to be decided or carried out by `at` and was not; return how many. One statement.

    Joins the caller's transaction, else is its own. Nothing depends on when it runs: an approval whose time
    is over is refused, marked or not. An `at` that is still to come is refused by the database
    (`accounts_approval_expires_when_due`).

    Source: DESIGN 1, rules 5 and 9; decision 36.
    """
    return Approval.objects.filter(
        status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED], expires_at__lte=at
    ).update(status=ApprovalStatus.EXPIRED, ended_at=at)


def execute_approval(
    *, approval_id: int, kind: ApprovalKind | str, subject: str, payload: Payload
) -> Approval:
    """Use an approval up, for exactly what it permits; the caller then does it in the same transaction.

    Requires the caller's atomic block, so that permission and deed commit together; locks the approval.

    :raises ApprovalMissing: no such approval, or it is of another kind or subject.
    :raises ApprovalAlreadyExecuted: it has been used.
    :raises ApprovalNotApproved: it is still proposed, or was rejected.
    :raises ApprovalPayloadChanged: the payload is not the one that was approved.
    :raises ApprovalExpired: the time to carry it out is over.
    Source: DESIGN 1, rule 9; DESIGN 2 (approvals only permit, the owning app executes).
    """
    with transaction.atomic():
        approval = Approval.objects.select_for_update().filter(pk=approval_id).first()
        if approval is None or (approval.kind, approval.subject) != (ApprovalKind(kind).value, subject):
            raise ApprovalMissing
        if approval.status == ApprovalStatus.EXECUTED:
            raise ApprovalAlreadyExecuted
        if approval.status == ApprovalStatus.EXPIRED:
            raise ApprovalExpired
        if approval.status != ApprovalStatus.APPROVED:
            raise ApprovalNotApproved
        if not bytes(approval.payload_hash) == payload_hash(payload) == payload_hash(approval.payload):
            raise ApprovalPayloadChanged
        with refusing(refusals={ApprovalExpired.code: ApprovalExpired()}):
            Approval.objects.filter(pk=approval_id).update(status=ApprovalStatus.EXECUTED, executed_at=Now())
        approval.refresh_from_db()
    return approval
