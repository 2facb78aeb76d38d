"""Write down what was wrong and what is right, and ask a second person."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from accounts.domain.payloads import payload_hash
from accounts.models import ApprovalKind, ApprovalStatus
from accounts.services.approvals import propose_approval
from accounts.services.violations import violated_constraint
from clearing.corrections.models import Correction, CorrectionKind
from clearing.corrections.services.refusals import ReasonOrEvidenceMissing, named_correction_refusals
from ledger.models import Book

Values = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionDraft:
    """What was wrong since when, and what is right: plain values, dates as text, amounts in minor units."""

    kind: CorrectionKind
    subject: str
    effective_on: dt.date
    was: Values
    corrected: Values
    reason: str
    evidence: str


def propose_correction(*, book_id: int, draft: CorrectionDraft, maker_id: int) -> Correction:
    """Keep a correction and propose its approval; the same one again is the first, unless it was rejected.

    Joins the caller's transaction, else is its own. The kinds' own services read what was and call this.

    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close), 1 (rule 9).
    """
    if not draft.reason.strip() or not draft.evidence.strip():
        raise ReasonOrEvidenceMissing(draft.subject)
    earlier = _earlier(book_id, draft)
    if earlier is not None and earlier.approval.status != ApprovalStatus.REJECTED:
        return earlier
    attempt = 1 if earlier is None else earlier.attempt + 1
    payload = {
        "kind": draft.kind.value,
        "subject": draft.subject,
        "effective_on": draft.effective_on.isoformat(),
        "was": dict(draft.was),
        "corrected": dict(draft.corrected),
        "reason": draft.reason,
        "evidence": draft.evidence,
        "attempt": attempt,
    }
    digest = payload_hash(payload)
    reference = f"{draft.kind.value}-{draft.effective_on.isoformat()}-{digest.hex()[:10]}"
    try:
        with named_correction_refusals(), transaction.atomic():
            book = Book.objects.get(pk=book_id)
            approval = propose_approval(
                book_code=book.code,
                kind=ApprovalKind.CORRECT_AFTER_CLOSE,
                subject=f"{book.code}/correction/{reference}",
                payload=payload,
                maker_id=maker_id,
            )
            return Correction.objects.create(
                book=book,
                reference=reference,
                kind=draft.kind,
                subject=draft.subject,
                effective_on=draft.effective_on,
                was=dict(draft.was),
                corrected=dict(draft.corrected),
                reason=draft.reason,
                evidence=draft.evidence,
                digest=digest,
                attempt=attempt,
                approval=approval,
                maker_id=maker_id,
            )
    except IntegrityError as error:
        if violated_constraint(error=error) not in (
            "corrections_correction_reference_unique",
            "corrections_correction_proposed_once",
        ):
            raise
        # Another session proposed the same at the same time.
        winner = _earlier(book_id, draft)
        if winner is None:
            raise
        return winner


def _earlier(book_id: int, draft: CorrectionDraft) -> Correction | None:
    """The last proposal of the same correction, whatever became of it."""
    return (
        Correction.objects.select_related("approval")
        .filter(
            book_id=book_id,
            kind=draft.kind,
            subject=draft.subject,
            effective_on=draft.effective_on,
            was=dict(draft.was),
            corrected=dict(draft.corrected),
        )
        .order_by("-attempt")
        .first()
    )
