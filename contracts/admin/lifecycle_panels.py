"""What a contract's page shows of its life: terms in force, amendments, fees, tranches replaced."""

import datetime as dt

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.cells import day, page_of_key, percent, related
from accounts.admin.panels import Column, Facts, Look, Panel, Table, number, text
from accounts.models import Approval
from contracts.models import FeeCharge, FinancingContract, TermsVersion
from ledger.admin.amounts import amount

NEWEST = 50


def terms_facts(request: HttpRequest, row: FinancingContract, held_to: TermsVersion) -> Facts:
    """What the contract is held to now, and until when."""
    return Facts(
        title=_("Current terms"),
        items=[
            (_("Terms"), related(held_to, request)),
            (_("Opened on"), day(row.opened_on)),
            (_("Matures on"), day(row.matures_on)),
            (_("Client rate"), percent(held_to.client_rate_ppm)),
        ],
    )


def amendments_panel(request: HttpRequest, row: FinancingContract) -> Panel:
    made = row.amendments.select_related("to_terms__product", "from_terms__product", "approval")
    return Table(
        title=_("Amendments and extensions"),
        columns=[
            Column(_("number"), Look.NUMBER),
            Column(_("kind")),
            Column(_("in force from")),
            Column(_("terms")),
            Column(_("matures on")),
            Column(_("reason")),
            Column(_("approval"), Look.NUMBER),
        ],
        rows=[
            [
                number(str(one.ordinal)),
                text(one.get_kind_display()),
                day(one.effective_from),
                related(one.to_terms, request),
                day(one.matures_on),
                text(one.reason),
                number(f"#{one.approval_id}", page_of_key(Approval, one.approval_id, request)),
            ]
            for one in made.order_by("-ordinal")
        ],
        empty=_("This contract is held to the terms that it was opened with."),
    )


def fees_panel(request: HttpRequest, row: FinancingContract) -> Panel:
    charges = FeeCharge.objects.filter(contract=row).select_related("schedule", "entry").order_by("-id")
    exponent = row.unit.exponent
    return Table(
        title=_("Fees charged under the terms, newest first"),
        columns=[
            Column(_("charged on")),
            Column(_("fee")),
            Column(_("occasion"), Look.CODE),
            Column(_("principal concerned"), Look.NUMBER),
            Column(_("amount"), Look.NUMBER),
            Column(_("entry"), Look.NUMBER),
        ],
        rows=[
            [
                day(one.charge_date),
                text(one.schedule.get_kind_display()),
                text(one.occasion),
                amount(one.basis_minor, exponent),
                amount(one.amount_minor, exponent),
                related(one.entry, request, str(one.entry_id)),
            ]
            for one in charges[:NEWEST]
        ],
        empty=_("No fee of the terms was charged yet."),
    )


def fee_lines(terms: TermsVersion) -> Table:
    """The fees that terms provide for."""
    return Table(
        title=_("Fees"),
        columns=[Column(_("fee")), Column(_("basis")), Column(_("amount or rate"), Look.NUMBER)],
        rows=[
            [
                text(one.get_kind_display()),
                text(one.get_basis_display()),
                amount(one.amount_minor, terms.unit.exponent, terms.unit.code)
                if one.amount_minor is not None
                else percent(one.rate_ppm, 4),
            ]
            for one in terms.fees.order_by("ordinal")
        ],
        empty=_("These terms have no fees."),
    )


def replaced_note(tranche_joined: dt.date | None, replaced_on: dt.date | None) -> str:
    """In words, since when or until when a tranche has its place."""
    if replaced_on is not None:
        return _("replaced on %(day)s") % {"day": replaced_on.isoformat()}
    return _("since %(day)s") % {"day": tranche_joined.isoformat()} if tranche_joined else ""
