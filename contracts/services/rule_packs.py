"""Propose versions of rule packs and put them in force by two people."""

import datetime as dt
import json
from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.domain.payloads import UnfitPayload, canonical_bytes, payload_hash
from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from contracts.domain.rule_pack import InvalidRulePack, read_parameters
from contracts.domain.rule_pack_examples import worked
from contracts.models import RulePack, RulePackOrigin, RulePackState, RulePackVersion
from contracts.services.refusals import ContractRefusal, UnknownRulePack, named_contract_refusals
from contracts.services.terms import EVERY_BOOK

LANGUAGES = ("en", "zh-hans", "zh-hant")
FIRM = "firm"


class UnfitRulePack(ContractRefusal):
    """The document is no rule pack: a part is missing, out of range, or an example does not come out."""

    code = "contracts_rulepackversion_document_is_whole"
    sentence = _("This is not a complete rule pack; correct what is named and propose it again.")


class RulePackImmutable(ContractRefusal):
    """A version in force would be changed, or put in force again."""

    code = "contracts_rulepackversion_content_immutable"
    sentence = _("A version in force never changes; propose a new one.")


def propose_rule_pack(*, document: Mapping[str, object]) -> RulePackVersion:
    """Write the next version of a pack as a draft, or the first of a new pack; nothing is held to it yet.

    `document` is what a file of contracts/rulepacks says; its version is given by the pack. Joins the
    caller's transaction, else is its own.

    :raises UnfitRulePack: a part is missing, a figure out of its range, a basis without source, an example
        that does not come out.
    :raises RulePackVersionExists: somebody proposed a version at the same time.
    """
    whole = {**document}
    with named_contract_refusals(), transaction.atomic():
        pack, _created = RulePack.objects.get_or_create(code=str(whole.get("code", "")))
        newest = pack.versions.aggregate(newest=Max("version"))["newest"]
        version = (newest or 0) + 1
        whole["version"] = version
        _refuse_unfit(whole)
        return RulePackVersion.objects.create(
            pack=pack,
            version=version,
            effective_from=dt.date.fromisoformat(str(whole["effective_from"])),
            origin=RulePackOrigin.HOUSE,
            content=canonical_bytes(whole).decode(),
            sha256=payload_hash(whole).hex(),
            parameters=whole["parameters"],
        )


def _refuse_unfit(document: Mapping[str, object]) -> None:
    try:
        canonical_bytes(document)
        parameters = read_parameters(_part(document, "parameters"))
        basis, title = _part(document, "basis"), _part(document, "title")
        sources = [dict(one) for one in _parts(document, "sources")]
        dt.date.fromisoformat(str(document.get("effective_from")))
        for one in _parts(document, "examples"):
            computed = worked(str(one["kind"]), _figures(one["given"]), parameters)
            if computed != one["expected"]:
                raise UnfitRulePack(f"{one['kind']} {one['given']}: {computed}, not {one['expected']}")
    except (InvalidRulePack, UnfitPayload, KeyError, ValueError) as error:
        raise UnfitRulePack(str(error)) from error
    if not all(title.get(language) for language in LANGUAGES):
        raise UnfitRulePack(f"title: {', '.join(LANGUAGES)}")
    if any(set(one) != {"key", "title", "issuer", "reference", "date"} for one in sources):
        raise UnfitRulePack("sources: key, title, issuer, reference, date")
    known = {str(one["key"]) for one in sources} | {FIRM}
    lost = sorted(
        name for name in _part(document, "parameters") if str(basis.get(name)) not in known
    ) + sorted(set(basis) - set(_part(document, "parameters")))
    if lost:
        raise UnfitRulePack(f"basis: {', '.join(lost)}")


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = document.get(name)
    if not isinstance(value, Mapping):
        raise UnfitRulePack(name)
    return value


def _parts(document: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = document.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(one, Mapping) for one in value):
        raise UnfitRulePack(name)
    return value


def _figures(value: object) -> Mapping[str, int]:
    if not isinstance(value, Mapping) or not all(isinstance(one, int) for one in value.values()):
        raise UnfitRulePack(f"examples: {value}")
    return value


def propose_pack_activation(*, version_id: int, maker_id: int) -> Approval:
    """Ask for a version to be put in force; a second person decides on exactly this content.

    Joins the caller's transaction, else is its own.

    :raises UnknownRulePack: there is no such version.
    :raises RulePackImmutable: it is in force already.
    """
    version = _draft(version_id)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.ACTIVATE_RULE_PACK,
        subject=_subject(version),
        payload=_payload(version),
        maker_id=maker_id,
    )


def activate_rule_pack(*, version_id: int, approval_id: int) -> RulePackVersion:
    """Put a version in force by its approval: contracts opened from its day on are held to it.

    Joins the caller's transaction, else is its own; locks the version, then the approval.

    :raises UnknownRulePack: there is no such version.
    :raises RulePackImmutable: it is in force already.
    :raises RulePackBackDated: contracts of the pack were opened on or after its day.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 1, rule 9; DESIGN 5 (rule pack, vintage).
    """
    with named_contract_refusals(), transaction.atomic():
        version = _draft(version_id)
        version.approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.ACTIVATE_RULE_PACK,
            subject=_subject(version),
            payload=_payload(version),
        )
        version.state = RulePackState.ACTIVE
        version.save(update_fields=["state", "approval"])
    return version


def _draft(version_id: int) -> RulePackVersion:
    with transaction.atomic():
        rows = RulePackVersion.objects.select_for_update(of=("self",)).select_related("pack")
        version = rows.filter(pk=version_id).first()
    if version is None:
        raise UnknownRulePack(str(version_id))
    if version.state == RulePackState.ACTIVE:
        raise RulePackImmutable(str(version))
    return version


def _subject(version: RulePackVersion) -> str:
    return f"{version.pack.code}/v{version.version}"


def _payload(version: RulePackVersion) -> dict[str, object]:
    """The hash, and all that it covers, for the second person to read."""
    return {"sha256": version.sha256, **json.loads(version.content)}
