"""Approvals: decided by a second person, and carried out by the service of the app that owns the matter."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import TONES_OF_STATUS, ApprovalPages, may_decide, person
from accounts.admin.cells import instant, related
from accounts.admin.columns import column, state_column
from accounts.admin.panels import Act, Cell, Facts, Look, Panel, Tone, chip, code, text
from accounts.models import Approval, ApprovalKind, ApprovalStatus, User
from accounts.services.approvals import approve, reject, withdraw_approval
from clearing.corrections.admin.panels import correction_panels, review_panels
from clearing.corrections.models import Correction, DecisionReview
from clearing.day.admin.approval_words import (
    QUESTIONS,
    WAITING,
    age,
    expiry,
    matter,
    worth,
)
from clearing.day.admin.carrying_out import carry_out, closes_by_itself, give_up, terms_of
from clearing.day.admin.carrying_out_contracts import contract_panels
from clearing.day.admin.due_diligence import DUE_DILIGENCE, due_diligence_panels
from clearing.day.admin.payload_words import payload_facts
from clearing.liquidation.admin.liquidations import simulation_panels
from clearing.liquidation.models import Liquidation
from custody.models import Payment
from ledger.admin.amounts import amount
from ledger.admin.import_uploads import refused_lines
from ledger.models import BusinessDay, Unit
from ledger.services.import_uploads import uploaded_of


class ApproveForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RejectForm(forms.Form):
    comment = forms.CharField(
        label=gettext_lazy("Why it is rejected"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


@admin.register(Approval)
class ApprovalAdmin(ApprovalPages):
    list_display = [
        column(matter, name="matter", label=gettext_lazy("what"), ordering="subject"),
        column(lambda row: row.get_kind_display(), name="kind", label=gettext_lazy("kind"), ordering="kind"),
        column(
            lambda row: row.book_code if row.book_code not in ("", "*", "ALL") else _("Every book"),
            name="book",
            label=gettext_lazy("book"),
            ordering="book_code",
        ),
        column(worth, name="num_worth", label=gettext_lazy("amount"), ordering="amount_minor"),
        state_column(Approval, "status", TONES_OF_STATUS),
        column(lambda row: person(row.maker), name="maker", label=gettext_lazy("maker")),
        column(age, name="age", label=gettext_lazy("waiting for"), ordering="proposed_at"),
        column(expiry, name="expiry", label=gettext_lazy("expires at"), ordering="expires_at"),
        column(lambda row: person(row.checker), name="checker", label=gettext_lazy("checker")),
    ]
    list_display_links: Any = ()

    def page_title(self, row: Approval) -> str:
        return f"{row.get_kind_display()} · {matter(row)}"

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:approval_id>/{name}/",
                self.admin_site.admin_view(view),
                name=f"accounts_approval_{name.replace('-', '_')}",
            )
            for name, view in (
                ("approve", self.approve_view),
                ("reject", self.reject_view),
                ("carry-out", self.carry_out_view),
                ("withdraw", self.withdraw_view),
            )
        ]
        return [*own, *super().get_urls()]

    def acts(self, request: HttpRequest, row: Approval) -> list[Act]:
        user = staff_of(request)
        own = row.maker_id == user.pk and row.status in WAITING
        withdraw = [Act(_("Withdraw"), _address("withdraw", row), Tone.WARN)] if own else []
        if not may_decide(user):
            return withdraw
        if row.status == ApprovalStatus.APPROVED:
            return [Act(_("Carry out"), _address("carry_out", row), Tone.INFO), *withdraw]
        if row.status != ApprovalStatus.PROPOSED or row.maker_id == user.pk:
            return withdraw
        return [
            Act(_("Approve"), _address("approve", row), Tone.INFO),
            Act(_("Reject"), _address("reject", row), Tone.BAD),
        ]

    def panels(self, request: HttpRequest, row: Approval) -> list[Panel]:
        return [self._outline(request, row), *subject_panels(request, row), payload_facts(row)]

    def _outline(self, request: HttpRequest, row: Approval) -> Facts:
        own = row.status == ApprovalStatus.PROPOSED and row.maker_id == staff_of(request).pk
        return Facts(
            title=_("Approval"),
            items=[
                (_("Kind"), text(row.get_kind_display())),
                (_("What"), text(matter(row))),
                (_("Subject"), code(row.subject)),
                (_("Book"), text(row.book_code if row.book_code not in ("", "*") else _("Every book"))),
                (_("Amount"), text(worth(row) or "—")),
                (_("Maker"), related(row.maker, request, person(row.maker) or "")),
                (_("Proposed at"), instant(row.proposed_at)),
                (_("Expires at"), instant(row.expires_at)),
                (_("Checker"), related(row.checker, request, person(row.checker) or "")),
                *(
                    [(_("On behalf of"), text(person(row.delegation.delegator) or ""))]
                    if row.delegation
                    else []
                ),
                (_("Decided at"), instant(row.decided_at)),
                (_("Carried out at"), instant(row.executed_at)),
                *([(_("Withdrawn or expired at"), instant(row.ended_at))] if row.ended_at else []),
                (_("Comment"), Cell(row.comment or "—", look=Look.PROSE)),
            ],
            note=_("You proposed this yourself: maker and checker are two people, so a colleague decides.")
            if own
            else "",
        )

    def approve_view(self, request: HttpRequest, approval_id: int) -> HttpResponse:
        row, user = self._decidable(request, approval_id)
        if request.method == "GET" and row.status != ApprovalStatus.PROPOSED:
            return self._decided(request, row)

        def do(cleaned: dict[str, object]) -> Done:
            fresh = Approval.objects.get(pk=row.pk)
            if fresh.checker_id == user.pk and fresh.status == ApprovalStatus.EXECUTED:
                return Done(
                    sentence=_("You have approved this already; it was carried out."),
                    href=_address("change", row),
                    level=messages.INFO,
                )
            if not (closes_by_itself(row) or fresh.status == ApprovalStatus.APPROVED):
                approve(approval_id=row.pk, checker_id=user.pk, comment=str(cleaned["comment"]))
            return _carried_out(row, user)

        return confirm_and_do(
            request,
            confirmation=self._confirmation(
                request, row, title=_("Approve and carry out"), button=_("Approve"), tone=Tone.INFO
            ),
            do=do,
            form_class=None if closes_by_itself(row) else ApproveForm,
            model=Approval,
        )

    def reject_view(self, request: HttpRequest, approval_id: int) -> HttpResponse:
        row, user = self._decidable(request, approval_id)
        if request.method == "GET" and row.status != ApprovalStatus.PROPOSED:
            return self._decided(request, row)

        def do(cleaned: dict[str, object]) -> Done:
            fresh = Approval.objects.get(pk=row.pk)
            if not (fresh.checker_id == user.pk and fresh.status == ApprovalStatus.REJECTED):
                comment = str(cleaned["comment"])
                with transaction.atomic():
                    rejected = reject(approval_id=row.pk, checker_id=user.pk, comment=comment)
                    give_up(approval=rejected, actor=user, comment=comment)
            return Done(sentence=_("Rejected. Nothing was done."), href=_address("change", row))

        return confirm_and_do(
            request,
            confirmation=self._confirmation(
                request,
                row,
                title=_("Reject"),
                button=_("Reject"),
                tone=Tone.BAD,
                question=_("Reject this for good? It would have to be proposed anew."),
            ),
            do=do,
            form_class=RejectForm,
            model=Approval,
        )

    def withdraw_view(self, request: HttpRequest, approval_id: int) -> HttpResponse:
        user = staff_of(request)
        row = Approval.objects.select_related("maker", "checker").filter(pk=approval_id).first()
        if row is None:
            raise Http404
        if row.maker_id != user.pk:
            raise PermissionDenied

        def do(_cleaned: dict[str, object]) -> Done:
            with transaction.atomic():
                withdrawn = withdraw_approval(approval_id=row.pk, maker_id=user.pk)
                give_up(approval=withdrawn, actor=user, comment="withdrawn by its maker")
            return Done(sentence=_("Withdrawn. Nothing was done."), href=_address("change", row))

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('Withdraw')}: {self.page_title(row)}",
                question=_("Take this proposal back? It would have to be proposed anew."),
                button=_("Withdraw"),
                back=_address("change", row),
                tone=Tone.WARN,
                panels=[self._outline(request, row)],
            ),
            do=do,
            model=Approval,
        )

    def carry_out_view(self, request: HttpRequest, approval_id: int) -> HttpResponse:
        row, user = self._decidable(request, approval_id)
        return confirm_and_do(
            request,
            confirmation=self._confirmation(
                request, row, title=_("Carry out"), button=_("Carry out"), tone=Tone.INFO
            ),
            do=lambda _cleaned: _carried_out(row, user),
            model=Approval,
        )

    def _decided(self, request: HttpRequest, row: Approval) -> HttpResponse:
        """There is nothing to ask any more: back to what was decided."""
        messages.info(request, _("This was decided before."))
        return HttpResponseRedirect(_address("change", row))

    def _decidable(self, request: HttpRequest, approval_id: int) -> tuple[Approval, User]:
        user = staff_of(request)
        if not may_decide(user):
            raise PermissionDenied
        row = Approval.objects.select_related("maker", "checker").filter(pk=approval_id).first()
        if row is None:
            raise Http404
        return row, user

    def _confirmation(
        self, request: HttpRequest, row: Approval, *, title: str, button: str, tone: Tone, question: str = ""
    ) -> Confirmation:
        own = row.maker_id == staff_of(request).pk
        return Confirmation(
            title=f"{title}: {self.page_title(row)}",
            question=question or str(QUESTIONS.get(ApprovalKind(row.kind), _("Approve this?"))),
            warning=_("You proposed this yourself: maker and checker are two people, so a colleague decides.")
            if own
            else "",
            button=button,
            back=_address("change", row),
            tone=tone,
            panels=[self._outline(request, row), *subject_panels(request, row), payload_facts(row)],
        )


def _address(name: str, row: Approval) -> str:
    return reverse(f"admin:accounts_approval_{name}", args=[row.pk])


def _carried_out(row: Approval, user: User) -> Done:
    return Done(sentence=carry_out(approval=row, actor=user), href=_address("change", row))


def subject_panels(request: HttpRequest, row: Approval) -> list[Panel]:
    """The matter itself, so that whoever decides sees what is decided."""
    match row.kind:
        case kind if kind in DUE_DILIGENCE:
            return due_diligence_panels(request, row)
        case ApprovalKind.RELEASE_LIQUIDATION:
            found = Liquidation.objects.select_related("contract__unit", "contract__client").filter(
                reference=row.subject
            )
            return [panel for one in found for panel in _liquidation_panels(request, one)]
        case ApprovalKind.RELEASE_WITHDRAWAL | ApprovalKind.PAY_FUNDER_OUT:
            payments = Payment.objects.select_related("unit", "entitlement_account", "custody_account")
            return [_payment_panel(request, one) for one in payments.filter(approval=row)]
        case (
            ApprovalKind.CLOSE_BUSINESS_DAY
            | ApprovalKind.SOFT_CLOSE_BUSINESS_DAY
            | ApprovalKind.REOPEN_BUSINESS_DAY
        ):
            code_of_book, _slash, day = row.subject.partition("/")
            days = BusinessDay.objects.select_related("book").filter(
                book__code=code_of_book, business_date=day
            )
            return [
                Facts(
                    title=_("Business day"),
                    items=[
                        (_("Day"), related(one, request, str(one.business_date))),
                        (_("Status"), chip(one.get_status_display())),
                        *(
                            [(_("Last position"), text(f"{row.payload['last_position']:,}"))]
                            if "last_position" in row.payload
                            else []
                        ),
                        *(
                            [(_("Reason"), Cell(row.payload["reason"], look=Look.PROSE))]
                            if "reason" in row.payload
                            else []
                        ),
                    ],
                )
                for one in days
            ]
        case ApprovalKind.IMPORT_JOURNAL:
            upload = uploaded_of(approval=row)
            return [refused_lines(upload)] if upload is not None else []
        case ApprovalKind.TRANSFER_YEAR_END:
            units = Unit.objects.in_bulk(field_name="code")
            return [
                Facts(
                    title=_("Profit (a loss is negative)"),
                    items=[
                        (unit, amount(-minor, units[unit].exponent, unit))
                        for unit, minor in row.payload["result_minor"].items()
                        if unit in units
                    ],
                )
            ]
        case ApprovalKind.ACTIVATE_TERMS:
            terms = terms_of(row)
            return [Facts(title=_("Terms"), items=[(_("Terms"), related(terms, request))])] if terms else []
        case ApprovalKind.CORRECT_AFTER_CLOSE:
            return _correction_panels(request, row)
        case _:
            return contract_panels(request, row)


def _correction_panels(request: HttpRequest, row: Approval) -> list[Panel]:
    """The correction with what a run would find, or the review with both its figures."""
    reviews = DecisionReview.objects.select_related("contract__unit", "run__correction").filter(
        pk=row.payload.get("review", 0)
    )
    corrections = Correction.objects.select_related("book", "maker", "approval").filter(approval=row)
    return [
        *(panel for one in reviews for panel in review_panels(request, one)),
        *(panel for one in corrections for panel in correction_panels(request, one)),
    ]


def _liquidation_panels(request: HttpRequest, one: Liquidation) -> list[Panel]:
    outline = Facts(
        title=_("Liquidation"),
        items=[
            (_("Reference"), related(one, request, one.reference)),
            (_("Contract"), related(one.contract, request)),
            (_("Client"), related(one.contract.client, request)),
            (_("State"), chip(one.get_state_display())),
            (_("Scope"), text(one.get_scope_display())),
        ],
    )
    return [outline, *simulation_panels(request, one.simulation, one.contract.unit)]


def _payment_panel(request: HttpRequest, one: Payment) -> Facts:
    whose = one.entitlement_account
    return Facts(
        title=_("Payment"),
        items=[
            (_("Reference"), related(one, request, one.reference or "")),
            (_("Amount"), amount(one.amount_minor, one.unit.exponent, one.unit.code)),
            (_("Owner of the funds"), related(whose, request, whose.address if whose else "")),
            (_("From the custody account"), text(str(one.custody_account))),
            (_("To the account outside"), code(one.counterparty_account)),
            (_("State"), chip(one.get_state_display())),
        ],
    )
