"""Screen parties against lists of sanctioned and politically exposed people, and decide hits by two."""

import datetime as dt
from dataclasses import dataclass

from accounts.domain.payloads import Payload
from accounts.models import Approval, ApprovalKind, Screening, ScreeningResult, ScreeningScope
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.due_diligence import (
    EVERY_BOOK,
    AlreadyDecided,
    UnknownDueDiligence,
    named_refusals,
)


@dataclass(frozen=True, kw_only=True)
class ScreeningDraft:
    """What a search in a list gave; `finding` says what was found. A hit is possible until two decide."""

    party_id: int
    scope: ScreeningScope | str
    list_name: str
    list_version: str
    screened_on: dt.date
    valid_until: dt.date
    is_sanctioned: bool = False
    is_politically_exposed: bool = False
    finding: str = ""

    @property
    def result(self) -> ScreeningResult:
        hit = self.is_sanctioned or self.is_politically_exposed
        return ScreeningResult.POSSIBLE if hit else ScreeningResult.CLEAR


@dataclass(frozen=True, kw_only=True)
class ScreeningDecision:
    """Both false: a namesake. Political exposure alone is a flag; a sanction suspends the party."""

    is_sanctioned: bool
    is_politically_exposed: bool

    @property
    def result(self) -> ScreeningResult:
        hit = self.is_sanctioned or self.is_politically_exposed
        return ScreeningResult.CONFIRMED if hit else ScreeningResult.CLEAR


def record_screening(*, draft: ScreeningDraft, maker_id: int, reason: str) -> Screening:
    """Record a screening: clear, or a possible hit, which refuses loans at once.

    Joins or opens an atomic block.

    :raises ScreeningDatesOutOfOrder: it would end before its day.
    :raises ListUnnamed: the list or its version is blank.
    Source: issue "Stage 3" (sanctions and politically-exposed flags).
    """
    with acting(actor_id=maker_id, reason=reason), named_refusals():
        return Screening.objects.create(
            party_id=draft.party_id,
            scope=draft.scope,
            list_name=draft.list_name,
            list_version=draft.list_version,
            screened_on=draft.screened_on,
            valid_until=draft.valid_until,
            result=draft.result,
            is_sanctioned=draft.is_sanctioned,
            is_politically_exposed=draft.is_politically_exposed,
            finding=draft.finding,
            maker_id=maker_id,
        )


def propose_screening_decision(*, screening_id: int, decision: ScreeningDecision, maker_id: int) -> Approval:
    """Ask a second person to decide a hit so. Joins or opens an atomic block.

    :raises UnknownDueDiligence: no such screening.
    :raises AlreadyDecided: it was clear or is decided.
    Source: DESIGN 1, rule 9.
    """
    screening = _undecided(screening_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.CONFIRM_SCREENING,
        subject=_subject(screening),
        payload=_payload(screening, decision),
        maker_id=maker_id,
    )


def decide_screening(
    *, screening_id: int, decision: ScreeningDecision, approval_id: int, actor_id: int
) -> Screening:
    """Decide a hit as two people agreed; a confirmed sanction suspends the party.

    Joins or opens an atomic block. Locks the screening, then the party where it is suspended, which the
    database does by itself.

    :raises UnknownDueDiligence: no such screening.
    :raises AlreadyDecided: it was clear or is decided.
    :raises DecidedByMaker: the second person is the one who recorded it.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9; issue "Stage 3" (sanctions and politically-exposed flags).
    """
    reason = f"decision on screening {screening_id}: {decision.result.value}"
    with acting(actor_id=actor_id, reason=reason), named_refusals():
        screening = _undecided(screening_id, lock=True)
        screening.approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.CONFIRM_SCREENING,
            subject=_subject(screening),
            payload=_payload(screening, decision),
        )
        screening.result = decision.result
        screening.is_sanctioned = decision.is_sanctioned
        screening.is_politically_exposed = decision.is_politically_exposed
        screening.save(update_fields=["result", "is_sanctioned", "is_politically_exposed", "approval"])
    return screening


def _undecided(screening_id: int, *, lock: bool = False) -> Screening:
    rows = Screening.objects.select_for_update() if lock else Screening.objects.all()
    screening = rows.filter(pk=screening_id).first()
    if screening is None:
        raise UnknownDueDiligence(str(screening_id))
    if screening.result != ScreeningResult.POSSIBLE:
        raise AlreadyDecided
    return screening


def _subject(screening: Screening) -> str:
    return f"screening/{screening.pk}"


def _payload(screening: Screening, decision: ScreeningDecision) -> Payload:
    return {
        "screening": screening.pk,
        "result": decision.result.value,
        "is_sanctioned": decision.is_sanctioned,
        "is_politically_exposed": decision.is_politically_exposed,
    }
