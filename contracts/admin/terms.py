"""Products and the versions of their terms."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import percent, related, yes_no
from accounts.admin.columns import column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import Act, Cell, Column, Facts, Look, Panel, Table, Tone, chip, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from contracts.admin.cost_calculator import COSTS, calculator_view
from contracts.models import Product, TermsState, TermsVersion
from contracts.queries.cost import estimate_cost
from ledger.admin.amounts import amount, ppm_column
from ledger.domain.money import format_amount

TONES_OF_STATE = {TermsState.DRAFT: Tone.NOTICE, TermsState.ACTIVE: Tone.GOOD}
EXAMPLE_DAY, EXAMPLE_DAYS, EXAMPLE_SLIPPAGE_PPM = dt.date(2025, 1, 1), (30, 90, 180), 1_000
WATERFALL: dict[str, Any] = {
    "costs": gettext_lazy("costs"),
    "interest": gettext_lazy("interest"),
    "principal": gettext_lazy("principal"),
    "penalty": gettext_lazy("penalty"),
    "fees": gettext_lazy("fees"),
}


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin[Product]):
    list_display = ["code", "name"]
    search_fields = ["code", "name"]

    def panels(self, request: HttpRequest, row: Product) -> list[Panel]:
        versions = Table(
            title=_("Versions of its terms"),
            columns=[Column(_("version"), Look.NUMBER), Column(_("state"), Look.CHIP)],
            rows=[
                [
                    number(str(terms.version), related(terms, request).href),
                    chip(terms.get_state_display(), TONES_OF_STATE[TermsState(terms.state)]),
                ]
                for terms in row.versions.order_by("-version")
            ],
            empty=_("No terms were proposed yet."),
        )
        return [self.facts(request, row), versions]


@admin.register(TermsVersion)
class TermsVersionAdmin(ReadOnlyAdmin[TermsVersion]):
    tones = {"state": TONES_OF_STATE}
    list_display = [
        column(str, name="terms", label=gettext_lazy("terms")),
        state_column(TermsVersion, "state", TONES_OF_STATE),
        "unit",
        ppm_column(TermsVersion, "client_rate_ppm"),
        ppm_column(TermsVersion, "call_ppm"),
        ppm_column(TermsVersion, "liquidate_ppm"),
        "call_deadline_sessions",
    ]
    list_filter = [choices("state"), rows("product")]
    list_select_related = ["product", "unit"]

    def get_urls(self) -> list[URLPattern]:
        calculate = path(
            "<int:terms_id>/calculate/",
            self.admin_site.admin_view(calculator_view),
            name="contracts_termsversion_calculate",
        )
        return [calculate, *super().get_urls()]

    def acts(self, request: HttpRequest, row: TermsVersion) -> list[Act]:
        if row.state != TermsState.ACTIVE:
            return []
        return [Act(_("Cost calculator"), reverse("admin:contracts_termsversion_calculate", args=[row.pk]))]

    def panels(self, request: HttpRequest, row: TermsVersion) -> list[Panel]:
        costs = [cost_table(row)] if row.benchmark_id is None else []
        return [ladder_facts(row), rate_facts(request, row), *costs, liquidation_facts(row)]


def ladder_facts(terms: TermsVersion) -> Facts:
    """The lines, from the highest to the lowest."""
    return Facts(
        title=_("Lines, as coverage"),
        items=[
            (_("Warning line"), percent(terms.warn_ppm)),
            (_("Restriction line"), percent(terms.restrict_ppm)),
            (_("Call line"), percent(terms.call_ppm)),
            (_("Liquidation line"), percent(terms.liquidate_ppm)),
            (_("Emergency line"), percent(terms.emergency_ppm)),
            (_("Insolvency line"), percent(terms.insolvent_ppm)),
            (_("Withdrawal line"), percent(terms.withdrawal_line_ppm)),
            (_("Target of a liquidation"), percent(terms.target_coverage_ppm)),
            (_("Hysteresis"), percent(terms.hysteresis_ppm)),
        ],
    )


def rate_facts(request: HttpRequest, terms: TermsVersion) -> Facts:
    return Facts(
        title=_("Rates, margins and costs"),
        items=[
            (_("Rule pack"), related(terms.rule_pack_version, request)),
            *_rate_of(terms),
            (_("Day count"), text(terms.get_day_count_display())),
            (_("Same-day loan"), text(terms.get_same_day_rule_display())),
            (_("Penalty multiple of the rate"), percent(terms.penalty_multiple_ppm)),
            (_("Penalty interest is charged"), text(terms.get_penalty_mode_display())),
            (_("Penalty grace period in days"), number(str(terms.penalty_grace_days))),
            (_("Interest may be capitalised"), yes_no(terms.capitalisation_allowed)),
            (_("Months between capitalisations"), number(str(terms.capitalisation_months))),
            (_("Initial margin"), percent(terms.initial_margin_ppm)),
            (_("Maintenance margin"), percent(terms.maintenance_ppm)),
            (_("Maximum leverage"), _times(terms.max_leverage_ppm)),
            (_("Haircut"), percent(terms.haircut_ppm)),
            (_("Concentration cap"), percent(terms.concentration_cap_ppm)),
            (_("Commission"), percent(terms.commission_ppm, 4)),
            (_("External cost of a purchase"), percent(terms.external_cost_buy_ppm, 4)),
            (_("External cost of a sale"), percent(terms.external_cost_sell_ppm, 4)),
            (_("Approval"), related(terms.approval, request, f"#{terms.approval_id}")),
        ],
    )


def _rate_of(terms: TermsVersion) -> list[tuple[str, Cell]]:
    """The client's rate, or the benchmark that gives it with what is put on it."""
    if terms.benchmark is None:
        return [(_("Client rate"), percent(terms.client_rate_ppm))]
    return [
        (_("Benchmark"), text(terms.benchmark.code)),
        (_("Spread over the benchmark"), percent(terms.spread_ppm)),
        (_("Floor of the rate"), percent(terms.rate_floor_ppm)),
        (_("Cap of the rate"), percent(terms.rate_cap_ppm)),
        (_("Months between resets"), number(str(terms.reset_months))),
    ]


