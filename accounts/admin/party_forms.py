"""Forms of due diligence: what a person says of a check, a screening, a questionnaire, an acknowledgement."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.domain.questionnaire import Questionnaire
from accounts.models import (
    AcknowledgementChannel,
    CreditGroup,
    CreditRelation,
    DisclosureVersion,
    IdentityCheckKind,
    IdentityDocumentKind,
    PartyLocale,
    ScreeningScope,
)

ACCEPTED = "application/pdf,image/png,image/jpeg,text/plain"


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput(), help_text=help_text)


def document_field(label: Any, *, required: bool) -> forms.FileField:
    return forms.FileField(
        label=label,
        required=required,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        help_text=_("PDF, PNG, JPEG or plain text, at most 10 MB; kept byte for byte."),
    )


class IdentityForm(forms.Form):
    kind = forms.ChoiceField(label=_("Occasion"), choices=IdentityCheckKind.choices)
    document_kind = forms.ChoiceField(label=_("Document type"), choices=IdentityDocumentKind.choices)
    issuing_country = forms.CharField(
        label=_("Issued by (country)"), max_length=2, help_text=_("Two letters, such as CN or GB.")
    )
    number = forms.CharField(label=_("Document number"), max_length=64)
    issued_on = day_field(_("Issued on"), required=False)
    expires_on = day_field(
        _("Expires on"), required=False, help_text=_("May be left out for papers of companies only.")
    )
    checked_on = day_field(_("Checked on"))
    next_review_on = day_field(_("Next review on"))
    document = document_field(_("Scanned document"), required=True)
    second_document = document_field(_("Second page or reverse side"), required=False)
    outcome = forms.ChoiceField(
        label=_("Proposed outcome, for a colleague to review"),
        choices=[("passed", _("Passed")), ("failed", pgettext_lazy("identity check", "Failed"))],
        widget=forms.RadioSelect,
        initial="passed",
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_issuing_country(self) -> str:
        return str(self.cleaned_data["issuing_country"]).upper()


class DocumentForm(forms.Form):
    document = document_field(_("Scanned document"), required=True)


class ScreeningForm(forms.Form):
    scope = forms.ChoiceField(label=_("Scope"), choices=ScreeningScope.choices, initial="both")
    list_name = forms.CharField(label=_("List"), max_length=100)
    list_version = forms.CharField(label=_("Version of the list"), max_length=40)
    screened_on = day_field(_("Screened on"))
    valid_until = day_field(_("Valid until"))
    is_sanctioned = forms.BooleanField(label=_("Possible hit: sanctions"), required=False)
    is_politically_exposed = forms.BooleanField(label=_("Possible hit: political exposure"), required=False)
    finding = forms.CharField(
        label=_("Finding"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the list says, and why it may be this party. Without a hit it may stay empty."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)


class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label=_("Proposed decision, for a colleague to approve"),
        choices=[
            ("namesake", _("A namesake: the party is not meant")),
            ("exposed", _("Politically exposed: a flag, and no obstacle by itself")),
            ("sanctioned", _("Sanctioned: the party is suspended")),
            ("both", _("Sanctioned and politically exposed: the party is suspended")),
        ],
        widget=forms.RadioSelect,
    )


class AcknowledgementForm(forms.Form):
    disclosure = forms.ModelChoiceField(label=_("Disclosure"), queryset=DisclosureVersion.objects.none())
    locale = forms.ChoiceField(label=_("Language"), choices=PartyLocale.choices)
    acknowledged_on = day_field(_("Acknowledged on"))
    acknowledged_time = forms.TimeField(
        label=_("At (UTC)"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=AcknowledgementChannel.choices)


class MembershipForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("Credit group"),
        queryset=CreditGroup.objects.all(),
        required=False,
        empty_label=_("a new one, named below"),
    )
    code = forms.CharField(label=_("Code of a new group"), max_length=32, required=False)
    name = forms.CharField(label=_("Name of a new group"), max_length=200, required=False)
    relation = forms.ChoiceField(label=_("Relation"), choices=CreditRelation.choices)
    member_from = day_field(_("Member from"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("group") and not (cleaned.get("code") and cleaned.get("name")):
            self.add_error("code", _("Choose a group, or give a new one a code and a name."))
        return cleaned


class EndForm(forms.Form):
    member_until = day_field(_("No longer a member from this day on"))
    reason = forms.CharField(label=_("Reason"), max_length=200)


def questionnaire_form(asked: Questionnaire, locale: str) -> type[forms.Form]:
    """A form of the questions in one language; each takes one of its answers."""
    fields: dict[str, Any] = {
        question.code: forms.ChoiceField(
            label=f"{number}. {question.text[locale]}",
            choices=[(answer.code, answer.text[locale]) for answer in question.answers],
            widget=forms.RadioSelect,
        )
        for number, question in enumerate(asked.questions, 1)
    }
    fields["assessed_on"] = day_field(_("Assessed on"))
    return type("QuestionnaireForm", (forms.Form,), fields)


def at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, dt.UTC)
