"""Decide the reviews that corrections open: by two people, once, and pay where a client is compensated."""

import datetime as dt

from django.db import transaction

from accounts.models import Approval, ApprovalKind, ApprovalStatus
from accounts.services.approvals import execute_approval, propose_approval
from clearing.corrections.models import DecisionReview, ReviewState
from clearing.corrections.services.refusals import (
    DecisionPending,
    NoDayToBookInto,
    OutcomeUnfit,
    ReviewDecided,
    ReviewUnknown,
    named_correction_refusals,
)
from contracts.queries.accounts import shared_accounts
from ledger.queries.days import open_business_date
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry

CALLER = "clearing.corrections"
EXPENSE = "house/expense/compensation"


def propose_decision(
    *, review_id: int, outcome: ReviewState, reason: str, maker_id: int, amount_minor: int = 0
) -> Approval:
    """Propose how a review ends; a second person decides on exactly this. Minor units.

    Joins the caller's transaction, else is its own. `compensated` names what the client is paid, the other
    outcomes pay nothing.

    :raises ReviewUnknown: there is no such review.
    :raises ReviewDecided: it has been decided.
    :raises OutcomeUnfit: a compensation without an amount, an amount without one, no reason, or no end; or a
        compensation where no contract's client is concerned.
    :raises DecisionPending: another proposal waits for its second person.
    Source: DESIGN 3 (after close), 1 (rule 9).
    """
    review = _open(review_id)
    compensates = outcome == ReviewState.COMPENSATED
    if (
        outcome == ReviewState.OPEN
        or not reason.strip()
        or compensates != (amount_minor > 0)
        or amount_minor < 0
        or (compensates and review.contract is None)
    ):
        raise OutcomeUnfit(str(outcome))
    subject = _subject(review)
    waiting = Approval.objects.filter(
        kind=ApprovalKind.CORRECT_AFTER_CLOSE,
        subject=subject,
        status__in=[ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED],
    )
    if waiting.exists():
        raise DecisionPending(subject)
    return propose_approval(
        book_code=review.book.code,
        kind=ApprovalKind.CORRECT_AFTER_CLOSE,
        subject=subject,
        payload={
            "review": review.pk,
            "contract": review.contract.code if review.contract else "",
            "decision": review.kind,
            "outcome": str(outcome),
            "reason": reason,
            "amount_minor": amount_minor,
        },
        maker_id=maker_id,
        amount_minor=amount_minor if review.contract else None,
        currency=review.contract.unit.code if review.contract else None,
    )


def decide_review(*, review_id: int, approval_id: int, maker_id: int) -> DecisionReview:
    """End a review as two people decided; a compensation is posted into the open day, to the contract's cash.

    Joins the caller's transaction, else is its own; locks the review, then the approval. The value date is
    the day of the decision in doubt, so that the client has had the money since.

    :raises ReviewUnknown: there is no such review.
    :raises ReviewDecided: it has been decided.
    :raises NoDayToBookInto: no business day is open.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 3 (after close), 1 (rule 9).
    """
    with named_correction_refusals(), transaction.atomic():
        DecisionReview.objects.select_for_update(of=("self",)).filter(pk=review_id).first()
        review = _open(review_id)
        booking_date = open_business_date(book_id=review.book_id)
        if booking_date is None:
            raise NoDayToBookInto(str(review))
        payload = Approval.objects.values_list("payload", flat=True).filter(pk=approval_id).first() or {}
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.CORRECT_AFTER_CLOSE,
            subject=_subject(review),
            payload=payload,
        )
        review.state = payload["outcome"]
        review.reason = payload["reason"]
        review.approval = approval
        review.closed_on = booking_date
        if payload["amount_minor"]:
            review.entry_id = _compensate(review, int(payload["amount_minor"]), booking_date, maker_id)
        review.save(update_fields=["state", "reason", "approval", "closed_on", "entry"])
    return review


def _open(review_id: int) -> DecisionReview:
    review = DecisionReview.objects.select_related("book", "contract__unit").filter(pk=review_id).first()
    if review is None:
        raise ReviewUnknown(str(review_id))
    if review.state != ReviewState.OPEN:
        raise ReviewDecided(str(review))
    return review


def _subject(review: DecisionReview) -> str:
    return f"{review.book.code}/review/{review.pk}"


def _compensate(review: DecisionReview, amount_minor: int, booking_date: dt.date, maker_id: int) -> int:
    """Pay from the house to the client through transit, valued on the day of the decision."""
    contract = review.contract
    assert contract is not None, "only a contract's client is compensated"
    expense = AccountDraft(EXPENSE, contract.unit_id, "house", "expense", 5060, is_hot=True)
    opened = open_accounts(book_id=review.book_id, drafts=[expense])
    shared = shared_accounts(book_id=review.book_id, unit_id=contract.unit_id)
    posted = post_journal_entry(
        book_id=review.book_id,
        booking_date=booking_date,
        draft=EntryDraft(
            kind="client_compensated",
            value_date=review.business_date,
            narration=f"Compensation, {contract.code}",
            source_reference=f"corrections.review:{review.pk}",
            idempotency_key=f"review/{review.pk}/compensated",
            postings=[
                PostingDraft(opened[EXPENSE, contract.unit_id], amount_minor),
                PostingDraft(shared.house_transit(), -amount_minor),
                PostingDraft(shared.client_transit(custodian_id=contract.custodian_id), amount_minor),
                PostingDraft(contract.cash_account_id, -amount_minor),
            ],
        ),
        caller=CALLER,
        maker_id=maker_id,
    )
    return posted.entry_id
