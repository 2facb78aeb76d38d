"""Margin calls: what was asked for, by when, and how it ended."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.cells import day, list_of, page_of_key, percent, related
from accounts.admin.columns import column, day_column, state_column
from accounts.admin.filters import choices, days, rows
from accounts.admin.panels import NOTHING, Act, Cell, Facts, Panel, text
from clearing.margin.admin.looks import TONES_OF_CALL
from clearing.margin.models import MarginCall
from clearing.margin.services.notices import issue_call_notice
from contracts.admin.disputes import disputed_chip, disputes_about, disputes_table
from contracts.admin.document_making import KEPT, LanguageForm, made_done, may_make
from contracts.models import DisputeSubject, Document
from ledger.admin.amounts import AmountsAdmin, amount, amount_column


@admin.register(MarginCall)
class MarginCallAdmin(AmountsAdmin[MarginCall]):
    tones = {"status": TONES_OF_CALL}
    unit_path = "contract.unit"
    list_display = [
        column(lambda row: row.contract.code, name="contract", label=gettext_lazy("contract")),
        column(lambda row: str(row.contract.client), name="client", label=gettext_lazy("client")),
        state_column(MarginCall, "status", TONES_OF_CALL),
        day_column(MarginCall, "opened_on"),
        day_column(MarginCall, "deadline_on"),
        amount_column(MarginCall, "deposit_minor", unit="contract.unit"),
        amount_column(MarginCall, "repay_minor", unit="contract.unit"),
        amount_column(MarginCall, "sell_minor", unit="contract.unit"),
        day_column(MarginCall, "closed_on"),
    ]
    list_filter = [rows("book"), choices("status"), days("opened_on"), days("deadline_on")]
    list_select_related = ["contract__client", "contract__unit"]
    search_fields = ["contract__code", "contract__client__code"]
    ordering = ["-opened_on", "-id"]

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> MarginCall | None:
        found = MarginCall.objects.select_related("book", "contract__unit", "contract__client", "valuation")
        return found.filter(pk=object_id).first() if object_id.isdigit() else None

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.notice_view)
        own = path("<int:call_id>/notice/", view, name="margin_margincall_notice")
        return [own, *super().get_urls()]

    def acts(self, request: HttpRequest, row: MarginCall) -> list[Act]:
        found = [Act(_("Documents"), list_of(Document, request, f"q={row.contract.code}"))]
        if may_make(request):
            found.append(Act(_("Make the notice"), reverse("admin:margin_margincall_notice", args=[row.pk])))
        return found

    def notice_view(self, request: HttpRequest, call_id: int) -> HttpResponse:
        """The notice to the client."""
        call = MarginCall.objects.select_related("contract__client").filter(pk=call_id).first()
        if not may_make(request):
            raise PermissionDenied
        if call is None:
            raise Http404

        def do(data: dict[str, Any]) -> Done:
            made = issue_call_notice(
                call_id=call_id,
                locale=data["locale"],
                issued_on=data["issued_on"],
                maker_id=staff_of(request).pk,
            )
            return made_done(made, request)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('Margin call notice')} · {call.contract.code}",
                question=KEPT,
                button=_("Make the document"),
                back=page_of_key(MarginCall, call_id, request),
            ),
            do=do,
            form_class=LanguageForm,
            initial={"locale": call.contract.client.locale, "issued_on": call.opened_on},
            model=Document,
        )

    def page_title(self, row: MarginCall) -> str:
        return f"{row.contract.code} · {row.opened_on.isoformat()}"

    def headline(self, row: MarginCall) -> list[Cell]:
        about = disputes_about(DisputeSubject.CALL, f"call:{row.pk}", row.contract_id)
        return [*super().headline(row), *disputed_chip(about)]

    def panels(self, request: HttpRequest, row: MarginCall) -> list[Panel]:
        unit = row.contract.unit
        facts = Facts(
            title=_("Any one of the three amounts ends the call"),
            items=[
                (_("Deposit"), amount(row.deposit_minor, unit.exponent, unit.code)),
                (_("Repay from outside"), amount(row.repay_minor, unit.exponent, unit.code)),
                (_("Sell"), amount(row.sell_minor, unit.exponent, unit.code)),
                (_("Target coverage"), percent(row.target_ppm)),
                (_("Deadline"), day(row.deadline_on)),
                (_("Why there is no deadline"), text(row.hold_reason) if row.hold_reason else NOTHING),
                (_("Opened on"), day(row.opened_on)),
                (_("Closed on"), day(row.closed_on)),
                (_("Client"), related(row.contract.client, request)),
                (_("Contract"), related(row.contract, request)),
                (_("Valuation"), related(row.valuation, request, row.valuation.business_date.isoformat())),
            ],
        )
        about = disputes_about(DisputeSubject.CALL, f"call:{row.pk}", row.contract_id)
        return [facts, *([disputes_table(request, about)] if about else [])]
