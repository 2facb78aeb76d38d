"""Custodians, their accounts, and where funders, the reserve and the house keep their cash."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import page_of_key, related
from accounts.admin.columns import code_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import NOTHING, Column, Look, Panel, Table, code, text
from accounts.admin.read_only import ReadOnlyAdmin
from custody.models import CashHome, Custodian, CustodyAccount
from ledger.admin.amounts import balance
from ledger.models import Account
from ledger.queries.balances import balances


@admin.register(Custodian)
class CustodianAdmin(ReadOnlyAdmin[Custodian]):
    list_display = ["code", "name", "party"]
    list_select_related = ["party"]
    search_fields = ["code", "name"]

    def panels(self, request: HttpRequest, row: Custodian) -> list[Panel]:
        accounts = Table(
            title=_("Custody accounts"),
            columns=[Column(_("number at the custodian"), Look.CODE), Column(_("ring")), Column(_("book"))],
            rows=[
                [
                    code(account.external_number, related(account, request).href),
                    text(account.get_ring_display()),
                    related(account.book, request),
                ]
                for account in row.accounts.select_related("book").order_by("book", "ring")
            ],
            empty=_("No account has been opened at this custodian."),
        )
        return [self.facts(request, row), accounts]


@admin.register(CustodyAccount)
class CustodyAccountAdmin(ReadOnlyAdmin[CustodyAccount]):
    tones = {"ring": {}}
    list_display = [
        code_column(CustodyAccount, "external_number"),
        "custodian",
        state_column(CustodyAccount, "ring"),
        "book",
    ]
    list_filter = [rows("book"), rows("custodian"), choices("ring")]
    list_select_related = ["custodian", "book"]
    search_fields = ["external_number"]

    def panels(self, request: HttpRequest, row: CustodyAccount) -> list[Panel]:
        units = list(row.units.select_related("unit").order_by("unit__kind", "unit__code"))
        keys = [one.ledger_account_id for one in units] + [
            one.transit_account_id for one in units if one.transit_account_id
        ]
        held = balances(account_ids=keys)
        ties = Table(
            title=_("What the ledger holds here"),
            columns=[
                Column(_("unit")),
                Column(_("custody"), Look.NUMBER),
                Column(_("in transit"), Look.NUMBER),
            ],
            rows=[
                [
                    text(one.unit.code, page_of_key(Account, one.ledger_account_id, request)),
                    balance(held[one.ledger_account_id], one.unit.exponent),
                    balance(held[one.transit_account_id], one.unit.exponent)
                    if one.transit_account_id
                    else NOTHING,
                ]
                for one in units
            ],
            empty=_("This account is not tied to the ledger in any unit yet."),
        )
        return [self.facts(request, row), ties]


@admin.register(CashHome)
class CashHomeAdmin(ReadOnlyAdmin[CashHome]):
    tones = {"ring": {}}
    list_display = ["book", state_column(CashHome, "ring"), "owner", "custody_account"]
    list_select_related = ["book", "owner", "custody_account"]
