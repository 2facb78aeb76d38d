"""Benchmarks, what they were fixed at, and contracts whose interest waits for a fixing.

Fixings are proposed, one or a sheet of them; a second person decides, and only then they are set.
"""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import day, page_of_key, percent
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import days, rows
from accounts.admin.panels import NOTHING, Act, Column, Look, Panel, Table, Tone, chip, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval
from contracts.domain.fixings import NotASheet, SheetLine, percent_to_ppm, read_sheet
from contracts.models import Benchmark, BenchmarkFixing, InterestHold
from contracts.queries.fixings import FixingChange, FixingLine, fixing_report
from contracts.services.benchmarks import propose_sheet
from ledger.admin.amounts import ppm_column

NEWEST = 30
LARGEST_SHEET = 1_000_000
CHANGES = {
    FixingChange.NEW: (gettext_lazy("new"), Tone.GOOD),
    FixingChange.CORRECTION: (gettext_lazy("takes the other's place"), Tone.WARN),
    FixingChange.SAME: (gettext_lazy("set so already"), Tone.NEUTRAL),
    FixingChange.REFUSED: (gettext_lazy("can't be taken"), Tone.BAD),
}


class FixingForm(forms.Form):
    fixing_date = forms.DateField(
        label=gettext_lazy("Fixed on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    rate = forms.CharField(label=gettext_lazy("Rate, % a year"), required=False, max_length=12)
    sheet = forms.FileField(
        label=gettext_lazy("Or a sheet of them"),
        required=False,
        help_text=gettext_lazy("CSV with the first line fixing_date,rate_percent"),
    )
    source = forms.CharField(label=gettext_lazy("Where they were published"), max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        one, sheet = cleaned.get("fixing_date"), cleaned.get("sheet")
        if one and not sheet:
            cleaned["lines"] = self._line_of(one, cleaned.get("rate", ""))
        elif sheet and not one:
            cleaned["lines"] = self._lines_of(sheet)
        else:
            raise forms.ValidationError(_("Give one day with its rate, or a sheet."))
        return cleaned

    def _line_of(self, on: dt.date, rate: str) -> list[SheetLine]:
        rate_ppm = percent_to_ppm(rate.strip())
        if rate_ppm is None:
            raise forms.ValidationError(_("A rate has at most four decimals and lies within 100 %."))
        return [SheetLine(1, on, rate_ppm)]

    def _lines_of(self, sheet: SimpleUploadedFile | TemporaryUploadedFile) -> list[SheetLine]:
        if (sheet.size or 0) > LARGEST_SHEET:
            raise forms.ValidationError(_("This sheet is too large."))
        try:
            return read_sheet(sheet.read().decode("utf-8"))
        except (NotASheet, UnicodeDecodeError) as error:
            raise forms.ValidationError(
                _("This is not a sheet of fixings: its first line is fixing_date,rate_percent.")
            ) from error


@admin.register(Benchmark)
class BenchmarkAdmin(ReadOnlyAdmin[Benchmark]):
    list_display = [code_column(Benchmark, "code"), "name", "administrator", "valid_days"]
    search_fields = ["code", "name"]

    def get_urls(self) -> list[URLPattern]:
        fix = path(
            "<int:benchmark_id>/fix/",
            self.admin_site.admin_view(propose_view),
            name="contracts_benchmark_fix",
        )
        return [fix, *super().get_urls()]

    def acts(self, request: HttpRequest, row: Benchmark) -> list[Act]:
        if not may_decide(staff_of(request)):
            return []
        return [Act(_("Propose fixings"), reverse("admin:contracts_benchmark_fix", args=[row.pk]))]

    def panels(self, request: HttpRequest, row: Benchmark) -> list[Panel]:
        return [self.facts(request, row), newest_fixings(row)]


def propose_view(request: HttpRequest, benchmark_id: int) -> HttpResponse:
    """Propose what a benchmark was fixed at; a sheet whole or not at all.

    :raises PermissionDenied: this person decides nothing.
    :raises Http404: there is no such benchmark.
    """
    if not may_decide(staff_of(request)):
        raise PermissionDenied
    row = Benchmark.objects.filter(pk=benchmark_id).first()
    if row is None:
        raise Http404

    def do(cleaned: dict[str, Any]) -> Done:
        approval = propose_sheet(
            benchmark_id=row.pk,
            lines=cleaned["lines"],
            source=cleaned["source"],
            maker_id=staff_of(request).pk,
        )
        return Done(
            sentence=_("Proposed; a colleague decides."),
            href=reverse("admin:accounts_approval_change", args=[approval.pk]),
        )

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Propose fixings of %(benchmark)s") % {"benchmark": row.code},
            question=_(
                "What was it fixed at? A second person decides. A day that is fixed already gets the new "
                "rate, and interest that was counted with the other is put right."
            ),
            button=_("Propose"),
            back=page_of_key(Benchmark, row.pk, request),
            panels=[newest_fixings(row)],
            keeps_form=True,
        ),
        do=do,
        form_class=FixingForm,
        model=Benchmark,
    )


def newest_fixings(row: Benchmark) -> Table:
    newest = row.fixings.order_by("-fixing_date", "-id")[:NEWEST]
    return Table(
        title=_("Newest fixings"),
        columns=[
            Column(_("fixed on")),
            Column(_("rate"), Look.NUMBER),
            Column(_("where it was published"), Look.PROSE),
        ],
        rows=[[day(one.fixing_date), percent(one.rate_ppm, 4), text(one.source)] for one in newest],
        empty=_("It was never fixed: contracts that follow it wait."),
        note=_("Of several fixings of one day the newest counts; it stands first."),
    )


def proposed_fixings(approval: Approval) -> list[Panel]:
    """What an approval would set, line by line beside what is set; for the second person."""
    benchmark = Benchmark.objects.filter(code=approval.payload["benchmark"]).first()
    if benchmark is None:
        return []
    lines = [
        SheetLine(number, dt.date.fromisoformat(on), rate_ppm)
        for number, (on, rate_ppm) in enumerate(approval.payload["fixings"], start=1)
    ]
    return [report_table(fixing_report(benchmark_id=benchmark.pk, lines=lines))]


def report_table(report: list[FixingLine]) -> Table:
    return Table(
        title=_("What would be set"),
        columns=[
            Column(_("fixed on")),
            Column(_("rate"), Look.NUMBER),
            Column(_("known so far"), Look.NUMBER),
            Column(_("what becomes of it"), Look.CHIP),
            Column(_("interest"), Look.PROSE),
        ],
        rows=[
            [
                text("") if line.day is None else day(line.day),
                text("") if line.rate_ppm is None else percent(line.rate_ppm, 4),
                NOTHING if line.known_ppm is None else percent(line.known_ppm, 4),
                chip(*CHANGES[line.change]),
                text(
                    _("counted again by the next accrual")
                    if line.is_counted and line.change is not FixingChange.SAME
                    else ""
                ),
            ]
            for line in report
        ],
        empty=_("Nothing would be set."),
    )


@admin.register(BenchmarkFixing)
class BenchmarkFixingAdmin(ReadOnlyAdmin[BenchmarkFixing]):
    empty_hint = gettext_lazy("A fixing is proposed by one person and approved by another.")
    list_display = [
        day_column(BenchmarkFixing, "fixing_date"),
        column(lambda row: row.benchmark.code, name="benchmark", label=gettext_lazy("benchmark")),
        ppm_column(BenchmarkFixing, "rate_ppm"),
        "source",
    ]
    list_filter = [rows("benchmark"), days("fixing_date")]
    list_select_related = ["benchmark"]
    ordering = ["-fixing_date", "-id"]


@admin.register(InterestHold)
class InterestHoldAdmin(ReadOnlyAdmin[InterestHold]):
    empty_hint = gettext_lazy("No contract waits for a fixing.")
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        state_column(InterestHold, "reason"),
        day_column(InterestHold, "missing_from"),
        day_column(InterestHold, "held_on"),
        day_column(InterestHold, "lifted_on"),
    ]
    list_filter = [days("held_on")]
    list_select_related = ["contract"]
    ordering = ["-held_on", "contract"]
