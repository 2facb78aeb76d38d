"""A client's appeal: take it down, answer it by two people, or let the client withdraw it."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.domain.disputes import ANSWER_WITHIN_DAYS
from contracts.models import Dispute, DisputeState, DisputeSubject, FinancingContract
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from contracts.services.refusals_lifecycle import DisputeAnswerLate, DisputeDecided, DisputeIncomplete
from ledger.models import JournalEntry, Posting

OF_ENTRIES = {
    DisputeSubject.FEE: ("fee_accrued", "fee_collected", "penalty_accrued", "penalty_collected"),
    DisputeSubject.INTEREST: (
        "interest_accrued",
        "interest_adjusted",
        "interest_collected",
        "interest_capitalised",
    ),
}


class DisputeMissing(ContractRefusal):
    """There is no such dispute."""

    code = "contracts_dispute_exists"
    sentence = _("There is no such dispute.")


class DisputeSubjectUnknown(ContractRefusal):
    """The entry named is not one of the contract's, or of another kind."""

    code = "contracts_dispute_subject_is_of_contract"
    sentence = _("Name an entry of this contract: of a fee or penalty, or of interest, as the dispute says.")


def open_dispute(
    *,
    contract_id: int,
    subject: DisputeSubject,
    subject_reference: str,
    opened_on: dt.date,
    answer_due_on: dt.date,
    reason: str,
    actor_id: int,
) -> Dispute:
    """Take down what a client objects to, and until when it is answered.

    Joins the caller's transaction, else is its own; locks the contract. A fee or interest is named by
    `entry:<number>`, and looked up; a call or liquidation by the reference of its own room, which the caller
    has looked up.

    :raises DisputeIncomplete: what, why, or an answer in time is missing.
    :raises DisputeAnswerLate: the answer would come later than contracts promise.
    :raises DisputeSubjectUnknown: the entry is not one of this contract, or of another kind.
    :raises DisputeExists: the same is disputed already.
    Source: DESIGN 7 (a client may dispute, with a deadline for the answer).
    """
    if not (reason.strip() and subject_reference.strip()) or answer_due_on < opened_on:
        raise DisputeIncomplete(f"{opened_on} to {answer_due_on}")
    if answer_due_on > opened_on + dt.timedelta(days=ANSWER_WITHIN_DAYS):
        raise DisputeAnswerLate(f"{opened_on} to {answer_due_on}")
    with (
        named_contract_refusals(),
        acting(actor_id=actor_id, reason=f"disputed: {reason}"[:200]),
        transaction.atomic(),
    ):
        contract = FinancingContract.objects.select_for_update().get(pk=contract_id)
        if subject in OF_ENTRIES:
            _refuse_foreign_entry(contract, subject, subject_reference)
        number = contract.disputes.count() + 1
        return Dispute.objects.create(
            book_id=contract.book_id,
            contract=contract,
            reference=f"DSP-{contract.code}-{number}",
            subject_kind=subject,
            subject_reference=subject_reference,
            opened_on=opened_on,
            opened_by_id=actor_id,
            reason=reason,
            answer_due_on=answer_due_on,
        )


def propose_answer(*, dispute_id: int, outcome: DisputeState, answer: str, maker_id: int) -> Approval:
    """Propose how a dispute is answered, upheld or rejected; a second person decides.

    Joins the caller's transaction, else is its own. Nothing changes yet.

    :raises DisputeMissing, DisputeDecided: there is none, or it has been decided.
    :raises DisputeIncomplete: the answer is blank, or the outcome is none.
    Source: DESIGN 7, 1 rule 9.
    """
    dispute = _open(dispute_id)
    if outcome not in (DisputeState.UPHELD, DisputeState.REJECTED) or not answer.strip():
        raise DisputeIncomplete(str(outcome))
    return propose_approval(
        book_code=dispute.book.code,
        kind=ApprovalKind.RESOLVE_DISPUTE,
        subject=dispute.reference,
        payload={
            "dispute": dispute.reference,
            "contract": dispute.contract.code,
            "disputed": f"{dispute.subject_kind} {dispute.subject_reference}",
            "outcome": DisputeState(outcome).value,
            "answer": answer,
        },
        maker_id=maker_id,
    )


def resolve_dispute(*, approval_id: int, decided_on: dt.date, actor_id: int) -> Dispute:
    """Write down the answer that two people have approved. What follows from it is booked by its own service.

    Joins the caller's transaction, else is its own; locks the dispute, then the approval.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: see `execute_approval`.
    :raises DisputeDecided: it was decided or withdrawn in the meantime.
    Source: DESIGN 7, 1 rule 9.
    """
    approval = Approval.objects.get(pk=approval_id)
    asked = approval.payload
    with (
        named_contract_refusals(),
        acting(actor_id=actor_id, reason=f"approval {approval_id}: {asked['answer']}"[:200]),
        transaction.atomic(),
    ):
        found = Dispute.objects.filter(book__code=approval.book_code, reference=asked["dispute"]).first()
        dispute = _open(found.pk if found else 0)
        execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.RESOLVE_DISPUTE,
            subject=dispute.reference,
            payload=asked,
        )
        Dispute.objects.filter(pk=dispute.pk).update(
            state=asked["outcome"], decided_on=decided_on, answer=asked["answer"], approval_id=approval_id
        )
        dispute.refresh_from_db()
    return dispute


def withdraw_dispute(*, dispute_id: int, decided_on: dt.date, reason: str, actor_id: int) -> Dispute:
    """Write down that the client withdraws its dispute. Joins the caller's transaction, else is its own.

    :raises DisputeMissing, DisputeDecided: there is none, or it has been decided.
    """
    with (
        named_contract_refusals(),
        acting(actor_id=actor_id, reason=f"withdrawn: {reason}"[:200]),
        transaction.atomic(),
    ):
        dispute = _open(dispute_id)
        Dispute.objects.filter(pk=dispute.pk).update(
            state=DisputeState.WITHDRAWN, decided_on=decided_on, answer=reason
        )
        dispute.refresh_from_db()
    return dispute


def _open(dispute_id: int) -> Dispute:
    """The dispute, locked where a transaction is open."""
    with transaction.atomic():
        dispute = (
            Dispute.objects.select_for_update(of=("self",))
            .select_related("book", "contract")
            .filter(pk=dispute_id)
            .first()
        )
    if dispute is None:
        raise DisputeMissing(str(dispute_id))
    if dispute.state != DisputeState.OPEN:
        raise DisputeDecided(f"{dispute.reference} is {dispute.state}")
    return dispute


def _refuse_foreign_entry(contract: FinancingContract, subject: DisputeSubject, reference: str) -> None:
    number = reference.removeprefix("entry:")
    entry = JournalEntry.objects.filter(
        pk=int(number) if number.isdecimal() and len(number) < 19 else 0,
        book_id=contract.book_id,
        kind_id__in=OF_ENTRIES[subject],
    ).first()
    accounts = [contract.fee_account_id, contract.penalty_account_id]
    if subject == DisputeSubject.INTEREST:
        accounts = [contract.interest_account_id]
    if (
        entry is None
        or not Posting.objects.filter(
            entry_id=entry.pk, booking_date=entry.booking_date, account_id__in=accounts
        ).exists()
    ):
        raise DisputeSubjectUnknown(reference)
