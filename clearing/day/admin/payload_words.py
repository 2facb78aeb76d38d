"""The payload of an approval in words: every name under a label, every value as what it is."""

import re
from collections.abc import Mapping, Sized
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import percent_text
from accounts.admin.panels import NOTHING, Cell, Facts, Look, code, text
from accounts.models import Approval, ApprovalKind, IdentityOutcome, ScreeningResult, StaffRole, User
from clearing.corrections.models import CorrectionKind, ReviewKind, ReviewState
from clearing.day.admin.due_diligence import PAYLOAD as DUE_DILIGENCE_PAYLOAD
from contracts.admin.terms import WATERFALL
from contracts.models import BulkImport, DisputeState, FundingSource, TermsVersion
from custody.models import CustodyAccount, Payment
from ledger.domain.money import format_amount
from ledger.models import Account, BusinessDay, Hardness, SealKeyEvent, Unit

PAYLOAD = {
    **DUE_DILIGENCE_PAYLOAD,
    "amount_minor": gettext_lazy("Amount"),
    "all_or_none": gettext_lazy("All lines or none"),
    "answer": gettext_lazy("Answer to the client"),
    "attempt": gettext_lazy("Proposal number"),
    "benchmark": gettext_lazy("Benchmark"),
    "book": gettext_lazy("Book"),
    "business_date": gettext_lazy("Business date"),
    "close_id": gettext_lazy("Close taken back"),
    "closes": gettext_lazy("Closes so far"),
    "contract": gettext_lazy("Contract"),
    "counterparty_account": gettext_lazy("To the account outside"),
    "currency": gettext_lazy("Currency"),
    "custody_account_id": gettext_lazy("From the custody account"),
    "decision": gettext_lazy("Decision"),
    "delegate_id": gettext_lazy("Delegate"),
    "delegator_id": gettext_lazy("Delegator"),
    "dispute": gettext_lazy("Dispute"),
    "disputed": gettext_lazy("Disputed item"),
    "effective_on": gettext_lazy("Wrong since"),
    "encoding": gettext_lazy("Encoding"),
    "ends_at": gettext_lazy("Until"),
    "entitlement_account_id": gettext_lazy("Owner of the funds"),
    "event": gettext_lazy("Event"),
    "evidence": gettext_lazy("Evidence"),
    "examples": gettext_lazy("Worked examples"),
    "fees": gettext_lazy("Fees"),
    "fees_minor": gettext_lazy("Fees waived"),
    "fixings": gettext_lazy("Fixings"),
    "format": gettext_lazy("Format"),
    "funder": gettext_lazy("New funder"),
    "hardness": gettext_lazy("Type of close"),
    "inputs_hash": gettext_lazy("Hash of the inputs"),
    "interest_minor": gettext_lazy("Interest waived"),
    "is_permitted": gettext_lazy("Permitted"),
    "key": gettext_lazy("Key"),
    "kind": gettext_lazy("Kind"),
    "last_position": gettext_lazy("Last position"),
    "liquidation": gettext_lazy("Liquidation"),
    "mapping_sha256": gettext_lazy("SHA-256 of the mapping of accounts"),
    "matures_on": gettext_lazy("Matures on"),
    "max_amount_minor": gettext_lazy("Limit"),
    "month": gettext_lazy("Month"),
    "name": gettext_lazy("Name of the file"),
    "parameters": gettext_lazy("Parameters"),
    "penalty_minor": gettext_lazy("Penalty waived"),
    "period": gettext_lazy("Period"),
    "product": gettext_lazy("Product"),
    "profile_sha256": gettext_lazy("SHA-256 of the profile of columns"),
    "rate_date": gettext_lazy("Rate date"),
    "rate_ppm": gettext_lazy("Rate"),
    "rates": gettext_lazy("Rates"),
    "reason": gettext_lazy("Reason"),
    "reference": gettext_lazy("Reference"),
    "refused": gettext_lazy("Lines refused"),
    "replaced": gettext_lazy("Funder to be replaced"),
    "result_minor": gettext_lazy("Result of the year"),
    "returns_payment_id": gettext_lazy("Returned receipt"),
    "review": gettext_lazy("Decision review"),
    "role": gettext_lazy("Role"),
    "rule_pack": gettext_lazy("Rule pack"),
    "seniority": gettext_lazy("Seniority"),
    "sha256": gettext_lazy("SHA-256 of the file"),
    "source": gettext_lazy("Source"),
    "sources": gettext_lazy("Sources"),
    "starts_at": gettext_lazy("From"),
    "status": gettext_lazy("Status"),
    "subjects": gettext_lazy("Parties or contracts"),
    "subject": gettext_lazy("Subject"),
    "taken": gettext_lazy("Lines taken"),
    "to_terms": gettext_lazy("New terms"),
    "unit": gettext_lazy("Unit"),
    "unit_id": gettext_lazy("Unit"),
    "untrusted_from": gettext_lazy("Seals not trusted from"),
    "version": gettext_lazy("Version"),
    "year": gettext_lazy("Year"),
    "year_end": gettext_lazy("Last day of the year"),
}
"""Names that are fields of terms stand under the field's own label."""

