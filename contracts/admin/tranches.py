"""Whose money is lent: every tranche with its source, and the sums by source on the page of one."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import Column, Look, Panel, Table, Tone, chip, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from contracts.models import FundingSource, FundingTranche
from contracts.queries.funding import funding_by_source
from ledger.admin.amounts import amount, ppm_column

TONES_OF_SOURCE = {
    FundingSource.OWN: Tone.INFO,
    FundingSource.THIRD_PARTY: Tone.NEUTRAL,
    FundingSource.MATCHED: Tone.NOTICE,
}


@admin.register(FundingTranche)
class FundingTrancheAdmin(ReadOnlyAdmin[FundingTranche]):
    tones = {"source": TONES_OF_SOURCE}
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(
            lambda row: str(row.funder) if row.funder else _("House"),
            name="funder",
            label=gettext_lazy("funder"),
        ),
        state_column(FundingTranche, "source", TONES_OF_SOURCE),
        ppm_column(FundingTranche, "share_ppm"),
        ppm_column(FundingTranche, "rate_ppm"),
        "seniority",
        day_column(FundingTranche, "joined_on"),
        day_column(FundingTranche, "replaced_on"),
    ]
    list_filter = [choices("source"), rows("funder")]
    list_select_related = ["contract", "funder"]
    search_fields = ["contract__code", "funder__code"]
    ordering = ["-id"]

    def page_title(self, row: FundingTranche) -> str:
        return f"{row.contract.code} · {row.funder or _('House')}"

    def panels(self, request: HttpRequest, row: FundingTranche) -> list[Panel]:
        return [self.facts(request, row), sources_panel(row.contract.book_id)]


def sources_panel(book_id: int) -> Panel:
    """What the house, third parties and matched money have lent in a book, by currency."""
    return Table(
        title=_("Total lent in this book, by funding source"),
        columns=[
            Column(_("funding source"), Look.CHIP),
            Column(_("currency")),
            Column(_("contracts"), Look.NUMBER),
            Column(_("funders"), Look.NUMBER),
            Column(_("principal"), Look.NUMBER),
            Column(_("interest owed"), Look.NUMBER),
        ],
        rows=[
            [
                chip(FundingSource(one.source).label, TONES_OF_SOURCE[FundingSource(one.source)]),
                text(one.unit_code),
                number(str(one.contracts)),
                number(str(one.funders)),
                amount(one.principal_minor, one.exponent),
                amount(one.interest_minor, one.exponent),
            ]
            for one in funding_by_source(book_id=book_id)
        ],
        empty=_("Nothing is lent."),
    )
