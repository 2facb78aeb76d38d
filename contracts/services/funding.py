"""Replace a funder of a contract by another in mid-life, by two people.

The principal passes from the one to the other on the value date, the money the opposite way. What the old
one had earned until then stays owed to it; from the value date on it earns nothing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from accounts.domain.payloads import Payload
from accounts.models import Approval, ApprovalKind, Party, PartyKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.models import FinancingContract, FundingSource, FundingTranche
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances, TrancheBalance
from contracts.services.contracts import TrancheDraft, open_tranche
from contracts.services.entries import CALLER, Legs, limits_named, locked_balances
from contracts.services.refusals import (
    FunderTwice,
    NotAFunder,
    ValueDateAhead,
    named_contract_refusals,
)
from contracts.services.refusals_lifecycle import (
    ContractNotAlive,
    FunderCannotPay,
    NotReplaceable,
    ReplacementBeforeMovement,
)
from ledger.models import Posting
from ledger.queries.holds import account_balances
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entry

REPLACING = frozenset({"approved", "active", "restricted", "in_call", "matured"})


@dataclass(frozen=True, slots=True)
class Replacement:
    """The tranche that took another's place, and the entry; none where nothing was outstanding."""

    tranche: FundingTranche
    entry: PostedEntry | None


def propose_replacement(
    *,
    tranche_id: int,
    funder_id: int,
    rate_ppm: int,
    seniority: int,
    source: FundingSource,
    reason: str,
    maker_id: int,
) -> Approval:
    """Ask for another funder to take a tranche's place, at its own rate and rank; a second person decides.

    Joins the caller's transaction, else is its own. Nothing changes yet.

    :raises NotReplaceable: the tranche is the house's, replaced already, or not there.
    :raises ContractNotAlive: the contract is a draft, being liquidated, or has ended.
    :raises NotAFunder, FunderTwice: the new one is no funder, or has a tranche of this contract.
    Source: DESIGN 5 (funding), 1 rule 9.
    """
    tranche = _replaceable(tranche_id)
    funder = _funder(tranche.contract, funder_id)
    payload: Payload = {
        "contract": tranche.contract.code,
        "tranche_id": tranche.pk,
        "replaced": tranche.funder.code if tranche.funder else "",
        "funder": funder.code,
        "rate_ppm": rate_ppm,
        "seniority": seniority,
        "source": FundingSource(source).value,
        "reason": reason,
    }
    return propose_approval(
        book_code=tranche.contract.book.code,
        kind=ApprovalKind.REPLACE_FUNDER,
        subject=_subject(tranche),
        payload=payload,
        maker_id=maker_id,
    )


def replace_funder(
    *, approval_id: int, booking_date: dt.date, value_date: dt.date, actor_id: int
) -> Replacement:
    """Do what two people have approved: the new funder pays out the old one's principal and has its share.

    Joins the caller's transaction, else is its own; locks the contract, then the approval. Interest until the
    value date, first day in and last day out, is the old one's, from it on the new one's.

    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted: see `execute_approval`.
    :raises ValueDateAhead: the value date lies after the booking date.
    :raises ReplacementBeforeMovement: the tranche's principal has moved after the value date.
    :raises FunderCannotPay: the new funder has not enough money available; names it.
    :raises NotReplaceable, ContractNotAlive, NotAFunder, FunderTwice: it does not fit any more.
    Source: DESIGN 5 (funding), 4 (owners keep their own).
    """
    if value_date > booking_date:
        raise ValueDateAhead(f"{value_date} is after {booking_date}")
    approval = Approval.objects.get(pk=approval_id)
    asked = approval.payload
    with (
        named_contract_refusals(),
        acting(actor_id=actor_id, reason=f"approval {approval_id}: {asked['reason']}"[:200]),
        transaction.atomic(),
    ):
        old = _replaceable(asked["tranche_id"])
        funder = _funder(old.contract, Party.objects.get(code=asked["funder"]).pk)
        held = locked_balances(contract_ids=[old.contract_id])[old.contract_id]
        _refuse_moved(old, value_date)
        execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.REPLACE_FUNDER,
            subject=_subject(old),
            payload=asked,
        )
        draft = TrancheDraft(
            funder_id=funder.pk,
            share_ppm=old.share_ppm,
            rate_ppm=asked["rate_ppm"],
            seniority=asked["seniority"],
            is_matched=asked["source"] == FundingSource.MATCHED,
        )
        new = open_tranche(
            contract=old.contract, number=_next_number(old), draft=draft, codes={funder.pk: funder.code}
        )
        new.replaces, new.joined_on, new.approval = old, value_date, approval
        entry = _post(held, old, new, funder, booking_date, value_date, actor_id)
        FundingTranche.objects.filter(pk=old.pk).update(replaced_on=value_date)
        new.save(force_insert=True)
    return Replacement(tranche=new, entry=entry)


