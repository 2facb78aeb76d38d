"""What an approval is about, in words: in a list, on its page, and as the question that is asked."""

import re

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant_text
from accounts.models import Approval, ApprovalKind, ApprovalStatus, StaffRole
from clearing.day.admin.due_diligence import DUE_DILIGENCE, due_diligence_words
from clearing.day.admin.due_diligence import QUESTIONS as DUE_DILIGENCE_QUESTIONS
from clearing.day.admin.payload_words import person_named, worth_words
from ledger.models import SealKeyEvent

WAITING = (ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED)
LONG_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{48,}([0-9a-f]{4})\b")

QUESTIONS = {
    **DUE_DILIGENCE_QUESTIONS,
    ApprovalKind.CLOSE_BUSINESS_DAY: gettext_lazy(
        "Close this business day as the books stand? Nothing can be booked into it afterwards."
    ),
    ApprovalKind.RELEASE_WITHDRAWAL: gettext_lazy(
        "Release this payment? It is booked and becomes an instruction to the bank."
    ),
    ApprovalKind.PAY_FUNDER_OUT: gettext_lazy(
        "Pay this funder out? The payment is booked and becomes an instruction to its bank."
    ),
    ApprovalKind.WAIVE_CHARGE: gettext_lazy(
        "Give these amounts up at the house's expense? They are booked at once and not charged again."
    ),
    ApprovalKind.RELEASE_LIQUIDATION: gettext_lazy(
        "Release this liquidation? Its orders go out with the next run of the day."
    ),
    ApprovalKind.ACTIVATE_TERMS: gettext_lazy("Put these terms into force? They never change afterwards."),
    ApprovalKind.AMEND_CONTRACT: gettext_lazy(
        "Hold this contract to the other terms from the day on? What was counted before stays."
    ),
    ApprovalKind.EXTEND_CONTRACT: gettext_lazy("Let this contract mature later?"),
    ApprovalKind.REPLACE_FUNDER: gettext_lazy(
        "Put the new funder in the other's place today? It pays out what the other has lent."
    ),
    ApprovalKind.RESOLVE_DISPUTE: gettext_lazy("Answer this dispute so? It is decided for good."),
    ApprovalKind.SET_BENCHMARK: gettext_lazy(
        "Set these fixings? Interest follows them from the next accrual on; they are never taken back."
    ),
    ApprovalKind.WRITE_OFF_BREAK: gettext_lazy("Write off this break?"),
    ApprovalKind.IMPORT_JOURNAL: gettext_lazy(
        "Import this file? What its trial took is booked into the open day; what was refused stays out."
    ),
    ApprovalKind.SET_OFFICIAL_RATE: gettext_lazy(
        "Set these official rates? They value the house's positions and are never taken back."
    ),
    ApprovalKind.CORRECT_AFTER_CLOSE: gettext_lazy(
        "Carry this out? What was stored stays; what is posted goes into the open day."
    ),
    ApprovalKind.SOFT_CLOSE_BUSINESS_DAY: gettext_lazy(
        "Soft-close this business day? From then on it takes corrections only, until it is closed."
    ),
    ApprovalKind.REOPEN_BUSINESS_DAY: gettext_lazy(
        "Open this business day again, for the reason given? Its close stays on record, the day is closed "
        "anew afterwards, and every report names the reopening."
    ),
    ApprovalKind.CLOSE_MONTH: gettext_lazy(
        "Close this month? No day of it is opened or reopened any more; a hard close is never taken back."
    ),
    ApprovalKind.REOPEN_MONTH: gettext_lazy(
        "Take the soft close of this month back, for the reason given? Every report names the reopening."
    ),
    ApprovalKind.SET_APPROVAL_LIMIT: gettext_lazy("Put this rule in force for every later decision?"),
    ApprovalKind.DELEGATE_APPROVALS: gettext_lazy(
        "Let one person decide for the other until the end that is stated?"
    ),
    ApprovalKind.REVIEW_ACCESS: gettext_lazy(
        "Complete this review? The roles that are marked are withdrawn at once."
    ),
    ApprovalKind.IMPORT_PARTIES: gettext_lazy("Take these parties in, exactly as the file says?"),
    ApprovalKind.IMPORT_CONTRACTS: gettext_lazy("Open these contracts, exactly as the file says?"),
    ApprovalKind.TRANSFER_YEAR_END: gettext_lazy(
        "Carry income and expense of this year to retained earnings, as these figures say?"
    ),
}


