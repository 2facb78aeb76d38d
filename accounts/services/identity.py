"""Check who a party is: one person records the document, another reviews it."""

import datetime as dt
import hashlib
from dataclasses import dataclass

from accounts.domain.payloads import Payload
from accounts.models import (
    LARGEST_DOCUMENT_BYTES,
    Approval,
    ApprovalKind,
    IdentityCheck,
    IdentityCheckKind,
    IdentityDocument,
    IdentityDocumentKind,
    IdentityOutcome,
)
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.due_diligence import (
    EVERY_BOOK,
    AlreadyReviewed,
    DocumentMissing,
    DocumentOfNoFitSize,
    UnfitDocument,
    UnknownDueDiligence,
    named_refusals,
)

SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


@dataclass(frozen=True, kw_only=True)
class IdentityCheckDraft:
    """What a document says, and when it was seen. Only papers of companies may lack `expires_on`."""

    party_id: int
    kind: IdentityCheckKind | str
    document_kind: IdentityDocumentKind | str
    issuing_country: str
    number: str
    issued_on: dt.date | None
    expires_on: dt.date | None
    checked_on: dt.date
    next_review_on: dt.date


def record_identity_check(*, draft: IdentityCheckDraft, maker_id: int, reason: str) -> IdentityCheck:
    """Record that a document was seen; before its review it counts for nothing.

    Joins or opens an atomic block.

    :raises DueDiligenceRefusal: dates out of order, no expiry, no country by its two letters.
    Source: DESIGN 5 (suitability).
    """
    with acting(actor_id=maker_id, reason=reason), named_refusals():
        return IdentityCheck.objects.create(
            party_id=draft.party_id,
            kind=draft.kind,
            document_kind=draft.document_kind,
            issuing_country=draft.issuing_country,
            number=draft.number,
            issued_on=draft.issued_on,
            expires_on=draft.expires_on,
            checked_on=draft.checked_on,
            next_review_on=draft.next_review_on,
            maker_id=maker_id,
        )


def keep_identity_document(*, check_id: int, name: str, content: bytes, maker_id: int) -> IdentityDocument:
    """Keep a document of a check that awaits its review, byte for byte. Joins or opens an atomic block.

    What it is follows from its first bytes, never from its name.

    :raises DocumentOfNoFitSize: it is empty, or above ten megabytes.
    :raises UnfitDocument: it is neither PDF nor PNG nor JPEG nor text.
    :raises DocumentTwice: the check has it already.
    :raises DocumentTooLate: the check has been reviewed.
    Source: issue "Stage 3" (identity check with documents).
    """
    if not 0 < len(content) <= LARGEST_DOCUMENT_BYTES:
        raise DocumentOfNoFitSize
    with named_refusals():
        return IdentityDocument.objects.create(
            identity_check_id=check_id,
            name=name,
            media_type=_media_type(content),
            content=content,
            sha256=hashlib.sha256(content).digest(),
            maker_id=maker_id,
        )


def propose_identity_review(*, check_id: int, outcome: IdentityOutcome, maker_id: int) -> Approval:
    """Ask a second person to pass or fail a check over its present documents. Joins or opens an atomic block.

    :raises UnknownDueDiligence: no such check.
    :raises AlreadyReviewed: it has its outcome.
    :raises DocumentMissing: no document is with it.
    Source: DESIGN 1, rule 9.
    """
    check = _pending(check_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.REVIEW_IDENTITY,
        subject=_subject(check),
        payload=_payload(check, outcome),
        maker_id=maker_id,
    )


def review_identity_check(
    *, check_id: int, outcome: IdentityOutcome, approval_id: int, actor_id: int
) -> IdentityCheck:
    """Give a check the outcome that two people agreed on. Joins or opens an atomic block; locks the check.

    :raises UnknownDueDiligence, AlreadyReviewed, DocumentMissing: as for the proposal.
    :raises ExpiredDocumentPasses: it would pass on a document that had expired.
    :raises ReviewedByMaker: the second person is the one who recorded it.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9.
    """
    with acting(actor_id=actor_id, reason=f"review of identity check {check_id}"), named_refusals():
        check = _pending(check_id, lock=True)
        check.approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.REVIEW_IDENTITY,
            subject=_subject(check),
            payload=_payload(check, outcome),
        )
        check.outcome = outcome
        check.save(update_fields=["outcome", "approval"])
    return check


def _pending(check_id: int, *, lock: bool = False) -> IdentityCheck:
    rows = IdentityCheck.objects.select_for_update() if lock else IdentityCheck.objects.all()
    check = rows.filter(pk=check_id).first()
    if check is None:
        raise UnknownDueDiligence(str(check_id))
    if check.outcome != IdentityOutcome.PENDING:
        raise AlreadyReviewed
    return check


def _subject(check: IdentityCheck) -> str:
    return f"identity/{check.pk}"


def _payload(check: IdentityCheck, outcome: IdentityOutcome) -> Payload:
    """No name and no number: an approval is kept for ever."""
    digests = check.documents.order_by("sha256").values_list("sha256", flat=True)
    documents = [bytes(digest).hex() for digest in digests]
    if not documents:
        raise DocumentMissing
    return {"check": check.pk, "outcome": outcome.value, "documents": documents}


def _media_type(content: bytes) -> str:
    for signature, media_type in SIGNATURES:
        if content.startswith(signature):
            return media_type
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise UnfitDocument from None
    if any(sign < " " and sign not in "\t\r\n" for sign in text):
        raise UnfitDocument
    return "text/plain"