def cost_table(terms: TermsVersion) -> Table:
    """What a client can be shown before it signs: all costs of an example, for three lengths of time."""
    exponent, own = terms.unit.exponent, 100_000 * 10**terms.unit.exponent
    made = [
        estimate_cost(
            terms=terms,
            own_minor=own,
            financed_minor=own,
            from_date=EXAMPLE_DAY,
            until_date=EXAMPLE_DAY + dt.timedelta(days=days),
            slippage_ppm=EXAMPLE_SLIPPAGE_PPM,
        )
        for days in EXAMPLE_DAYS
    ]
    names = [line.name for line in made[0].lines]
    rows = [
        [text(COSTS[name])]
        + [
            amount(sum(line.amount_minor for line in one.lines if line.name == name), exponent)
            for one in made
        ]
        for name in names
    ]
    rows.append([text(_("per year, of the amount financed")), *(percent(one.yearly_ppm) for one in made)])
    rows.append([text(_("break-even price rise")), *(percent(one.break_even_ppm) for one in made)])
    return Table(
        title=_("Cost to the client: own funds %(amount)s, the same amount financed")
        % {"amount": format_amount(own, exponent)},
        columns=[
            Column(_("cost")),
            *(Column(_("%(days)d days") % {"days": days}, Look.NUMBER) for days in EXAMPLE_DAYS),
        ],
        rows=rows,
        foot=[text(_("Total")), *(amount(one.total_minor, exponent) for one in made)],
        empty=_("It costs nothing."),
        note=_("Bought on the first day and sold on the last at unchanged prices, each filled 0.10 % worse."),
    )


def liquidation_facts(terms: TermsVersion) -> Facts:
    order = " → ".join(str(WATERFALL.get(name, name)) for name in terms.waterfall_order)
    return Facts(
        title=_("Margin calls and liquidation"),
        items=[
            (_("Call deadline in sessions"), number(str(terms.call_deadline_sessions))),
            (_("Calendar"), text(terms.calendar_code)),
            (_("Standing liquidation authority"), yes_no(terms.standing_liquidation_authority)),
            (_("Liquidation without deadline in an emergency"), yes_no(terms.emergency_liquidation)),
            (_("Negative balance protection"), yes_no(terms.negative_balance_protection)),
            (_("Order of the waterfall"), Cell(order, look=Look.PROSE)),
        ],
    )


def _times(ppm: int) -> Cell:
    """A multiple: 3,000,000 is 3.00 : 1."""
    return number(f"{ppm // 1_000_000}.{ppm % 1_000_000 // 10_000:02d} : 1")
