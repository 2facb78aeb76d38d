"""Proposing corrections: a form for each kind, above their list; a corrected file is shown before."""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, list_act, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import day, related
from accounts.admin.panels import Cell, Column, Facts, Look, Panel, Table, code, text
from accounts.models import ApprovalKind, User
from accounts.queries.approval_rules import rules_in_force
from clearing.corrections.admin.forms import FORMS, StatementFileForm, StatementForm, propose
from clearing.corrections.models import Correction, CorrectionKind
from clearing.corrections.queries.statements import kept_corrections
from clearing.corrections.services.statements import keep_corrected_statement, propose_statement_correction
from custody.admin.replacements import differences_table
from custody.models import Statement
from custody.queries.replacements import differences_of
from custody.queries.statements import usable_statement

LIST = "admin:corrections_correction_changelist"
TITLES = {
    CorrectionKind.MARK: gettext_lazy("Propose a corrected mark"),
    CorrectionKind.RATE: gettext_lazy("Propose a corrected interest rate"),
    CorrectionKind.TRADE: gettext_lazy("Propose a corrected trade"),
    CorrectionKind.STATEMENT: gettext_lazy("Propose a corrected statement"),
    CorrectionKind.FX: gettext_lazy("Propose a corrected official rate"),
}


class ProposesCorrections:
    """The acts of the list of corrections, for who may decide anything; a colleague decides on each."""

    actions_list: Any = [
        {
            "title": gettext_lazy("Propose a correction"),
            "icon": "history_edu",
            "items": ["propose_mark", "propose_trade", "propose_statement", "propose_rate", "propose_fx"],
        }
    ]

    def has_propose_permission(self, request: HttpRequest) -> bool:
        return may_decide(staff_of(request))

    def get_urls(self) -> list[URLPattern]:
        admin: Any = self
        kept = path(
            "propose/statement/<int:statement_id>/",
            admin.admin_site.admin_view(self.kept_statement_view),
            name="corrections_correction_kept_statement",
        )
        return [kept, *cast("Any", super()).get_urls()]

    @list_act(label=gettext_lazy("Mark"), url_path="propose/mark")
    def propose_mark(self, request: HttpRequest) -> HttpResponse:
        return _propose(request, CorrectionKind.MARK)

    @list_act(label=gettext_lazy("Trade"), url_path="propose/trade")
    def propose_trade(self, request: HttpRequest) -> HttpResponse:
        return _propose(request, CorrectionKind.TRADE)

    @list_act(label=gettext_lazy("Interest rate"), url_path="propose/rate")
    def propose_rate(self, request: HttpRequest) -> HttpResponse:
        return _propose(request, CorrectionKind.RATE)

    @list_act(label=gettext_lazy("Official rate"), url_path="propose/fx")
    def propose_fx(self, request: HttpRequest) -> HttpResponse:
        return _propose(request, CorrectionKind.FX)

    @list_act(label=gettext_lazy("Statement"), url_path="propose/statement")
    def propose_statement(self, request: HttpRequest) -> HttpResponse:
        """Keep a corrected file, or go on with one that came by itself."""
        user = _proposer(request)

        def do(cleaned: dict[str, Any]) -> Done:
            kept = keep_corrected_statement(
                book_id=cleaned["book"].pk,
                custodian_code=cleaned["custodian"].code,
                raw=cleaned["file"].read(),
                file_name=cleaned["file"].name,
                maker_id=user.pk,
            )
            return Done(
                sentence=_("Kept. Nothing is proposed yet."),
                href=reverse("admin:corrections_correction_kept_statement", args=[kept.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=_asked(
                CorrectionKind.STATEMENT,
                _("The file is kept beside the accepted statement; the differences are shown next."),
                _("Keep the file"),
                [_waiting()],
            ),
            do=do,
            form_class=StatementFileForm,
            model=Correction,
        )

    def kept_statement_view(self, request: HttpRequest, statement_id: int) -> HttpResponse:
        """What the kept file tells otherwise, and the proposal that it take the accepted one's place."""
        user = _proposer(request)
        kept = Statement.objects.select_related("custodian").defer("original").filter(pk=statement_id).first()
        if kept is None:
            raise Http404

        def do(cleaned: dict[str, Any]) -> Done:
            made = propose_statement_correction(
                book_id=kept.book_id,
                corrected_id=kept.pk,
                reason=cleaned["reason"],
                evidence=cleaned["evidence"],
                maker_id=user.pk,
            )
            return _done(made)

        return confirm_and_do(
            request,
            confirmation=_asked(
                CorrectionKind.STATEMENT,
                _("Let this statement take the accepted one's place? A second person decides."),
                _("Propose"),
                [*_compared(request, kept), deciders()],
            ),
            do=do,
            form_class=StatementForm,
            model=Correction,
        )


def deciders() -> Facts:
    """Who may approve corrections, as the rules in force say."""
    rules = rules_in_force().filter(kind=ApprovalKind.CORRECT_AFTER_CLOSE, is_permitted=True)
    roles = dict.fromkeys(str(rule.get_role_display()) for rule in rules.order_by("role"))
    return Facts(
        title=_("Who may approve this"),
        items=[(_("Second person, in one of these roles"), text(", ".join(roles) or "—"))],
    )


def _propose(request: HttpRequest, kind: CorrectionKind) -> HttpResponse:
    user = _proposer(request)

    def do(cleaned: dict[str, object]) -> Done:
        return _done(propose(kind, cleaned, maker_id=user.pk))

    return confirm_and_do(
        request,
        confirmation=_asked(
            kind,
            _("The stored value stays on record. The findings of a run are shown before anybody approves."),
            _("Propose"),
            [deciders()],
        ),
        do=do,
        form_class=FORMS[kind],
        model=Correction,
    )


def _proposer(request: HttpRequest) -> User:
    user = staff_of(request)
    if not may_decide(user):
        raise PermissionDenied
    return user


def _asked(kind: CorrectionKind, question: str, button: str, panels: list[Panel]) -> Confirmation:
    return Confirmation(
        title=TITLES[kind],
        question=question,
        button=button,
        back=reverse(LIST),
        panels=panels,
        keeps_form=True,
    )


def _done(made: Correction) -> Done:
    return Done(
        sentence=_("Proposed. A second person decides."),
        href=reverse("admin:corrections_correction_change", args=[made.pk]),
    )


def _waiting() -> Table:
    return Table(
        title=_("Corrected files waiting for a proposal"),
        columns=[
            Column(_("custodian")),
            Column(_("statement date")),
            Column(_("custodian's number"), Look.CODE),
            Column(_("file"), Look.CODE),
            Column(_("received on")),
        ],
        rows=[
            [
                text(one.custodian.code),
                day(one.statement_date),
                Cell(
                    one.external_number,
                    href=reverse("admin:corrections_correction_kept_statement", args=[one.pk]),
                    look=Look.CODE,
                ),
                code(one.file_name),
                day(one.received_on),
            ]
            for one in kept_corrections()
        ],
        empty=_("No file is waiting."),
    )


def _compared(request: HttpRequest, kept: Statement) -> list[Panel]:
    accepted = usable_statement(
        book_id=kept.book_id,
        custodian_id=kept.custodian_id,
        kind=kept.kind,
        statement_date=kept.statement_date,
    )
    outline = Facts(
        title=_("The two statements"),
        items=[
            (_("Custodian"), text(kept.custodian.code)),
            (_("Statement date"), day(kept.statement_date)),
            (_("Accepted"), related(accepted, request)),
            (_("Corrected"), related(kept, request)),
            (_("File"), code(kept.file_name)),
            (_("SHA-256"), code(bytes(kept.sha256).hex())),
        ],
    )
    if accepted is None:
        return [outline]
    found = differences_of(replaced=accepted, replacement=kept)
    return [outline, differences_table(title=_("Differences in the corrected statement"), found=found)]
