"""Propose a next version of a questionnaire, and put it in force by two people."""

import datetime as dt
from collections.abc import Mapping

from django.db.models import Max

from accounts.domain.payloads import Payload
from accounts.domain.questionnaire import UnfitQuestionnaire, read_questionnaire
from accounts.models import Approval, ApprovalKind, QuestionnaireVersion, VersionState
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.due_diligence import (
    EVERY_BOOK,
    UnknownDueDiligence,
    UnsoundQuestionnaire,
    VersionActive,
    named_refusals,
)


def propose_questionnaire(
    *,
    code: str,
    effective_from: dt.date,
    content: Mapping[str, object],
    valid_days: int,
    maker_id: int,
    reason: str,
) -> QuestionnaireVersion:
    """Write the next version as a draft. Joins or opens an atomic block.

    :raises UnsoundQuestionnaire: the content lacks something; the detail says what.
    :raises VersionExists: somebody proposed a version at the same time.
    Source: DESIGN 5 (questionnaire with score and expiry).
    """
    try:
        read_questionnaire(content)
    except UnfitQuestionnaire as error:
        raise UnsoundQuestionnaire(str(error)) from error
    newest = QuestionnaireVersion.objects.filter(code=code).aggregate(newest=Max("version"))["newest"] or 0
    with acting(actor_id=maker_id, reason=reason), named_refusals():
        return QuestionnaireVersion.objects.create(
            code=code,
            version=newest + 1,
            effective_from=effective_from,
            content=content,
            valid_days=valid_days,
            maker_id=maker_id,
        )


def propose_questionnaire_activation(*, version_id: int, maker_id: int) -> Approval:
    """Ask a second person to put exactly this content in force. Joins or opens an atomic block.

    :raises UnknownDueDiligence: no such version.
    :raises VersionActive: it is in force.
    Source: DESIGN 1, rule 9.
    """
    version = _draft(version_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.ACTIVATE_QUESTIONNAIRE,
        subject=_subject(version),
        payload=_payload(version),
        maker_id=maker_id,
    )


def activate_questionnaire(*, version_id: int, approval_id: int, actor_id: int) -> QuestionnaireVersion:
    """Put a version in force by its approval. Joins or opens an atomic block; locks the version.

    :raises UnknownDueDiligence, VersionActive: as for the proposal.
    :raises ActivatedByMaker: the second person is the one who wrote it.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9.
    """
    with acting(actor_id=actor_id, reason=f"activation of questionnaire {version_id}"), named_refusals():
        version = _draft(version_id, lock=True)
        version.approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.ACTIVATE_QUESTIONNAIRE,
            subject=_subject(version),
            payload=_payload(version),
        )
        version.state = VersionState.ACTIVE
        version.save(update_fields=["state", "approval"])
    return version


def _draft(version_id: int, *, lock: bool = False) -> QuestionnaireVersion:
    rows = QuestionnaireVersion.objects.select_for_update() if lock else QuestionnaireVersion.objects.all()
    version = rows.filter(pk=version_id).first()
    if version is None:
        raise UnknownDueDiligence(str(version_id))
    if version.state != VersionState.DRAFT:
        raise VersionActive
    return version


def _subject(version: QuestionnaireVersion) -> str:
    return f"{version.code}/v{version.version}"


def _payload(version: QuestionnaireVersion) -> Payload:
    return {
        "code": version.code,
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "content": version.content,
        "valid_days": version.valid_days,
    }
