"""Amend a contract's terms, or extend its term, from a day on; by two people."""

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts.domain.payloads import Payload
from accounts.models import Approval, ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.domain.terms_of_months import months_after
from contracts.models import AmendmentKind, ContractAmendment, FinancingContract, TermsState, TermsVersion
from contracts.queries.rule_packs import parameters_of, vintages
from contracts.queries.terms_in_force import spans_of_terms
from contracts.services.refusals import ContractRefusal, TermsNotActive, named_contract_refusals
from contracts.services.refusals_lifecycle import (
    AmendmentBeforeAccrual,
    AmendmentChangesNothing,
    AmendmentNotLast,
    AmendmentTermsUnfit,
    ContractNotAlive,
    ExtensionChangesVintage,
    ExtensionNotLater,
    ExtensionTooLong,
)

AMENDABLE = frozenset({"approved", "active", "restricted", "in_call"})


class NoSuchContract(ContractRefusal):
    """There is no such contract."""

    code = "contracts_financingcontract_exists"
    sentence = _("There is no such contract.")


def propose_amendment(
    *, contract_id: int, to_terms_id: int, effective_from: dt.date, reason: str, maker_id: int
) -> Approval:
    """Ask for a contract to be held to other terms from a day on; a second person decides.

    Joins the caller's transaction, else is its own. Nothing changes yet.

    :raises NoSuchContract: there is no such contract.
    :raises ContractNotAlive, TermsNotActive, AmendmentTermsUnfit, AmendmentBeforeAccrual, AmendmentNotLast,
        AmendmentChangesNothing: see docs/rules/contracts.md.
    Source: DESIGN 5 (amendment), 1 rule 9.
    """
    contract = _contract(contract_id)
    payload = _payload(contract, to_terms_id, effective_from, None, reason)
    refuse_amendment(
        contract=contract,
        kind=AmendmentKind.AMENDMENT,
        to_terms_id=to_terms_id,
        effective_from=effective_from,
        matures_on=None,
    )
    return _propose(contract, ApprovalKind.AMEND_CONTRACT, payload, maker_id)


def propose_extension(
    *,
    contract_id: int,
    matures_on: dt.date,
    effective_from: dt.date,
    reason: str,
    maker_id: int,
    to_terms_id: int | None = None,
) -> Approval:
    """Ask for a contract to mature later; without `to_terms_id` its terms stay. The vintage is kept.

    Joins the caller's transaction, else is its own. Nothing changes yet.

    :raises ExtensionNotLater: the contract has no maturity, or one not before the new one, or it matures
        before the extension is in force.
    :raises ExtensionChangesVintage: the terms are of another version of the rule pack.
    :raises ExtensionTooLong: it is longer than the rule pack permits a term to be.
    :raises ContractRefusal: otherwise as `propose_amendment`.
    Source: DESIGN 5 (extension; vintage), 1 rule 9.
    """
    contract = _contract(contract_id)
    to_terms = _terms_now(contract) if to_terms_id is None else to_terms_id
    payload = _payload(contract, to_terms, effective_from, matures_on, reason)
    refuse_amendment(
        contract=contract,
        kind=AmendmentKind.EXTENSION,
        to_terms_id=to_terms,
        effective_from=effective_from,
        matures_on=matures_on,
    )
    return _propose(contract, ApprovalKind.EXTEND_CONTRACT, payload, maker_id)


def carry_out_amendment(*, approval_id: int, actor_id: int) -> ContractAmendment:
    """Do what two people have approved: write the amendment, and of an extension the new maturity.

    Joins the caller's transaction, else is its own; locks the contract, then the approval.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: see `execute_approval`.
    :raises ContractRefusal: what was approved does not fit any more; propose it anew.
    Source: DESIGN 5 (amendment, extension), 1 rule 9.
    """
    approval = Approval.objects.get(pk=approval_id)
    proposed = approval.payload
    extends = approval.kind == ApprovalKind.EXTEND_CONTRACT
    kind = AmendmentKind.EXTENSION if extends else AmendmentKind.AMENDMENT
    effective_from = dt.date.fromisoformat(proposed["effective_from"])
    matures_on = dt.date.fromisoformat(proposed["matures_on"]) if extends else None
    with (
        named_contract_refusals(),
        acting(actor_id=actor_id, reason=f"approval {approval_id}: {proposed['reason']}"[:200]),
        transaction.atomic(),
    ):
        contract = FinancingContract.objects.select_for_update(of=("self",)).get(
            book__code=approval.book_code, code=proposed["contract"]
        )
        refuse_amendment(
            contract=contract,
            kind=kind,
            to_terms_id=proposed["to_terms_id"],
            effective_from=effective_from,
            matures_on=matures_on,
        )
        execute_approval(
            approval_id=approval_id, kind=approval.kind, subject=_subject(contract), payload=proposed
        )
        last = contract.amendments.aggregate(last=Max("ordinal"))["last"] or 0
        made = ContractAmendment.objects.create(
            book_id=contract.book_id,
            contract=contract,
            ordinal=last + 1,
            kind=kind,
            from_terms_id=_terms_now(contract),
            to_terms_id=proposed["to_terms_id"],
            effective_from=effective_from,
            matures_on=matures_on,
            reason=proposed["reason"],
            approval_id=approval_id,
        )
        if matures_on is not None:
            FinancingContract.objects.filter(pk=contract.pk).update(matures_on=matures_on)
    return made


