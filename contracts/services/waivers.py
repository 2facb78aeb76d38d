"""Give up interest, penalty or fees at the house's expense: proposed by one person, decided by another."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import execute_approval, propose_approval
from contracts.models import FinancingContract
from contracts.queries.accounts import shared_accounts
from contracts.queries.balances import ContractBalances, contract_balances
from contracts.services.charges import waiver_legs
from contracts.services.entries import CALLER, limits_named, locked_balances, refuse_unfit
from contracts.services.refusals import BY_CODE, ContractRefusal, MoreThanOwed, named_contract_refusals
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entry


class WaiverNotApproved(ContractRefusal):
    """What would be given up is not what two people have approved, nor the end of an exhausted contract."""

    code = "contracts_waiver_approved_by_two"
    sentence = _("Two people have to approve exactly this waiver; propose it anew.")


class WaiverBeyondSpread(ContractRefusal):
    """Interest that funders have earned would be given up."""

    code = "contracts_waiver_within_spread"
    sentence = _("What funders have earned is not the house's to give up; waive at most its own spread.")


BY_CODE[WaiverNotApproved.code] = WaiverNotApproved


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What is given up, in minor units; at least one of them."""

    interest_minor: int = 0
    penalty_minor: int = 0
    fees_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.interest_minor + self.penalty_minor + self.fees_minor


def propose_waiver(*, contract_id: int, waiver: Waiver, reason: str, maker_id: int) -> Approval:
    """Ask for amounts to be given up; a second person, within its limits, decides. Minor units.

    Joins the caller's transaction, else is its own. Nothing changes yet.

    :raises AmountNotPositive: nothing is to be waived, or a negative amount.
    :raises MoreThanOwed: more than is owed.
    :raises WaiverBeyondSpread: more of the interest than the house's own spread.
    Source: DESIGN 4 (waived), 1 rule 9.
    """
    contract = FinancingContract.objects.select_related("book", "unit").get(pk=contract_id)
    _refuse(contract_balances(contract_ids=[contract_id])[contract_id], waiver, contract.opened_on)
    return propose_approval(
        book_code=contract.book.code,
        kind=ApprovalKind.WAIVE_CHARGE,
        subject=_subject(contract.code),
        payload={
            "contract": contract.code,
            "interest_minor": waiver.interest_minor,
            "penalty_minor": waiver.penalty_minor,
            "fees_minor": waiver.fees_minor,
            "amount_minor": waiver.total_minor,
            "currency": contract.unit.code,
            "reason": reason,
        },
        maker_id=maker_id,
        amount_minor=waiver.total_minor,
        currency=contract.unit.code,
    )


def carry_out_waiver(*, approval_id: int, booking_date: dt.date, actor_id: int) -> PostedEntry:
    """Book what two people have approved to give up, by one entry, once.

    Joins the caller's transaction, else is its own; locks the contract, then the approval.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: see `execute_approval`.
    :raises MoreThanOwed, WaiverBeyondSpread: it does not fit what is owed any more; propose it anew.
    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 4 (waived), 1 rule 9.
    """
    approval = Approval.objects.get(pk=approval_id)
    asked = approval.payload
    waiver = Waiver(
        interest_minor=asked["interest_minor"],
        penalty_minor=asked["penalty_minor"],
        fees_minor=asked["fees_minor"],
    )
    found = FinancingContract.objects.get(book__code=approval.book_code, code=asked["contract"])
    with named_contract_refusals(), transaction.atomic():
        contract = locked_balances(contract_ids=[found.pk])[found.pk]
        execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.WAIVE_CHARGE,
            subject=_subject(contract.code),
            payload=asked,
        )
        _refuse(contract, waiver, booking_date)
        legs = waiver_legs(
            contract=contract,
            interest_minor=waiver.interest_minor,
            penalty_minor=waiver.penalty_minor,
            fees_minor=waiver.fees_minor,
            shared=shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id),
        )
        draft = EntryDraft(
            kind="charge_waived",
            value_date=booking_date,
            narration=f"Charge waived, {contract.code}",
            source_reference=f"approval:{approval_id}",
            idempotency_key=f"waived:{approval_id}",
            postings=legs.postings(),
        )
        with limits_named(by_account={}):
            return post_journal_entry(
                book_id=contract.book_id,
                booking_date=booking_date,
                draft=draft,
                caller=CALLER,
                maker_id=actor_id,
            )


def _subject(contract_code: str) -> str:
    return f"contract:{contract_code}"


def _refuse(contract: ContractBalances, waiver: Waiver, day: dt.date) -> None:
    least = min(waiver.interest_minor, waiver.penalty_minor, waiver.fees_minor)
    refuse_unfit(amount_minor=waiver.total_minor if least >= 0 else least, booking_date=day, value_date=day)
    owed = (contract.interest_minor, contract.penalty_minor, contract.fees_minor)
    asked = (waiver.interest_minor, waiver.penalty_minor, waiver.fees_minor)
    if any(amount > most for amount, most in zip(asked, owed, strict=True)):
        raise MoreThanOwed(f"{contract.code} owes interest, penalty and fees of {owed}")
    if waiver.interest_minor > max(contract.spread_minor, 0):
        raise WaiverBeyondSpread(f"{contract.code}: {contract.spread_minor}")
