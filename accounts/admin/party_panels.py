"""Panels of a party's page: what is missing and what to do, and what due diligence has recorded."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Length
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.approvals import person
from accounts.admin.cells import choice, day, instant, may_see, page_of, related
from accounts.admin.panels import NOTHING, Cell, Column, Facts, Look, Table, Tone, chip, code, number, text
from accounts.models import (
    CreditGroupMember,
    IdentityCheck,
    IdentityDocument,
    IdentityOutcome,
    Party,
    RiskTier,
    Screening,
    ScreeningResult,
)
from accounts.queries.suitability import Standing, SuitabilityFault

TONES_OF_OUTCOME = {
    IdentityOutcome.PENDING: Tone.NOTICE,
    IdentityOutcome.PASSED: Tone.GOOD,
    IdentityOutcome.FAILED: Tone.BAD,
}
TONES_OF_RESULT = {
    ScreeningResult.CLEAR: Tone.GOOD,
    ScreeningResult.POSSIBLE: Tone.NOTICE,
    ScreeningResult.CONFIRMED: Tone.BAD,
}
CHECK, SCREEN, ASSESS, ACKNOWLEDGE = "check-identity", "screen", "assess", "acknowledge"
HIT = "hit"
"""The acts of a party's page, as they stand in its addresses."""
REMEDIES: dict[SuitabilityFault, tuple[str | Promise, str]] = {
    SuitabilityFault.IDENTITY_MISSING: (
        gettext_lazy("Record a check of a valid document; a colleague reviews it."),
        CHECK,
    ),
    SuitabilityFault.IDENTITY_EXPIRED: (
        gettext_lazy("Ask for a valid document and record a check of it."),
        CHECK,
    ),
    SuitabilityFault.IDENTITY_REVIEW_OVERDUE: (
        gettext_lazy("Look at the document again and record a periodic check."),
        CHECK,
    ),
    SuitabilityFault.SCREENING_MISSING: (
        gettext_lazy("Screen against sanctions and political exposure, and record it."),
        SCREEN,
    ),
    SuitabilityFault.SCREENING_NOT_CLEAR: (
        gettext_lazy("Open the hit; two people decide whether it is this party."),
        HIT,
    ),
    SuitabilityFault.SUITABILITY_MISSING: (
        gettext_lazy("Go through the questionnaire with the client."),
        ASSESS,
    ),
    SuitabilityFault.SUITABILITY_EXPIRED: (
        gettext_lazy("Go through the questionnaire with the client again."),
        ASSESS,
    ),
    SuitabilityFault.DISCLOSURE_MISSING: (
        gettext_lazy("Hand out the disclosure in force and record that it was acknowledged."),
        ACKNOWLEDGE,
    ),
    SuitabilityFault.PARTY_NOT_ACTIVE: (
        gettext_lazy("See the history for why; a sanctioned party stays suspended."),
        "",
    ),
}


def tier_chip(tier: int | None) -> Cell:
    return NOTHING if tier is None else chip(RiskTier(tier).label, Tone.INFO)


def standing_chip(standing: Standing) -> Cell:
    if not standing.faults:
        return chip(_("Nothing is missing"), Tone.GOOD)
    return chip(_("%(count)d missing") % {"count": len(standing.faults)}, Tone.BAD)


def standing_panel(standing: Standing, on: dt.date, acts: dict[str, str]) -> Table:
    """What is missing, what to do, and the button that does it for whoever may."""
    return Table(
        title=_("Eligibility as of %(day)s") % {"day": on.isoformat()},
        columns=[Column(_("what is missing")), Column(_("what to do"), Look.PROSE), Column("")],
        rows=[
            [
                chip(fault.label, Tone.BAD),
                Cell(REMEDIES[fault][0], look=Look.PROSE),
                text(_("Resolve"), acts[REMEDIES[fault][1]]) if REMEDIES[fault][1] in acts else Cell(""),
            ]
            for fault in standing.faults
        ],
        empty=_("Nothing is missing: as far as due diligence goes, this party may be lent to."),
        note=_("Judged for this day by what is recorded now."),
    )


def identity_panel(request: HttpRequest, row: Party) -> Table:
    checks = row.identity_checks.select_related("maker", "approval__checker").annotate(
        papers=Count("documents")
    )
    return Table(
        title=_("Identity checks"),
        columns=[
            Column(_("checked on")),
            Column(_("document type")),
            Column(_("expires on")),
            Column(_("next review on")),
            Column(_("outcome"), Look.CHIP),
            Column(_("recorded by")),
            Column(_("reviewed by")),
            Column(_("documents")),
        ],
        rows=[
            [
                Cell(check.checked_on.isoformat(), page_of(check, request)),
                text(f"{check.get_document_kind_display()} · {check.issuing_country}"),
                day(check.expires_on),
                day(check.next_review_on),
                choice(check, "outcome", TONES_OF_OUTCOME),
                text(person(check.maker) or ""),
                text((check.approval and person(check.approval.checker)) or "—"),
                text(str(check.papers), page_of(check, request)),
            ]
            for check in checks
        ],
        empty=_("No identity check has been recorded."),
    )


def screening_panel(request: HttpRequest, row: Party) -> Table:
    return Table(
        title=_("Screenings"),
        columns=[
            Column(_("screened on")),
            Column(_("list")),
            Column(_("scope")),
            Column(_("valid until")),
            Column(_("result"), Look.CHIP),
            Column(_("hit category")),
            Column(_("decided by")),
        ],
        rows=[
            [
                Cell(one.screened_on.isoformat(), page_of(one, request)),
                text(f"{one.list_name} · {one.list_version}"),
                text(one.get_scope_display()),
                day(one.valid_until),
                choice(one, "result", TONES_OF_RESULT),
                text(flags(one) or "—"),
                text((one.approval and person(one.approval.checker)) or "—"),
            ]
            for one in row.screenings.select_related("approval__checker")
        ],
        empty=_("This party has not been screened."),
    )