def refuse_amendment(
    *,
    contract: FinancingContract,
    kind: AmendmentKind,
    to_terms_id: int,
    effective_from: dt.date,
    matures_on: dt.date | None,
) -> None:
    """Refuse what the database would refuse, with a sentence that says what to do. Reads only.

    :raises ContractRefusal: the first of the rules that is broken, in the order of docs/rules/contracts.md.
    """
    if contract.state not in AMENDABLE:
        raise ContractNotAlive(f"{contract.code} is {contract.state}")
    spans = spans_of_terms(contract_id=contract.pk)
    before = TermsVersion.objects.get(pk=spans[-1].terms_id)
    after = TermsVersion.objects.filter(pk=to_terms_id).first()
    if after is None or after.state != TermsState.ACTIVE:
        raise TermsNotActive(str(after or to_terms_id))
    if (after.unit_id, after.day_count) != (contract.unit_id, before.day_count):
        raise AmendmentTermsUnfit(str(after))
    if kind is AmendmentKind.AMENDMENT and after.pk == before.pk:
        raise AmendmentChangesNothing(str(after))
    if effective_from <= spans[-1].from_date:
        raise AmendmentNotLast(f"{spans[-1].from_date}")
    accrued = contract.accruals.aggregate(last=Max("accrual_date"))["last"]
    if accrued is not None and effective_from < accrued:
        raise AmendmentBeforeAccrual(f"{accrued}")
    if kind is AmendmentKind.EXTENSION:
        _refuse_extension(contract, before, after, effective_from, matures_on)


def _refuse_extension(
    contract: FinancingContract,
    before: TermsVersion,
    after: TermsVersion,
    effective_from: dt.date,
    matures_on: dt.date | None,
) -> None:
    ends = contract.matures_on
    if ends is None or matures_on is None or not effective_from <= ends < matures_on:
        raise ExtensionNotLater(f"{contract.code}: {ends}")
    # Terms name their version of the rule pack where they were made by one.
    if getattr(before, "rule_pack_version_id", None) != getattr(after, "rule_pack_version_id", None):
        raise ExtensionChangesVintage(str(after))
    if before.rule_pack_version_id is not None:
        _refuse_long(contract, ends, matures_on)


def _refuse_long(contract: FinancingContract, ends: dt.date, matures_on: dt.date) -> None:
    """Each extension is a term of its own, counted from the maturity that it moves."""
    held_to = (
        FinancingContract.objects.select_related("terms__rule_pack_version__pack")
        .filter(pk=contract.pk)
        .get()
    )
    longest = parameters_of(vintages([held_to])[contract.pk]).longest_term_months
    if longest is not None and matures_on > months_after(ends, longest):
        raise ExtensionTooLong(f"{contract.code}: {longest}")


def _contract(contract_id: int) -> FinancingContract:
    contract = FinancingContract.objects.select_related("book").filter(pk=contract_id).first()
    if contract is None:
        raise NoSuchContract(str(contract_id))
    return contract


def _terms_now(contract: FinancingContract) -> int:
    """The terms of the last amendment, in force already or not."""
    return spans_of_terms(contract_id=contract.pk)[-1].terms_id


def _subject(contract: FinancingContract) -> str:
    return f"contract:{contract.code}"


def _payload(
    contract: FinancingContract,
    to_terms_id: int,
    effective_from: dt.date,
    matures_on: dt.date | None,
    reason: str,
) -> Payload:
    terms = TermsVersion.objects.select_related("product").filter(pk=to_terms_id).first()
    return {
        "contract": contract.code,
        "to_terms": str(terms or to_terms_id),
        "to_terms_id": to_terms_id,
        "effective_from": effective_from.isoformat(),
        "matures_on": None if matures_on is None else matures_on.isoformat(),
        "reason": reason,
    }


def _propose(contract: FinancingContract, kind: ApprovalKind, payload: Payload, maker_id: int) -> Approval:
    return propose_approval(
        book_code=contract.book.code,
        kind=kind,
        subject=_subject(contract),
        payload=payload,
        maker_id=maker_id,
    )
