"""The contract's list and the part of its page that contracts know: balances, tranches, interest, accounts.

Not registered here: what clearing knows of a contract is added by clearing.reports.admin.contract_page, which
registers the whole.
"""

from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import day, page_of_key, percent, related
from accounts.admin.columns import code_column, column, day_column, state_column
from accounts.admin.filters import choices, rows
from accounts.admin.panels import (
    NOTHING,
    Act,
    Cell,
    Column,
    Facts,
    Look,
    Panel,
    Table,
    Tone,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Party
from contracts.admin.document_making import documents_to_make
from contracts.admin.lifecycle import lifecycle_acts, lifecycle_urls
from contracts.admin.lifecycle_panels import replaced_note
from contracts.admin.waivers import waiver_act, waiver_url
from contracts.models import ContractState, FinancingContract, FundingSource, InterestAccrual
from contracts.queries.accounts import accounts_of
from contracts.queries.balances import ContractBalances, TrancheBalance
from contracts.queries.terms_in_force import present_terms
from ledger.admin.amounts import amount, balance
from ledger.models import Account

TONES_OF_STATE = {
    ContractState.DRAFT: Tone.NEUTRAL,
    ContractState.SUBMITTED: Tone.NOTICE,
    ContractState.APPROVED: Tone.INFO,
    ContractState.ACTIVE: Tone.GOOD,
    ContractState.RESTRICTED: Tone.NOTICE,
    ContractState.IN_CALL: Tone.WARN,
    ContractState.LIQUIDATING: Tone.BAD,
    ContractState.MATURED: Tone.INFO,
    ContractState.CLOSED: Tone.NEUTRAL,
    ContractState.DEFAULTED: Tone.BAD,
}
NEWEST_ACCRUALS = 31


def _source_of(tranche: TrancheBalance) -> str:
    """Whose money it is, and since or until when where another had or has its place."""
    words = [str(FundingSource(tranche.source).label), replaced_note(tranche.joined_on, tranche.replaced_on)]
    return ", ".join(word for word in words if word)


class FinancingContractPages(ReadOnlyAdmin[FinancingContract]):
    tones = {"state": TONES_OF_STATE}
    list_display = [
        code_column(FinancingContract, "code"),
        column(lambda row: str(row.client), name="client", label=gettext_lazy("client")),
        "custodian",
        column(lambda row: str(row.terms), name="terms", label=gettext_lazy("terms")),
        state_column(FinancingContract, "state", TONES_OF_STATE),
        day_column(FinancingContract, "opened_on"),
        day_column(FinancingContract, "closed_on"),
    ]
    list_filter = [rows("book"), choices("state"), rows("custodian"), rows("terms")]
    list_select_related = ["client", "custodian", "terms__product"]
    search_fields = ["code", "client__code", "client__display_name"]

    def page_title(self, row: FinancingContract) -> str:
        return f"{row.code} · {row.client.display_name}"

    def outline(self, request: HttpRequest, row: FinancingContract) -> Facts:
        terms = present_terms(contract=row)
        return Facts(
            title=_("Contract"),
            items=[
                (_("Client"), related(row.client, request)),
                (_("Terms"), related(terms, request)),
                (_("Client rate"), percent(terms.client_rate_ppm)),
                (_("Custodian"), related(row.custodian, request)),
                (_("Currency"), text(row.unit.code)),
                (_("Opened on"), day(row.opened_on)),
                (_("Matures on"), day(row.matures_on)),
                (_("Closed on"), day(row.closed_on)),
                (_("Book"), related(row.book, request)),
            ],
        )

    def balances(self, request: HttpRequest, row: FinancingContract, held: ContractBalances) -> Facts:
        """What the contract owns in cash and what it owes; each figure leads to its account."""

        def figure(amount_minor: int, account_id: int) -> Cell:
            return amount(
                amount_minor, row.unit.exponent, row.unit.code, page_of_key(Account, account_id, request)
            )

        return Facts(
            title=_("Balances"),
            items=[
                (_("Settled cash"), figure(held.cash_minor, held.cash_account_id)),
                (_("Unsettled cash"), figure(held.unsettled_cash_minor, row.unsettled_cash_account_id)),
                (_("Principal"), figure(held.principal_minor, held.principal_account_id)),
                (_("Accrued interest"), figure(held.interest_minor, held.interest_account_id)),
                (_("Penalty"), figure(held.penalty_minor, held.penalty_account_id)),
                (_("Fees"), figure(held.fees_minor, held.fee_account_id)),
                (_("Total outstanding"), amount(held.debt_minor, row.unit.exponent, row.unit.code)),
                (_("House spread in accrued interest"), amount(held.spread_minor, row.unit.exponent)),
            ],
        )

    def tranches(self, request: HttpRequest, row: FinancingContract, held: ContractBalances) -> Table:
        exponent = row.unit.exponent
        return Table(
            title=_("Funding"),
            columns=[
                Column(_("funder")),
                Column(_("funding source")),
                Column(_("share"), Look.NUMBER),
                Column(_("rate"), Look.NUMBER),
                Column(_("seniority"), Look.NUMBER),
                Column(_("principal"), Look.NUMBER),
                Column(_("interest owed"), Look.NUMBER),
            ],
            rows=[
                [
                    text(tranche.funder_code, page_of_key(Party, tranche.funder_id, request))
                    if tranche.funder_id
                    else text(_("House")),
                    text(_source_of(tranche)),
                    percent(tranche.share_ppm),
                    percent(tranche.rate_ppm) if tranche.funder_id else NOTHING,
                    number(str(tranche.seniority)),
                    amount(tranche.principal_minor, exponent),
                    amount(tranche.interest_minor, exponent) if tranche.funder_id else NOTHING,
                ]
                for tranche in held.tranches
            ],
            foot=[
                text(_("Total")),
                text(""),
                percent(sum(tranche.share_ppm for tranche in held.tranches)),
                text(""),
                text(""),
                amount(sum(tranche.principal_minor for tranche in held.tranches), exponent),
                amount(sum(tranche.interest_minor for tranche in held.tranches), exponent),
            ],
            empty=_("Nobody funds this contract."),
        )

    def interest(self, row: FinancingContract) -> Table:
        """The newest accruals of the client's side."""
        newest = InterestAccrual.objects.filter(contract=row, tranche__isnull=True).order_by("-accrual_date")
        exponent = row.unit.exponent
        return Table(
            title=_("Interest accrued, newest first"),
            columns=[
                Column(_("accrued up to")),
                Column(_("principal"), Look.NUMBER),
                Column(_("posted"), Look.NUMBER),
                Column(_("posted to date"), Look.NUMBER),
            ],
            rows=[
                [
                    day(accrual.accrual_date),
                    amount(accrual.closed_principal_minor, exponent),
                    amount(accrual.posted_minor, exponent),
                    amount(accrual.cumulative_posted_minor, exponent),
                ]
                for accrual in newest[:NEWEST_ACCRUALS]
            ],
            empty=_("No interest has been accrued yet."),
        )

    def accounts(self, request: HttpRequest, row: FinancingContract) -> Table:
        found = accounts_of(contract=row).select_related("unit", "current_balance")
        return Table(
            title=_("Ledger accounts of the contract"),
            columns=[
                Column(_("address"), Look.CODE),
                Column(_("unit")),
                Column(_("role")),
                Column(_("balance"), Look.NUMBER),
            ],
            rows=[
                [
                    code(account.address, page_of_key(Account, account.pk, request)),
                    text(account.unit.code),
                    text(account.get_role_display()),
                    balance(account.current_balance.balance_minor, account.unit.exponent),
                ]
                for account in found
            ],
            empty=_("This contract has no accounts."),
        )

    def acts(self, request: HttpRequest, row: FinancingContract) -> list[Act]:
        return [*documents_to_make(request, row), *lifecycle_acts(request, row), *waiver_act(request, row)]

    def get_urls(self) -> list[URLPattern]:
        return [*lifecycle_urls(self.admin_site), waiver_url(self.admin_site), *super().get_urls()]

    def panels(self, request: HttpRequest, row: FinancingContract) -> list[Panel]:
        raise NotImplementedError("the whole page is clearing.reports.admin.contract_page")