def short(subject: str) -> str:
    """A subject without the middle of its hashes: 64 digits tell nobody more than twelve."""
    return LONG_HASH.sub(r"\1…\2", subject)


def matter(row: Approval) -> str:
    """One line that says what is decided."""
    said = row.payload
    match row.kind:
        case kind if kind in DUE_DILIGENCE:
            return due_diligence_words(row)
        case ApprovalKind.RELEASE_WITHDRAWAL | ApprovalKind.PAY_FUNDER_OUT if "counterparty_account" in said:
            return _("%(reference)s to %(account)s") % {
                "reference": said["reference"],
                "account": said["counterparty_account"],
            }
        case ApprovalKind.IMPORT_JOURNAL | ApprovalKind.IMPORT_PARTIES | ApprovalKind.IMPORT_CONTRACTS:
            return _("%(file)s: %(lines)d lines") % {
                "file": said.get("name") or short(row.subject),
                "lines": said.get("taken", 0),
            }
        case ApprovalKind.CHANGE_SEAL_KEYS if "key" in said:
            event = dict(SealKeyEvent.Event.choices).get(str(said["event"]), said["event"])
            return _("Key %(key)s: %(event)s") % {"key": said["key"], "event": event}
        case ApprovalKind.SET_APPROVAL_LIMIT:
            return rule_words(said)
        case ApprovalKind.DELEGATE_APPROVALS:
            return _("%(delegate)s decides for %(delegator)s") % {
                "delegate": person_named(said["delegate_id"]),
                "delegator": person_named(said["delegator_id"]),
            }
        case ApprovalKind.REVIEW_ACCESS:
            decisions = list(said["decisions"].values())
            return _("%(period)s: %(kept)d roles kept, %(withdrawn)d withdrawn") % {
                "period": said["period"],
                "kept": decisions.count("keep"),
                "withdrawn": decisions.count("withdraw"),
            }
        case _:
            return short(row.subject.removeprefix("contract:"))


def rule_words(said: dict[str, object]) -> str:
    """What a rule of approvals says."""
    named = {
        "role": str(dict(StaffRole.choices)[str(said["role"])]),
        "kind": str(dict(ApprovalKind.choices).get(str(said["kind"]), said["kind"])),
        "currency": said["currency"],
    }
    if not said["is_permitted"]:
        if said["currency"]:
            return _("%(role)s, %(kind)s: nothing in %(currency)s") % named
        return _("%(role)s, %(kind)s: no longer permitted") % named
    if said["max_amount_minor"] is not None:
        most = worth_words(int(str(said["max_amount_minor"])), str(said["currency"]))
        return _("%(role)s, %(kind)s: up to %(most)s") % {**named, "most": most}
    if said["currency"]:
        return _("%(role)s, %(kind)s: any amount in %(currency)s") % named
    return _("%(role)s, %(kind)s: any amount") % named


def worth(row: Approval) -> str | None:
    """The amount that limits are compared with."""
    if row.amount_minor is None or row.currency is None:
        return None
    return worth_words(row.amount_minor, row.currency)


def age(row: Approval) -> str | None:
    """How long it has waited; nothing once it is over."""
    return timesince(row.proposed_at, depth=1) if row.status in WAITING else None


def expiry(row: Approval) -> str | None:
    return None if row.expires_at is None else instant_text(row.expires_at)
