"""Apply a contract's cash to its debts in the terms' order and, at the end of a liquidation, share out the
deficit.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contracts.domain.repayment import DebtLine, DebtsDue
from contracts.domain.waterfall import (
    DeficitAllocation,
    TrancheClaim,
    WaterfallResult,
    allocate_deficit,
    run_waterfall,
)
from contracts.models import ContractState
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances, securities_held
from contracts.queries.disputes import disputed_amounts
from contracts.queries.terms_in_force import terms_of
from contracts.services.charges import Charge, collection_legs, waiver_legs
from contracts.services.deficit import bad_spread_legs, draw_legs, loss_legs, open_claims
from contracts.services.disputed_amounts import AmountDisputed
from contracts.services.entries import CALLER, Legs, limits_named, locked_balances
from contracts.services.interest_collection import interest_legs
from contracts.services.refusals import CashShort, ContractRefusal
from contracts.services.repayment import repayment_legs
from contracts.services.states import move_state
from ledger.domain.allocation import allocate_largest_remainder
from ledger.models import JournalEntry
from ledger.queries.balances import balance
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entries


class AlreadyApplied(ContractRefusal):
    """The waterfall of this reference has been applied."""

    code = "contracts_waterfall_applied_once"
    sentence = _("The waterfall of this reference has been applied already.")


class AssetsRemain(ContractRefusal):
    """Securities or unsettled proceeds are left: what is not paid yet is no deficit."""

    code = "contracts_waterfall_nothing_left_to_sell"
    sentence = _(
        "Securities or unsettled proceeds are left; sell and settle them before sharing out a deficit."
    )


class PotNegative(ContractRefusal):
    """The pot is negative."""

    code = "contracts_waterfall_pot_not_negative"
    sentence = _("The amount to apply may not be negative.")


class WaterfallStage(Enum):
    """How far a waterfall goes."""

    PARTIAL = "partial"
    """Pays debts and stops: the contract lives on with what it still owes."""
    FINAL = "final"
    """Nothing is left to sell: unpaid charges are waived, the deficit is drawn and lost, the contract
    defaults.
    """


@dataclass(frozen=True, slots=True)
class WaterfallPosting:
    """What a waterfall paid and who bore the rest; amounts in minor units."""

    contract_id: int
    result: WaterfallResult
    deficit: DeficitAllocation
    entries: tuple[PostedEntry, ...]

    @property
    def has_defaulted(self) -> bool:
        """Whether reserve, funders or house bore anything."""
        return bool(self.result.deficit_minor)


def apply_waterfall(
    *,
    contract_id: int,
    pot_minor: int | None,
    stage: WaterfallStage,
    booking_date: dt.date,
    maker_id: int,
    reference: str,
    reserve_caps_minor: Iterable[int] = (),
) -> WaterfallPosting:
    """Pay a contract's debts from its settled cash in the terms' order; at the final stage settle the deficit
    too.

    Joins the caller's transaction, else is its own; locks the contract. Minor units. `pot_minor` None takes
    all settled cash that nothing holds back (execution costs are off the proceeds already; a liquidation has
    released what was held when it began). One entry per kind, keyed by `reference`.
    At the final stage unpaid penalty and fees are waived, unpaid interest and principal drawn from the
    reserve up to its balance and caps, then lost by seniority and share, with claims on the debtor kept; the
    unpaid spread is the house's expense, and the contract is moved to defaulted. What the client disputes is
    not paid, and nothing is final while something is disputed.

    :raises PotNegative: a negative pot.
    :raises AlreadyApplied: the reference has been used.
    :raises CashShort: the pot exceeds the contract's settled cash.
    :raises AssetsRemain: at the final stage, securities or unsettled cash are left.
    :raises AmountDisputed: at the final stage, an amount is disputed.
    :raises TransitionNotPermitted: the contract is in no state that can default.
    Source: DESIGN 4 (deficit rows), 7 (waterfall).
    """
    if pot_minor is not None and pot_minor < 0:
        raise PotNegative(str(pot_minor))
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        if _is_applied(contract.book_id, reference):
            raise AlreadyApplied(reference)
        pot = contract.available_cash_minor if pot_minor is None else pot_minor
        if pot > contract.available_cash_minor:
            raise CashShort(f"{contract.code} has {contract.available_cash_minor} available")
        if stage is WaterfallStage.FINAL:
            _refuse_assets(contract)
        shared = shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id)
        due = _debts_due(contract, stage)
        result, deficit = _computed(contract, due, pot, stage, shared, reserve_caps_minor, booking_date)
        legs = _payment_legs(contract, result, deficit, shared)
        if stage is WaterfallStage.FINAL:
            legs += _settlement_legs(contract, result, deficit, shared)
        entries = _post(contract, legs, booking_date, maker_id, reference)
        if stage is WaterfallStage.FINAL and result.deficit_minor:
            move_state(
                contract_id=contract_id,
                to_state=ContractState.DEFAULTED,
                business_date=booking_date,
                actor_id=maker_id,
                reason=f"deficit of {result.deficit_minor} after {reference}"[:200],
            )
    return WaterfallPosting(contract_id=contract_id, result=result, deficit=deficit, entries=tuple(entries))


def _is_applied(book_id: int, reference: str) -> bool:
    return JournalEntry.objects.filter(
        book_id=book_id, caller=CALLER, idempotency_key__in=[f"{reference}:{kind}" for kind in KINDS]
    ).exists()


KINDS = (
    "interest_collected",
    "repayment",
    "penalty_collected",
    "fee_collected",
    "charge_waived",
    "reserve_draw",
    "loss_allocated",
    "bad_spread_written_off",
)


def _refuse_assets(contract: ContractBalances) -> None:
    if contract.unsettled_cash_minor:
        raise AssetsRemain(f"{contract.code}: unsettled cash of {contract.unsettled_cash_minor}")
    held = securities_held(contract_id=contract.contract_id)
    if held:
        raise AssetsRemain(f"{contract.code}: {held}")


def _debts_due(contract: ContractBalances, stage: WaterfallStage) -> DebtsDue:
    """What is to be paid: what the client disputes waits for its answer, and nothing is final before."""
    held = disputed_amounts(contract_ids=[contract.contract_id])
    lines = {
        contract.interest_account_id: contract.interest_minor,
        contract.penalty_account_id: contract.penalty_minor,
        contract.fee_account_id: contract.fees_minor,
    }
    waits = {account_id: min(held.get(account_id, 0), owed) for account_id, owed in lines.items()}
    if stage is WaterfallStage.FINAL and any(waits.values()):
        raise AmountDisputed(f"{contract.code}: {sum(waits.values())}")
    return DebtsDue(
        interest_minor=contract.interest_minor - waits[contract.interest_account_id],
        principal_minor=contract.principal_minor,
        penalty_minor=contract.penalty_minor - waits[contract.penalty_account_id],
        fees_minor=contract.fees_minor - waits[contract.fee_account_id],
    )


def _computed(
    contract: ContractBalances,
    due: DebtsDue,
    pot_minor: int,
    stage: WaterfallStage,
    shared: SharedAccounts,
    reserve_caps_minor: Iterable[int],
    booking_date: dt.date,
) -> tuple[WaterfallResult, DeficitAllocation]:
    terms = terms_of(contract_id=contract.contract_id, on=booking_date)
    result = run_waterfall(pot_minor, due, [DebtLine(line) for line in terms.waterfall_order])
    needs_reserve = stage is WaterfallStage.FINAL and result.deficit_minor > 0
    deficit = allocate_deficit(
        result,
        _claims(contract, due.interest_minor),
        reserve_balance_minor=-balance(account_id=shared.at(address="reserve/fund")) if needs_reserve else 0,
        reserve_caps_minor=reserve_caps_minor,
    )
    return result, deficit


def _claims(contract: ContractBalances, interest_due_minor: int) -> list[TrancheClaim]:
    """What each tranche can claim of the debtor; what funders earned beyond the client's interest is the
    house's to pay. What is disputed of the interest waits for all of them alike.
    """
    earned = [max(tranche.interest_minor, 0) for tranche in contract.tranches]
    if sum(earned) > contract.interest_minor:
        earned = allocate_largest_remainder(contract.interest_minor, earned)
    if interest_due_minor < contract.interest_minor:
        shares = [*earned, contract.interest_minor - sum(earned)]
        *earned, _spread = allocate_largest_remainder(interest_due_minor, shares)
    return [
        TrancheClaim(
            tranche=tranche.funder_code,
            principal_minor=tranche.principal_minor,
            interest_minor=interest_minor,
            seniority=tranche.seniority,
        )
        for tranche, interest_minor in zip(contract.tranches, earned, strict=True)
    ]


def _payment_legs(
    contract: ContractBalances, result: WaterfallResult, deficit: DeficitAllocation, shared: SharedAccounts
) -> list[tuple[str, Legs]]:
    """What the pot pays, by kind of entry."""
    interest = [outcome.paid_interest_minor for outcome in deficit.outcomes]
    principal = [outcome.paid_principal_minor for outcome in deficit.outcomes]
    legs: list[tuple[str, Legs]] = []
    if result.paid[DebtLine.INTEREST]:
        parts = [*interest, deficit.spread_paid_minor]
        legs.append(("interest_collected", interest_legs(contract=contract, parts=parts, shared=shared)))
    if result.paid[DebtLine.PRINCIPAL]:
        legs.append(("repayment", repayment_legs(contract=contract, parts=principal, shared=shared)))
    for charge, line in ((Charge.PENALTY, DebtLine.PENALTY), (Charge.FEE, DebtLine.FEES)):
        if result.paid[line]:
            paid = collection_legs(
                contract=contract, charge=charge, amount_minor=result.paid[line], shared=shared
            )
            legs.append((f"{charge.value}_collected", paid))
    return legs


def _settlement_legs(
    contract: ContractBalances, result: WaterfallResult, deficit: DeficitAllocation, shared: SharedAccounts
) -> list[tuple[str, Legs]]:
    """What nobody paid: waived, drawn, lost or written off."""
    legs: list[tuple[str, Legs]] = []
    if result.waived_minor:
        waived = waiver_legs(
            contract=contract,
            penalty_minor=result.unpaid[DebtLine.PENALTY],
            fees_minor=result.unpaid[DebtLine.FEES],
            shared=shared,
        )
        legs.append(("charge_waived", waived))
    if deficit.draw_minor or deficit.loss_minor:
        claims = open_claims(contract=contract)
        if deficit.draw_minor:
            drawn = draw_legs(contract=contract, deficit=deficit, claims=claims, shared=shared)
            legs.append(("reserve_draw", drawn))
        if deficit.loss_minor:
            lost = loss_legs(contract=contract, deficit=deficit, claims=claims, shared=shared)
            legs.append(("loss_allocated", lost))
    if deficit.spread_unpaid_minor:
        unpaid = bad_spread_legs(contract=contract, amount_minor=deficit.spread_unpaid_minor, shared=shared)
        legs.append(("bad_spread_written_off", unpaid))
    return legs


def _post(
    contract: ContractBalances,
    legs: Sequence[tuple[str, Legs]],
    booking_date: dt.date,
    maker_id: int,
    reference: str,
) -> list[PostedEntry]:
    drafts = [
        EntryDraft(
            kind=kind,
            value_date=booking_date,
            narration=f"Waterfall of {contract.code}: {kind.replace('_', ' ')}",
            source_reference=reference,
            idempotency_key=f"{reference}:{kind}",
            postings=of_kind.postings(),
        )
        for kind, of_kind in legs
    ]
    with limits_named(by_account={}):
        return post_journal_entries(
            book_id=contract.book_id,
            booking_date=booking_date,
            drafts=drafts,
            caller=CALLER,
            maker_id=maker_id,
        )
