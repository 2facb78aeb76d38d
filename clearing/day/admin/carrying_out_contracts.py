"""The approvals of a contract's life: what each is about, and what carries it out."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.panels import Panel
from accounts.models import Approval, ApprovalKind, User
from contracts.admin.benchmarks import proposed_fixings
from contracts.admin.disputes import dispute_facts
from contracts.admin.import_panels import import_facts
from contracts.admin.lifecycle import NoOpenDay
from contracts.admin.lifecycle_panels import terms_facts
from contracts.models import BulkImport, Dispute, FinancingContract
from contracts.queries.terms_in_force import present_terms
from contracts.services.amendments import carry_out_amendment
from contracts.services.benchmarks import set_approved_fixings
from contracts.services.disputes import resolve_dispute
from contracts.services.funding import replace_funder
from contracts.services.imports.bulk import carry_out_import
from contracts.services.waivers import carry_out_waiver
from ledger.models import Book, BusinessDay
from ledger.queries.days import open_business_date


def _amend(approval: Approval, actor: User) -> str:
    made = carry_out_amendment(approval_id=approval.pk, actor_id=actor.pk)
    if made.matures_on is not None:
        return _("%(contract)s matures on %(day)s.") % {
            "contract": made.contract.code,
            "day": made.matures_on.isoformat(),
        }
    return _("%(contract)s is held to %(terms)s from %(day)s.") % {
        "contract": made.contract.code,
        "terms": str(made.to_terms),
        "day": made.effective_from.isoformat(),
    }


def _replace(approval: Approval, actor: User) -> str:
    day = open_business_date(book_id=Book.objects.get(code=approval.book_code).pk)
    if day is None:
        raise NoOpenDay
    made = replace_funder(approval_id=approval.pk, booking_date=day, value_date=day, actor_id=actor.pk)
    return _("%(funder)s has the place of %(replaced)s in %(contract)s.") % {
        "funder": approval.payload["funder"],
        "replaced": approval.payload["replaced"],
        "contract": made.tranche.contract.code,
    }


def _resolve(approval: Approval, actor: User) -> str:
    newest = BusinessDay.objects.filter(book__code=approval.book_code).order_by("-business_date").first()
    if newest is None:
        raise NoOpenDay
    dispute = resolve_dispute(approval_id=approval.pk, decided_on=newest.business_date, actor_id=actor.pk)
    return _("%(reference)s is decided: %(state)s.") % {
        "reference": dispute.reference,
        "state": dispute.get_state_display(),
    }


def _import(approval: Approval, _actor: User) -> str:
    kept, done = carry_out_import(approval_id=approval.pk)
    return _("%(file)s is taken in: %(count)d parties or contracts.") % {"file": kept.name, "count": done}


def _waive(approval: Approval, actor: User) -> str:
    day = open_business_date(book_id=Book.objects.get(code=approval.book_code).pk)
    if day is None:
        raise NoOpenDay
    made = carry_out_waiver(approval_id=approval.pk, booking_date=day, actor_id=actor.pk)
    return _("Waived by entry %(entry)d.") % {"entry": made.entry_id}


def _set_fixings(approval: Approval, _actor: User) -> str:
    made = set_approved_fixings(approval_id=approval.pk)
    return _("%(benchmark)s: %(count)d fixings are set; the next accrual counts with them.") % {
        "benchmark": approval.payload["benchmark"],
        "count": len(made),
    }


OF_CONTRACTS: Mapping[str, Callable[[Approval, User], str]] = {
    ApprovalKind.AMEND_CONTRACT: _amend,
    ApprovalKind.EXTEND_CONTRACT: _amend,
    ApprovalKind.REPLACE_FUNDER: _replace,
    ApprovalKind.RESOLVE_DISPUTE: _resolve,
    ApprovalKind.IMPORT_PARTIES: _import,
    ApprovalKind.IMPORT_CONTRACTS: _import,
    ApprovalKind.WAIVE_CHARGE: _waive,
    ApprovalKind.SET_BENCHMARK: _set_fixings,
}


def contract_panels(request: HttpRequest, row: Approval) -> list[Panel]:
    """The dispute, the file, the fixings, or the contract as it stands; nothing of other approvals."""
    if row.kind in (ApprovalKind.IMPORT_PARTIES, ApprovalKind.IMPORT_CONTRACTS):
        files = BulkImport.objects.defer("content").select_related(
            "book", "approval__maker", "approval__checker"
        )
        return [import_facts(request, one) for one in files.filter(approval=row)]
    if row.kind == ApprovalKind.RESOLVE_DISPUTE:
        disputes = Dispute.objects.select_related("contract__client", "opened_by", "approval")
        found = disputes.filter(book__code=row.book_code, reference=row.subject)
        return [dispute_facts(request, one) for one in found]
    if row.kind == ApprovalKind.SET_BENCHMARK:
        return proposed_fixings(row)
    if row.kind in OF_CONTRACTS:
        contracts = FinancingContract.objects.filter(book__code=row.book_code, code=row.payload["contract"])
        return [terms_facts(request, one, present_terms(contract=one)) for one in contracts]
    return []
