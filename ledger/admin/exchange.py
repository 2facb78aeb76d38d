"""Official rates, clients' exchanges and revaluations, to be read."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import related
from accounts.admin.columns import column, day_column
from accounts.admin.filters import days, rows
from accounts.admin.panels import NOTHING, Column, Look, Panel, Table, code
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.amounts import amount, amount_column
from ledger.models import ClientExchange, OfficialRate, Revaluation


@admin.register(OfficialRate)
class OfficialRateAdmin(ReadOnlyAdmin[OfficialRate]):
    list_display = [
        day_column(OfficialRate, "rate_date"),
        "unit",
        "base_unit",
        column(lambda row: f"{row.rate.normalize():f}", name="rate", label=gettext_lazy("rate")),
        "version",
        "source",
        "book",
        "maker",
    ]
    list_filter = [rows("book"), rows("unit"), days("rate_date")]
    list_select_related = ["unit", "base_unit", "book", "maker"]
    ordering = ["-rate_date", "unit_id", "-version"]


@admin.register(ClientExchange)
class ClientExchangeAdmin(ReadOnlyAdmin[ClientExchange]):
    list_display = [
        "reference",
        "sold_account",
        amount_column(ClientExchange, "sold_minor", unit="sold_account.unit"),
        amount_column(ClientExchange, "bought_minor", unit="bought_account.unit"),
        day_column(ClientExchange, "trade_date"),
        day_column(ClientExchange, "settlement_date"),
    ]
    list_filter = [rows("book"), days("trade_date"), days("settlement_date")]
    list_select_related = ["sold_account__unit", "bought_account__unit"]
    search_fields = ["reference"]
    ordering = ["-trade_date", "-id"]


@admin.register(Revaluation)
class RevaluationAdmin(ReadOnlyAdmin[Revaluation]):
    list_display = [day_column(Revaluation, "business_date"), "run_no", "book", "maker"]
    list_filter = [rows("book"), days("business_date")]
    list_select_related = ["book", "maker"]
    ordering = ["-business_date", "-run_no"]

    def panels(self, request: HttpRequest, row: Revaluation) -> list[Panel]:
        base = row.book.base_unit
        lines = row.lines.select_related("unit", "rate__unit", "rate__base_unit").order_by("unit__code")
        return [
            self.facts(request, row),
            Table(
                title=_("FX positions"),
                columns=[
                    Column(_("currency")),
                    Column(_("official rate"), Look.NUMBER),
                    Column(_("FX position"), Look.NUMBER),
                    Column(_("cost"), Look.NUMBER),
                    Column(_("unrealised"), Look.NUMBER),
                ],
                rows=[
                    [
                        code(line.unit.code),
                        related(line.rate, request, f"{line.rate.rate.normalize():f}")
                        if line.rate
                        else NOTHING,
                        amount(line.quantity_minor, line.unit.exponent, line.unit.code),
                        amount(line.cost_minor, base.exponent, base.code),
                        amount(line.unrealised_minor, base.exponent, base.code),
                    ]
                    for line in lines
                ],
                empty=_("No position."),
            ),
        ]