def flags(one: Screening) -> str:
    said = [_("sanctions")] if one.is_sanctioned else []
    return ", ".join([*said, *([_("political exposure")] if one.is_politically_exposed else [])])


def assessment_panel(request: HttpRequest, row: Party, on: dt.date) -> Table:
    return Table(
        title=_("Suitability assessments"),
        columns=[
            Column(_("assessed on")),
            Column(_("tier"), Look.CHIP),
            Column(_("score"), Look.NUMBER),
            Column(_("questionnaire")),
            Column(_("holds until")),
            Column(_("recorded by")),
        ],
        rows=[
            [
                Cell(one.assessed_on.isoformat(), page_of(one, request)),
                tier_chip(one.tier),
                number(str(one.score)),
                related(one.questionnaire, request),
                day(one.expires_on) if one.expires_on >= on else chip(one.expires_on.isoformat(), Tone.WARN),
                text(person(one.maker) or ""),
            ]
            for one in row.assessments.select_related("questionnaire", "maker")
        ],
        empty=_("No questionnaire has been answered."),
        note=_("The newest counts, until its last day."),
    )


def acknowledgement_panel(request: HttpRequest, row: Party) -> Table:
    return Table(
        title=_("Disclosures acknowledged"),
        columns=[
            Column(_("acknowledged on")),
            Column(_("disclosure")),
            Column(_("language")),
            Column(_("channel")),
            Column(_("acknowledged at")),
            Column(_("SHA-256 of the text"), Look.CODE),
            Column(_("recorded by")),
        ],
        rows=[
            [
                day(one.acknowledged_on),
                related(one.disclosure, request),
                text(one.get_locale_display()),
                text(one.get_channel_display()),
                instant(one.acknowledged_at),
                code(f"{bytes(one.text_sha256).hex()[:16]}…"),
                text(person(one.maker) or ""),
            ]
            for one in row.acknowledgements.select_related("disclosure", "maker")
        ],
        empty=_("Nothing has been acknowledged."),
    )


def group_panel(request: HttpRequest, row: Party, on: dt.date) -> Table:
    """The party's memberships, and who is with it today."""
    own = row.memberships.select_related("group")
    together = CreditGroupMember.objects.filter(
        Exists(own.filter(group_id=OuterRef("group_id"))), member_from__lte=on
    ).exclude(member_until__lte=on)
    members: Sequence[CreditGroupMember] = list(
        together.select_related("party", "group").order_by("party__code")
    )
    return Table(
        title=_("Credit group on %(day)s") % {"day": on.isoformat()},
        columns=[
            Column(_("group")),
            Column(_("party")),
            Column(_("relation")),
            Column(_("member from")),
            Column(_("until")),
        ],
        rows=[
            [
                related(one.group, request),
                related(one.party, request),
                text(one.get_relation_display()),
                day(one.member_from),
                day(one.member_until),
            ]
            for one in members
        ],
        empty=_("This party belongs to no credit group."),
    )


def documents_panel(request: HttpRequest, check: IdentityCheck) -> Table:
    """The originals, to be downloaded by whoever may see them."""
    may = may_see(IdentityCheck, request) and request.user.has_perm("accounts.view_identitydocument")
    return Table(
        title=_("Documents"),
        columns=[
            Column(_("file name")),
            Column(_("media type")),
            Column(_("bytes"), Look.NUMBER),
            Column(_("SHA-256"), Look.CODE),
            Column(_("recorded at")),
        ],
        rows=[
            [
                text(one.name, download_of(one) if may else ""),
                text(one.media_type),
                number(f"{one.size:,}"),
                code(bytes(one.sha256).hex()),
                instant(one.recorded_at),
            ]
            for one in check.documents.annotate(size=Length("content")).defer("content")
        ],
        empty=_("No document yet; a check is reviewed with what it was made from."),
        note=_("Kept byte for byte as handed over; the digest proves it."),
    )


def download_of(document: IdentityDocument) -> str:
    return reverse("admin:accounts_identitydocument_download", args=[document.pk])


def check_facts(request: HttpRequest, check: IdentityCheck) -> Facts:
    return Facts(
        title=_("Identity check"),
        items=[
            (_("Check"), related(check, request)),
            (_("Party"), related(check.party, request)),
            (_("Document type"), text(check.get_document_kind_display())),
            (_("Issued by (country)"), text(check.issuing_country)),
            (_("Document number"), code(check.number)),
            (_("Issued on"), day(check.issued_on)),
            (_("Expires on"), day(check.expires_on)),
            (_("Checked on"), day(check.checked_on)),
            (_("Next review on"), day(check.next_review_on)),
            (_("Recorded by"), text(person(check.maker) or "")),
        ],
    )


def screening_facts(request: HttpRequest, one: Screening) -> Facts:
    return Facts(
        title=_("Screening"),
        items=[
            (_("Screening"), related(one, request)),
            (_("Party"), related(one.party, request)),
            (_("List"), text(f"{one.list_name} · {one.list_version}")),
            (_("Result"), choice(one, "result", TONES_OF_RESULT)),
            (_("Hit category"), text(flags(one) or "—")),
            (_("Finding"), Cell(one.finding or "—", look=Look.PROSE)),
            (_("Recorded by"), text(person(one.maker) or "")),
        ],
    )
