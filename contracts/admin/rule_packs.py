"""Rule packs: what each version prescribes and whence, its worked figures, what changes between two."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.admin.cells import day, percent_text, related, yes_no
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import (
    NOTHING,
    Act,
    Cell,
    Column,
    Facts,
    Field,
    Look,
    Panel,
    Question,
    Tab,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from contracts.admin.rule_pack_words import DIRECTIONS, EXAMPLES, PARAMETERS, figures_text, value_text
from contracts.domain.rule_pack import NAMES
from contracts.models import RulePackOrigin, RulePackState, RulePackVersion
from contracts.queries.rule_packs import PackDiff, basis_of, diff_packs, examples_of, sources_of, title_of

TONES_OF_STATE = {RulePackState.DRAFT: Tone.NOTICE, RulePackState.ACTIVE: Tone.GOOD}
TONES_OF_ORIGIN = {RulePackOrigin.SHIPPED: Tone.NEUTRAL, RulePackOrigin.HOUSE: Tone.INFO}


def margin_text(row: RulePackVersion) -> str:
    return percent_text(row.parameters["initial_margin_ppm"])


@admin.register(RulePackVersion)
class RulePackVersionAdmin(ReadOnlyAdmin[RulePackVersion]):
    tones: dict[str, Mapping[Any, Tone]] = {"state": TONES_OF_STATE, "origin": TONES_OF_ORIGIN}
    list_display = [
        column(str, name="version", label=gettext_lazy("rule pack"), ordering="pack__code"),
        column(lambda row: title_of(row, locale()), name="title", label=gettext_lazy("title")),
        day_column(RulePackVersion, "effective_from"),
        state_column(RulePackVersion, "state", TONES_OF_STATE),
        state_column(RulePackVersion, "origin", TONES_OF_ORIGIN),
        column(margin_text, name="num_margin", label=gettext_lazy("initial margin")),
    ]
    list_filter = [choices("state"), choices("origin"), rows("pack")]
    list_select_related = ["pack"]
    ordering = ["pack__code", "-version"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.diff_view)
        return [path("diff/", view, name="contracts_rulepackversion_diff"), *super().get_urls()]

    def page_title(self, row: RulePackVersion) -> str:
        return f"{row} · {title_of(row, locale())}"

    def acts(self, request: HttpRequest, row: RulePackVersion) -> list[Act]:
        before = earlier(row)
        if before is None:
            return []
        address = reverse("admin:contracts_rulepackversion_diff")
        label = _("Compare with %(version)s") % {"version": before}
        return [Act(label, f"{address}?before={before.pk}&after={row.pk}", Tone.INFO)]

    def tabs(self, request: HttpRequest, row: RulePackVersion) -> list[Tab]:
        before = earlier(row)
        changed = [changes_table(diff_packs(before, row))] if before else []
        return [
            Tab("page", _("Overview"), [self.outline(request, row), *changed, parameters_table(row)]),
            Tab("examples", _("Worked examples"), [examples_table(row)]),
            Tab("sources", _("Sources"), [sources_table(row)]),
        ]

    def outline(self, request: HttpRequest, row: RulePackVersion) -> Facts:
        return Facts(
            title=_("Rule pack"),
            items=[
                (_("Effective from"), day(row.effective_from)),
                (_("Approval"), related(row.approval, request)),
                (_("Terms using it"), number(str(row.terms.filter(state="active").count()))),
                (_("Hash of the content"), code(row.sha256)),
            ],
            note=_("For contracts opened from that day on; they keep it, and so do their extensions."),
        )

    def diff_view(self, request: HttpRequest) -> HttpResponse:
        """What changes between any two versions, each chosen from a list."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        versions = list(RulePackVersion.objects.select_related("pack").order_by("pack__code", "version"))
        chosen = [self._chosen(request, versions, name) for name in ("before", "after")]
        options = [(str(one.pk), str(one)) for one in versions]
        fields = [
            Field(label, name, str(one.pk) if one else "", options)
            for label, name, one in zip((_("From"), _("To")), ("before", "after"), chosen, strict=True)
        ]
        panels: list[Panel] = [Question(fields=fields)]
        if chosen[0] and chosen[1]:
            panels.append(changes_table(diff_packs(chosen[0], chosen[1])))
        context = {
            **self.admin_site.each_context(request),
            "title": _("What changes between two versions"),
            "subtitle": None,
            "opts": self.opts,
            "headline": [],
            "tabs": [Tab("page", _("Overview"), panels)],
            "acts": [],
        }
        return TemplateResponse(request, self.object_template, context)

    def _chosen(
        self, request: HttpRequest, versions: list[RulePackVersion], name: str
    ) -> RulePackVersion | None:
        wanted = request.GET.get(name)
        found = next((one for one in versions if str(one.pk) == wanted), None)
        return found or (versions[0] if versions else None)