CHOICES: Mapping[tuple[str, str], type[models.TextChoices]] = {
    ("", "role"): StaffRole,
    ("", "status"): BusinessDay.Status,
    ("", "hardness"): Hardness,
    ("", "event"): SealKeyEvent.Event,
    ("", "decision"): ReviewKind,
    ("", "result"): ScreeningResult,
    ("", "kind"): ApprovalKind,
    (ApprovalKind.CORRECT_AFTER_CLOSE, "kind"): CorrectionKind,
    (ApprovalKind.CORRECT_AFTER_CLOSE, "outcome"): ReviewState,
    (ApprovalKind.REVIEW_IDENTITY, "outcome"): IdentityOutcome,
    (ApprovalKind.RESOLVE_DISPUTE, "outcome"): DisputeState,
    (ApprovalKind.REPLACE_FUNDER, "source"): FundingSource,
    (ApprovalKind.IMPORT_PARTIES, "kind"): BulkImport.Kind,
    (ApprovalKind.IMPORT_CONTRACTS, "kind"): BulkImport.Kind,
    ("", "format"): BulkImport.Format,
    ("", "encoding"): BulkImport.Encoding,
}
"""Whose labels say a value: by the kind of the approval, or of any, and the name."""

HASH = re.compile(r"[0-9a-f]{16,}")
SHOWN_ELSEWHERE = {"decisions", "was", "corrected", "simulation", "fixings", "to_terms_id", "tranche_id"}
PEOPLE = {"delegator_id", "delegate_id"}
ROWS: Mapping[str, type[models.Model]] = {
    "unit_id": Unit,
    "custody_account_id": CustodyAccount,
    "entitlement_account_id": Account,
    "returns_payment_id": Payment,
}
"""What a key stands for."""


def worth_words(amount_minor: int, currency: str) -> str:
    exponent = Unit.objects.filter(code=currency).values_list("exponent", flat=True).first()
    return f"{format_amount(amount_minor, exponent or 0)} {currency}"


def person_named(user_id: object) -> str:
    return person(User.objects.filter(pk=int(str(user_id))).first()) or f"#{user_id}"


def payload_facts(row: Approval) -> Facts:
    """What the hash covers, under words; what has a panel of its own is left out."""
    items: list[tuple[str, Cell]] = [
        (_("Hash of what was approved (SHA-256)"), code(bytes(row.payload_hash).hex()))
    ]
    for name, value in sorted(row.payload.items()):
        if name in SHOWN_ELSEWHERE:
            continue
        if name == "rates" and isinstance(value, dict):
            items += [(pair, code(str(rate))) for pair, rate in sorted(value.items())]
        else:
            items.append((_label(row, name), _shown(row, name, value)))
    return Facts(title=_("Exactly what is permitted"), items=items)


def _field(row: Approval, name: str) -> Any:
    """The field of terms that a name of their payload means."""
    if row.kind != ApprovalKind.ACTIVATE_TERMS:
        return None
    return {field.attname: field for field in TermsVersion._meta.concrete_fields}.get(name)


def _label(row: Approval, name: str) -> str:
    field = _field(row, name)
    if field is not None:
        return capfirst(str(field.verbose_name))
    return str(PAYLOAD.get(name, capfirst(name.replace("_", " "))))


def _shown(row: Approval, name: str, value: Any) -> Cell:
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return text(_("Yes") if value else _("No"))
    if name in PEOPLE:
        return text(person_named(value))
    if name in ROWS:
        return text(str(ROWS[name]._base_manager.filter(pk=value).first() or f"#{value}"))
    if isinstance(value, int):
        return text(_figure(row, name, value))
    if isinstance(value, dict | list):
        return _many(name, value)
    labels = _labels(row, name)
    if value in labels:
        return text(str(labels[value]))
    return code(str(value)) if HASH.fullmatch(str(value)) else Cell(str(value), look=Look.PROSE)


def _labels(row: Approval, name: str) -> Mapping[Any, Any]:
    field = _field(row, name)
    if field is not None:
        return dict(field.flatchoices)
    choices = CHOICES.get((row.kind, name)) or CHOICES.get(("", name))
    return dict(choices.choices) if choices else {}


def _figure(row: Approval, name: str, value: int) -> str:
    if name.endswith("_ppm"):
        return percent_text(value, 4 if value % 100 else 2)
    currency = row.currency or row.payload.get("currency") or row.payload.get("unit")
    if name.endswith("_minor") and currency:
        return worth_words(value, str(currency))
    return str(value)


def _many(name: str, value: dict[str, Any] | list[Any]) -> Cell:
    """Several values on a line each, where they are figures that people read."""
    if isinstance(value, dict):
        if name != "result_minor":
            return _kept(value)
        lines = [worth_words(-minor, unit) for unit, minor in value.items()]
    elif name == "fixings":
        lines = [f"{one[0]}: {percent_text(one[1], 4)}" for one in value]
    elif name == "waterfall_order":
        return text(" → ".join(str(WATERFALL.get(one, one)) for one in value))
    elif all(isinstance(one, str) for one in value):
        lines = value
    else:
        return _kept(value)
    return Cell("\n".join(lines), look=Look.PROSE)


def _kept(value: Sized) -> Cell:
    return text(_("%(count)d values, kept with the approval") % {"count": len(value)})