def _post(
    held: ContractBalances,
    old: FundingTranche,
    new: FundingTranche,
    funder: Party,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
) -> PostedEntry | None:
    (before,) = (tranche for tranche in held.tranches if tranche.tranche_id == old.pk)
    if before.principal_minor == 0:
        return None
    assert new.available_account_id is not None, "a funder has an account"
    free = account_balances(account_ids=[new.available_account_id])[new.available_account_id]
    free_minor = free.available_minor or 0
    if before.principal_minor > free_minor:
        raise FunderCannotPay(f"{funder.code} has {free_minor} available, needs {before.principal_minor}")
    shared = shared_accounts(book_id=held.book_id, unit_id=held.unit_id)
    draft = EntryDraft(
        kind="funder_replaced",
        value_date=value_date,
        narration=f"{funder.code} takes the place of {before.funder_code} in {held.code}",
        source_reference=f"contract:{held.code}",
        idempotency_key=f"funder-replaced:{old.pk}",
        postings=replacement_legs(before=before, new=new, shared=shared).postings(),
    )
    with limits_named(by_account={}):
        return post_journal_entry(
            book_id=held.book_id, booking_date=booking_date, draft=draft, caller=CALLER, maker_id=maker_id
        )


def replacement_legs(*, before: TrancheBalance, new: FundingTranche, shared: SharedAccounts) -> Legs:
    """Return the postings by which a new funder takes over what an old one has lent."""
    assert before.funder is not None, "the house is not replaced"
    assert new.funder_id is not None, "a successor is a funder's"
    assert new.available_account_id is not None, "a funder has an account"
    amount_minor = before.principal_minor
    legs = Legs()
    legs.put(before.funded_account_id, amount_minor)
    legs.put(new.funded_account_id, -amount_minor)
    legs.put(new.available_account_id, amount_minor)
    legs.put(before.funder.available_account_id, -amount_minor)
    # Where the two have different banks the money goes from the one to the other.
    legs.put(shared.funder_transit(funder_id=new.funder_id), -amount_minor)
    legs.put(shared.funder_transit(funder_id=before.funder.id), amount_minor)
    return legs


def _replaceable(tranche_id: int) -> FundingTranche:
    tranche = (
        FundingTranche.objects.select_related("contract__book", "contract__unit", "funder")
        .filter(pk=tranche_id)
        .first()
    )
    if tranche is None or tranche.funder_id is None or tranche.replaced_on is not None:
        raise NotReplaceable(str(tranche or tranche_id))
    if tranche.contract.state not in REPLACING:
        raise ContractNotAlive(f"{tranche.contract.code} is {tranche.contract.state}")
    return tranche


def _funder(contract: FinancingContract, funder_id: int) -> Party:
    funder = Party.objects.filter(pk=funder_id).first()
    if funder is None or funder.kind != PartyKind.FUNDER:
        raise NotAFunder(str(funder or funder_id))
    if contract.tranches.filter(funder_id=funder_id).exists():
        raise FunderTwice(f"{funder.code} in {contract.code}")
    return funder


def _refuse_moved(tranche: FundingTranche, value_date: dt.date) -> None:
    moved = Posting.objects.filter(
        account_id=tranche.funded_account_id, booking_date__gte=tranche.contract.opened_on
    ).aggregate(last=Max("value_date"))["last"]
    if moved is not None and moved > value_date:
        raise ReplacementBeforeMovement(f"{moved}")


def _next_number(tranche: FundingTranche) -> int:
    return int(tranche.contract.tranches.aggregate(last=Max("ordinal"))["last"]) + 1


def _subject(tranche: FundingTranche) -> str:
    return f"contract:{tranche.contract.code}/tranche:{tranche.ordinal}"
