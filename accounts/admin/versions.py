"""Questionnaires and disclosures by version: read, proposed anew, put in force by two people."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.columns import code_column, day_column, state_column
from accounts.admin.panels import Act, Cell, Column, Facts, Look, Panel, Tab, Table, Tone, code, number, text
from accounts.admin.party_forms import day_field
from accounts.admin.read_only import ReadOnlyAdmin, Row
from accounts.domain.questionnaire import LOCALES, read_questionnaire
from accounts.models import DisclosureVersion, PartyLocale, QuestionnaireVersion, RiskTier, VersionState
from accounts.services.disclosures import propose_disclosure, propose_disclosure_activation
from accounts.services.questionnaires import propose_questionnaire, propose_questionnaire_activation

TONES_OF_STATE = {VersionState.DRAFT: Tone.NOTICE, VersionState.ACTIVE: Tone.GOOD}


class QuestionnaireProposal(forms.Form):
    effective_from = day_field(gettext_lazy("Effective from"))
    valid_days = forms.IntegerField(
        label=gettext_lazy("An assessment holds for (days)"), min_value=1, max_value=1_096
    )
    content = forms.JSONField(
        label=gettext_lazy("Content"),
        widget=forms.Textarea(attrs={"rows": 24, "class": "pl-code", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Questions, answers with points, and the five tiers; texts in three languages."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)


class DisclosureProposal(forms.Form):
    effective_from = day_field(gettext_lazy("Effective from"))
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for locale, language in PartyLocale.choices:
            self.fields[f"title_{locale}"] = forms.CharField(label=_("Title"), help_text=language)
            self.fields[f"text_{locale}"] = forms.CharField(
                label=_("Text"), help_text=language, widget=forms.Textarea(attrs={"rows": 14})
            )


class VersionAdmin(ReadOnlyAdmin[Row]):
    """The acts that both kinds have: to write a next version, and to have one put in force."""

    tones = {"state": TONES_OF_STATE}
    proposal: type[forms.Form]
    permission = ""

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, f"accounts_{self.opts.model_name}"
        own = [
            path("<int:version_id>/next/", view(self.next_view), name=f"{name}_next"),
            path("<int:version_id>/activate/", view(self.activate_view), name=f"{name}_activate"),
        ]
        return [*own, *super().get_urls()]

    def acts(self, request: HttpRequest, row: Any) -> list[Act]:
        if not request.user.has_perm(self.permission):
            return []
        acts = [Act(_("Propose a next version"), self._address("next", row.pk))]
        if row.state == VersionState.DRAFT:
            acts.append(Act(_("Propose to put in force"), self._address("activate", row.pk), Tone.INFO))
        return acts

    def _address(self, name: str, key: int) -> str:
        return reverse(f"admin:accounts_{self.opts.model_name}_{name}", args=[key])

    def _row(self, request: HttpRequest, version_id: int) -> Any:
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        row = self.get_queryset(request).filter(pk=version_id).first()
        if row is None:
            raise Http404
        return row

    def next_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        row, user = self._row(request, version_id), staff_of(request)

        def do(cleaned: dict[str, Any]) -> Done:
            made = self.propose_next(row, cleaned, user.pk)
            return Done(
                sentence=_("%(version)s is a draft; propose to put it in force.") % {"version": made},
                href=self._address("change", made.pk),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose a version after %(version)s") % {"version": row},
                question=_(
                    "Change what is to be changed. Nobody is asked or told by it before two people agree."
                ),
                button=_("Save as draft"),
                back=self._address("change", row.pk),
                keeps_form=True,
            ),
            do=do,
            form_class=self.proposal,
            initial=self.initial_of(row),
            model=self.model,
        )

    def activate_view(self, request: HttpRequest, version_id: int) -> HttpResponse:
        row, user = self._row(request, version_id), staff_of(request)

        def do(_cleaned: dict[str, Any]) -> Done:
            self.propose_activation(row, user.pk)
            return Done(
                sentence=_("Proposed; a colleague decides under Approvals."),
                href=self._address("change", row.pk),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose to put %(version)s in force") % {"version": row},
                question=_(
                    "From %(day)s on it takes the place of the version before. It never changes afterwards."
                )
                % {"day": row.effective_from.isoformat()},
                button=_("Propose"),
                back=self._address("change", row.pk),
            ),
            do=do,
            model=self.model,
        )

    def propose_next(self, row: Any, cleaned: dict[str, Any], maker_id: int) -> models.Model:
        raise NotImplementedError

    def propose_activation(self, row: Any, maker_id: int) -> None:
        raise NotImplementedError

    def initial_of(self, row: Any) -> dict[str, object]:
        raise NotImplementedError


@admin.register(QuestionnaireVersion)
class QuestionnaireVersionAdmin(VersionAdmin[QuestionnaireVersion]):
    hidden = ("content",)
    proposal = QuestionnaireProposal
    permission = "accounts.add_questionnaireversion"
    list_display = [
        code_column(QuestionnaireVersion, "code"),
        "version",
        state_column(QuestionnaireVersion, "state", TONES_OF_STATE),
        day_column(QuestionnaireVersion, "effective_from"),
        "valid_days",
    ]

    def panels(self, request: HttpRequest, row: QuestionnaireVersion) -> list[Panel]:
        asked = read_questionnaire(row.content)
        language = get_language() or "en"
        locale = language if language in LOCALES else "en"
        questions = Table(
            title=asked.title[locale],
            columns=[
                Column(_("question"), Look.PROSE),
                Column(_("answer"), Look.PROSE),
                Column(_("points"), Look.NUMBER),
                Column(_("at most tier")),
            ],
            rows=[
                [
                    text(f"{ordinal}. {question.text[locale]}" if first else ""),
                    text(answer.text[locale]),
                    number(str(answer.points)),
                    text(f"≤ C{answer.max_tier}" if answer.max_tier < 5 else "—"),
                ]
                for ordinal, question in enumerate(asked.questions, 1)
                for first, answer in ((one is question.answers[0], one) for one in question.answers)
            ],
            empty="",
        )
        tiers = Facts(
            title=_("Tiers"),
            items=[
                (RiskTier(tier).label, text(_("from %(points)d points") % {"points": points}))
                for tier, points in enumerate(asked.tier_points, 1)
            ],
        )
        return [self.facts(request, row), tiers, questions]

    def propose_next(
        self, row: QuestionnaireVersion, cleaned: dict[str, Any], maker_id: int
    ) -> QuestionnaireVersion:
        return propose_questionnaire(code=row.code, maker_id=maker_id, **cleaned)

    def propose_activation(self, row: QuestionnaireVersion, maker_id: int) -> None:
        propose_questionnaire_activation(version_id=row.pk, maker_id=maker_id)

    def initial_of(self, row: QuestionnaireVersion) -> dict[str, object]:
        return {"content": PrettyJson(row.content), "valid_days": row.valid_days}


class PrettyJson(dict[str, Any]):
    """JSON that a person can read: a form shows it as it prints."""

    def __str__(self) -> str:
        return json.dumps(self, ensure_ascii=False, indent=2)


@admin.register(DisclosureVersion)
class DisclosureVersionAdmin(VersionAdmin[DisclosureVersion]):
    hidden = ("texts",)
    proposal = DisclosureProposal
    permission = "accounts.add_disclosureversion"
    list_display = [
        code_column(DisclosureVersion, "code"),
        "version",
        state_column(DisclosureVersion, "state", TONES_OF_STATE),
        day_column(DisclosureVersion, "effective_from"),
    ]

    def tabs(self, request: HttpRequest, row: DisclosureVersion) -> list[Tab]:
        overview, *others = super().tabs(request, row)
        texts = [Tab(locale, PartyLocale(locale).label, [text_panel(row, locale)]) for locale in LOCALES]
        return [overview, *texts, *others]

    def propose_next(
        self, row: DisclosureVersion, cleaned: dict[str, Any], maker_id: int
    ) -> DisclosureVersion:
        with transaction.atomic():
            return propose_disclosure(
                code=row.code,
                effective_from=cleaned["effective_from"],
                texts={
                    locale: (cleaned[f"title_{locale}"], cleaned[f"text_{locale}"].replace("\r\n", "\n"))
                    for locale in PartyLocale
                },
                maker_id=maker_id,
                reason=cleaned["reason"],
            )

    def propose_activation(self, row: DisclosureVersion, maker_id: int) -> None:
        propose_disclosure_activation(version_id=row.pk, maker_id=maker_id)

    def initial_of(self, row: DisclosureVersion) -> dict[str, object]:
        return {
            f"{part}_{locale}": said[part] for locale, said in row.texts.items() for part in ("title", "text")
        }


def text_panel(row: DisclosureVersion, locale: str) -> Facts:
    said = row.texts[locale]
    return Facts(
        title=said["title"],
        items=[(_("Text"), Cell(said["text"], look=Look.PROSE)), (_("SHA-256"), code(said["sha256"]))],
    )
