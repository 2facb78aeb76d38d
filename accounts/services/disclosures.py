"""Propose and put in force what clients must have read, and record that they acknowledged it."""

import datetime as dt
import hashlib
from collections.abc import Mapping

from django.db.models import Max

from accounts.domain.payloads import Payload
from accounts.models import (
    AcknowledgementChannel,
    Approval,
    ApprovalKind,
    DisclosureAcknowledgement,
    DisclosureVersion,
    PartyLocale,
    VersionState,
)
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.due_diligence import (
    EVERY_BOOK,
    UnhashedTexts,
    UnknownDueDiligence,
    VersionActive,
    named_refusals,
)


def propose_disclosure(
    *,
    code: str,
    effective_from: dt.date,
    texts: Mapping[PartyLocale, tuple[str, str]],
    maker_id: int,
    reason: str,
) -> DisclosureVersion:
    """Write the next version as a draft; `texts` holds title and text by language.

    Joins or opens an atomic block.

    :raises UnhashedTexts: a language is missing, or a title or text blank.
    :raises VersionExists: somebody proposed a version at the same time.
    Source: DESIGN 5 (versioned text, acknowledged with time and hash).
    """
    if set(texts) != set(PartyLocale) or not all(part.strip() for pair in texts.values() for part in pair):
        raise UnhashedTexts
    newest = DisclosureVersion.objects.filter(code=code).aggregate(newest=Max("version"))["newest"] or 0
    with acting(actor_id=maker_id, reason=reason), named_refusals():
        return DisclosureVersion.objects.create(
            code=code,
            version=newest + 1,
            effective_from=effective_from,
            texts={
                locale.value: {"title": title, "text": text, "sha256": _text_hash(title, text)}
                for locale, (title, text) in texts.items()
            },
            maker_id=maker_id,
        )


def propose_disclosure_activation(*, version_id: int, maker_id: int) -> Approval:
    """Ask a second person to put exactly these texts in force. Joins or opens an atomic block.

    :raises UnknownDueDiligence: no such version.
    :raises VersionActive: it is in force.
    Source: DESIGN 1, rule 9.
    """
    version = _draft(version_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.ACTIVATE_DISCLOSURE,
        subject=_subject(version),
        payload=_payload(version),
        maker_id=maker_id,
    )


def activate_disclosure(*, version_id: int, approval_id: int, actor_id: int) -> DisclosureVersion:
    """Put a version in force by its approval. Joins or opens an atomic block; locks the version.

    From its effective date on every client has to acknowledge it before a further drawdown.

    :raises UnknownDueDiligence, VersionActive: as for the proposal.
    :raises ActivatedByMaker: the second person is the one who wrote it.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9.
    """
    with acting(actor_id=actor_id, reason=f"activation of disclosure {version_id}"), named_refusals():
        version = _draft(version_id, lock=True)
        version.approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.ACTIVATE_DISCLOSURE,
            subject=_subject(version),
            payload=_payload(version),
        )
        version.state = VersionState.ACTIVE
        version.save(update_fields=["state", "approval"])
    return version


def acknowledge_disclosure(
    *,
    party_id: int,
    version_id: int,
    locale: PartyLocale,
    text_sha256: bytes,
    acknowledged_on: dt.date,
    acknowledged_at: dt.datetime,
    channel: AcknowledgementChannel,
    maker_id: int,
) -> DisclosureAcknowledgement:
    """Record that a party acknowledged the text of this hash, on its day. Joins or opens an atomic block.

    The caller passes the hash of what was shown, so that an outdated text is refused.

    :raises AnotherText: the hash is not that of the version in this language.
    :raises DisclosureNotActive: the version is a draft.
    :raises AcknowledgedAlready: it was acknowledged in this language.
    :raises AnotherDay: the instant cannot fall on that day.
    Source: DESIGN 5 (acknowledged with time and hash).
    """
    with named_refusals():
        return DisclosureAcknowledgement.objects.create(
            party_id=party_id,
            disclosure_id=version_id,
            locale=locale,
            text_sha256=text_sha256,
            acknowledged_on=acknowledged_on,
            acknowledged_at=acknowledged_at,
            channel=channel,
            maker_id=maker_id,
        )


def _text_hash(title: str, text: str) -> str:
    return hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest()


def _draft(version_id: int, *, lock: bool = False) -> DisclosureVersion:
    rows = DisclosureVersion.objects.select_for_update() if lock else DisclosureVersion.objects.all()
    version = rows.filter(pk=version_id).first()
    if version is None:
        raise UnknownDueDiligence(str(version_id))
    if version.state != VersionState.DRAFT:
        raise VersionActive
    return version


def _subject(version: DisclosureVersion) -> str:
    return f"{version.code}/v{version.version}"


def _payload(version: DisclosureVersion) -> Payload:
    return {
        "code": version.code,
        "version": version.version,
        "effective_from": version.effective_from.isoformat(),
        "texts": version.texts,
    }