def locale() -> str:
    return str(get_language() or "en")


def earlier(row: RulePackVersion) -> RulePackVersion | None:
    """The version before this one of the same pack."""
    found = RulePackVersion.objects.filter(pack=row.pack, version__lt=row.version)
    return found.select_related("pack").order_by("-version").first()


def parameters_table(row: RulePackVersion) -> Table:
    basis, titles = basis_of(row), {one.key: one for one in sources_of(row)}

    def source_cell(name: str) -> Cell:
        if basis.get(name) == "firm":
            return chip(_("House policy"))
        source = titles.get(basis.get(name, ""))
        return text("") if source is None else Cell(source.issuer, title=source.reference)

    return Table(
        title=_("Prescribed parameters"),
        columns=[Column(_("parameter")), Column(_("figure"), Look.PROSE), Column(_("source"))],
        rows=[
            [text(PARAMETERS[name]), text(value_text(name, row.parameters[name])), source_cell(name)]
            for name in NAMES
            if name in row.parameters
        ],
        empty=_("The version prescribes nothing."),
        note=_("Terms may be stricter than these figures, never looser."),
    )


def sources_table(row: RulePackVersion) -> Table:
    return Table(
        title=_("Sources"),
        columns=[
            Column(_("title"), Look.PROSE),
            Column(_("issuer")),
            Column(_("citation"), Look.PROSE),
            Column(_("dated")),
        ],
        rows=[
            [text(one.title), text(one.issuer), text(one.reference), text(one.date)]
            for one in sources_of(row)
        ],
        empty=_("The version names no source."),
    )


def examples_table(row: RulePackVersion) -> Table:
    classes = [
        one for one in row.parameters.get("classes") or [] if one.get("initial_margin_ppm") is not None
    ]
    return Table(
        title=_("Worked examples, recomputed from the parameters"),
        columns=[
            Column(_("calculation"), Look.PROSE),
            Column(_("given figures"), Look.PROSE),
            Column(_("result"), Look.PROSE),
            Column(_("agrees with the source"), Look.CHIP),
        ],
        rows=[
            [
                text(EXAMPLES[one.kind]),
                text(figures_text(one.given, classes)),
                text(figures_text(one.computed, classes)),
                yes_no(one.holds),
            ]
            for one in examples_of(row)
        ],
        empty=_("The version has no examples."),
    )


def changes_table(found: PackDiff) -> Table:
    """Each change in one line: what it was, what it is, and which way it goes."""
    return Table(
        title=_("From %(before)s to %(after)s") % {"before": found.before, "after": found.after},
        columns=[
            Column(_("parameter")),
            Column(_("before"), Look.PROSE),
            Column(_("after"), Look.PROSE),
            Column(_("effect for the client"), Look.CHIP),
        ],
        rows=[
            [
                text(PARAMETERS[one.name]),
                NOTHING if one.before is None else text(value_text(one.name, one.before)),
                NOTHING if one.after is None else text(value_text(one.name, one.after)),
                chip(DIRECTIONS[one.direction][0], DIRECTIONS[one.direction][1]),
            ]
            for one in found.changes
        ],
        empty=_("The parameters are the same."),
    )
