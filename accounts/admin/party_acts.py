"""What may be done on a party's page: each act asks by a form and calls services."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.panels import Facts, Panel, Tone, code, text
from accounts.admin.party_forms import (
    AcknowledgementForm,
    IdentityForm,
    MembershipForm,
    ScreeningForm,
    at,
    questionnaire_form,
)
from accounts.admin.party_panels import ACKNOWLEDGE, ASSESS, CHECK, SCREEN
from accounts.domain.questionnaire import LOCALES, read_questionnaire
from accounts.models import DisclosureVersion, IdentityOutcome, Party, PartyLocale, RiskTier
from accounts.queries.suitability import disclosures_in_force, questionnaires_in_force
from accounts.services.credit_groups import create_credit_group, join_credit_group
from accounts.services.disclosures import acknowledge_disclosure
from accounts.services.identity import (
    IdentityCheckDraft,
    keep_identity_document,
    propose_identity_review,
    record_identity_check,
)
from accounts.services.screening import ScreeningDraft, record_screening
from accounts.services.suitability import assess_suitability

JOIN = "join-group"
NEEDS = {
    CHECK: "accounts.add_identitycheck",
    SCREEN: "accounts.add_screening",
    ASSESS: "accounts.add_suitabilityassessment",
    ACKNOWLEDGE: "accounts.add_disclosureacknowledgement",
    JOIN: "accounts.add_creditgroup",
}
"""The permission of each act; which role has it says a migration."""
ActView = Callable[[HttpRequest, Party, dt.date], HttpResponse]


def act_address(name: str, party: Party) -> str:
    return reverse(f"admin:accounts_party_{name.replace('-', '_')}", args=[party.pk])


def party_page(party: Party) -> str:
    return reverse("admin:accounts_party_change", args=[party.pk])


def permitted_acts(request: HttpRequest, party: Party) -> dict[str, str]:
    """The addresses of what this person may do with this party, by act."""
    return {name: act_address(name, party) for name, need in NEEDS.items() if request.user.has_perm(need)}


def party_for_act(request: HttpRequest, party_id: int, name: str) -> Party:
    """:raises PermissionDenied: this person may not do that."""
    if not request.user.has_perm(NEEDS[name]):
        raise PermissionDenied
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise Http404
    return party


def _confirmation(
    party: Party, *, title: str, question: str, button: str, panels: list[Panel]
) -> Confirmation:
    return Confirmation(
        title=f"{title}: {party}",
        question=question,
        button=button,
        back=party_page(party),
        tone=Tone.INFO,
        panels=panels,
        keeps_form=True,
    )


def check_identity(request: HttpRequest, party: Party, on: dt.date) -> HttpResponse:
    user = staff_of(request)

    def do(cleaned: dict[str, Any]) -> Done:
        draft = IdentityCheckDraft(
            party_id=party.pk,
            **{name: cleaned[name] for name in IdentityCheckDraft.__dataclass_fields__ if name in cleaned},
        )
        with transaction.atomic():
            check = record_identity_check(draft=draft, maker_id=user.pk, reason=cleaned["reason"])
            for upload in (cleaned["document"], cleaned["second_document"]):
                if upload:
                    keep_document(check.pk, upload, user.pk)
            propose_identity_review(
                check_id=check.pk, outcome=IdentityOutcome(cleaned["outcome"]), maker_id=user.pk
            )
        return Done(
            sentence=_("The check is recorded and counts once a colleague has reviewed it."),
            href=reverse("admin:accounts_identitycheck_change", args=[check.pk]),
        )

    return confirm_and_do(
        request,
        confirmation=_confirmation(
            party,
            title=_("Check identity"),
            question=_(
                "What does the document say? A second person reviews it with the document before it counts."
            ),
            button=_("Record and propose"),
            panels=[],
        ),
        do=do,
        form_class=IdentityForm,
        initial={"checked_on": on, "next_review_on": _a_year_after(on)},
        model=Party,
    )


def keep_document(check_id: int, upload: "UploadedFile[Any]", maker_id: int) -> None:
    keep_identity_document(
        check_id=check_id, name=(upload.name or "document")[-200:], content=upload.read(), maker_id=maker_id
    )


def _a_year_after(on: dt.date) -> dt.date:
    return on + dt.timedelta(days=365)


def screen(request: HttpRequest, party: Party, on: dt.date) -> HttpResponse:
    user = staff_of(request)

    def do(cleaned: dict[str, Any]) -> Done:
        given = {name: cleaned[name] for name in ScreeningDraft.__dataclass_fields__ if name in cleaned}
        made = record_screening(
            draft=ScreeningDraft(party_id=party.pk, **given), maker_id=user.pk, reason=cleaned["reason"]
        )
        hit = made.is_sanctioned or made.is_politically_exposed
        return Done(
            sentence=_("The hit is recorded: nothing is lent to this party until two people decide it.")
            if hit
            else _("The screening is recorded as clear."),
            href=reverse("admin:accounts_screening_change", args=[made.pk]) if hit else party_page(party),
        )

    return confirm_and_do(
        request,
        confirmation=_confirmation(
            party,
            title=_("Record a screening"),
            question=_(
                "What did the search in the list give? A possible hit is decided by two people afterwards."
            ),
            button=_("Record"),
            panels=[],
        ),
        do=do,
        form_class=ScreeningForm,
        initial={"screened_on": on, "valid_until": _a_year_after(on)},
        model=Party,
    )


def assess(request: HttpRequest, party: Party, on: dt.date) -> HttpResponse:
    user = staff_of(request)
    version = questionnaires_in_force(on=on).first()
    if version is None:
        raise Http404
    asked = read_questionnaire(version.content)
    language = get_language() or "en"
    locale = language if language in LOCALES else "en"

    def do(cleaned: dict[str, Any]) -> Done:
        made = assess_suitability(
            party_id=party.pk,
            version_id=version.pk,
            answers={question.code: cleaned[question.code] for question in asked.questions},
            assessed_on=cleaned["assessed_on"],
            expires_on=None,
            maker_id=user.pk,
        )
        return Done(
            sentence=_("%(score)d points: tier %(tier)s, until %(day)s.")
            % {"score": made.score, "tier": RiskTier(made.tier).label, "day": made.expires_on.isoformat()},
            href=f"{party_page(party)}#suitability",
        )

    most = sum(max(answer.points for answer in question.answers) for question in asked.questions)
    scale = Facts(
        title=_("How it is scored"),
        items=[
            (
                RiskTier(tier).label,
                text(_("from %(points)d of %(most)d points") % {"points": points, "most": most}),
            )
            for tier, points in enumerate(asked.tier_points, 1)
        ],
        note=_("Some answers limit the tier whatever the points are."),
    )
    return confirm_and_do(
        request,
        confirmation=_confirmation(
            party,
            title=asked.title[locale],
            question=_(
                "Ask the client, and take each answer as given. The language of these questions is chosen "
                "above. %(questionnaire)s; the answers hold for %(days)d days."
            )
            % {"questionnaire": version, "days": version.valid_days},
            button=_("Score and save"),
            panels=[scale],
        ),
        do=do,
        form_class=questionnaire_form(asked, locale),
        initial={"assessed_on": on},
        model=Party,
    )


def acknowledge(request: HttpRequest, party: Party, on: dt.date) -> HttpResponse:
    user = staff_of(request)
    told = disclosures_in_force(on=on)

    class Form(AcknowledgementForm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.fields["disclosure"].queryset = DisclosureVersion.objects.filter(  # type: ignore[attr-defined]
                pk__in=[one.pk for one in told]
            )

    def do(cleaned: dict[str, Any]) -> Done:
        disclosure, locale = cleaned["disclosure"], PartyLocale(cleaned["locale"])
        acknowledge_disclosure(
            party_id=party.pk,
            version_id=disclosure.pk,
            locale=locale,
            text_sha256=bytes.fromhex(disclosure.texts[locale]["sha256"]),
            acknowledged_on=cleaned["acknowledged_on"],
            acknowledged_at=at(cleaned["acknowledged_on"], cleaned["acknowledged_time"]),
            channel=cleaned["channel"],
            maker_id=user.pk,
        )
        return Done(
            sentence=_("It is recorded that %(disclosure)s was acknowledged.") % {"disclosure": disclosure},
            href=f"{party_page(party)}#suitability",
        )

    hashes = [
        Facts(
            title=f"{one} · {said['title']}",
            items=[(PartyLocale(locale).label, code(said["sha256"]))],
        )
        for one in told
        for locale, said in one.texts.items()
        if locale == party.locale
    ]
    return confirm_and_do(
        request,
        confirmation=_confirmation(
            party,
            title=_("Record an acknowledgement"),
            question=_("Which text has the client acknowledged, in which language, when and how?"),
            button=_("Record"),
            panels=[*hashes],
        ),
        do=do,
        form_class=Form,
        initial={
            "disclosure": told.first(),
            "locale": party.locale,
            "acknowledged_on": on,
            "acknowledged_time": "12:00",
        },
        model=Party,
    )


def join_group(request: HttpRequest, party: Party, on: dt.date) -> HttpResponse:
    user = staff_of(request)

    def do(cleaned: dict[str, Any]) -> Done:
        given = {"actor_id": user.pk, "reason": cleaned["reason"]}
        with transaction.atomic():
            group = cleaned["group"] or create_credit_group(
                code=cleaned["code"], name=cleaned["name"], actor_id=user.pk, reason=cleaned["reason"]
            )
            join_credit_group(
                group_id=group.pk,
                party_id=party.pk,
                relation=cleaned["relation"],
                member_from=cleaned["member_from"],
                **given,
            )
        return Done(
            sentence=_("The party belongs to %(group)s.") % {"group": group},
            href=reverse("admin:accounts_creditgroup_change", args=[group.pk]),
        )

    return confirm_and_do(
        request,
        confirmation=_confirmation(
            party,
            title=_("Add to a credit group"),
            question=_("With whom is this party so related that their debts are looked at together?"),
            button=_("Add to the group"),
            panels=[],
        ),
        do=do,
        form_class=MembershipForm,
        initial={"member_from": on},
        model=Party,
    )


VIEWS: dict[str, ActView] = {
    CHECK: check_identity,
    SCREEN: screen,
    ASSESS: assess,
    ACKNOWLEDGE: acknowledge,
    JOIN: join_group,
}
