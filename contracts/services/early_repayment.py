"""Repay from a contract's cash in the order of its terms; before maturity with the fee that they ask."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from contracts.domain.repayment import DebtLine
from contracts.models import ContractState, FinancingContract, TermsVersion
from contracts.queries.balances import ContractBalances, contract_balances
from contracts.queries.terms_in_force import terms_of
from contracts.services.disputed_amounts import AmountDisputed, disputed_of
from contracts.services.entries import locked_balances, refuse_unfit
from contracts.services.fees import (
    accrue_fees,
    charge_early_termination,
    early_termination_fee,
    pending_fees,
)
from contracts.services.interest import ContractRange
from contracts.services.refusals import CashShort, ContractRefusal, MoreThanOwed, named_contract_refusals
from contracts.services.states import move_state
from contracts.services.waterfall import WaterfallPosting, WaterfallStage, apply_waterfall

REPAYING = frozenset({"active", "restricted", "in_call", "matured", "defaulted"})
"""One in default as long as it owes: above its line nothing is sold of itself, and its cash may pay."""


class NotRepayable(ContractRefusal):
    """The contract is not running: nothing was drawn, its liquidation decides, or it has ended."""

    code = "contracts_repayment_contract_runs"
    sentence = _("Only a contract that runs or still owes is repaid; a liquidation repays by its waterfall.")


class InterestNotCounted(ContractRefusal):
    """Interest has not been accrued up to the day of the repayment."""

    code = "contracts_repayment_interest_is_counted"
    sentence = _("Interest is not accrued up to this day yet; run the day's interest first.")


@dataclass(frozen=True, slots=True)
class TerminationQuote:
    """What ending a contract on a day takes; minor units. `fee_minor` is not owed yet.

    `debt_minor` holds the fees that the day's step has still to charge.
    """

    debt_minor: int
    fee_minor: int
    cash_minor: int

    @property
    def missing_minor(self) -> int:
        """What the client still has to pay in."""
        return max(self.debt_minor + self.fee_minor - self.cash_minor, 0)


def repay_in_order(
    *, contract_id: int, amount_minor: int, booking_date: dt.date, maker_id: int, reference: str
) -> WaterfallPosting:
    """Pay a contract's debts with an amount of its cash, in the order of its terms; the contract lives on.

    Joins the caller's transaction, else is its own; locks the contract. Minor units. Before maturity the
    terms' early-termination fee is charged on the principal that this repays, and owed from now on.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises NotRepayable: the contract is in no state to be repaid.
    :raises InterestNotCounted: interest is not accrued up to the day.
    :raises MoreThanOwed: the amount exceeds all debts.
    :raises AmountDisputed: it reaches into what the client disputes.
    :raises CashShort: the contract's settled cash does not cover it.
    :raises AlreadyApplied: the reference has been used.
    Source: DESIGN 5 (repayment order; early termination).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=booking_date)
    with transaction.atomic():
        held, contract, terms = _repayable(contract_id, booking_date)
        if amount_minor > held.debt_minor:
            raise MoreThanOwed(f"{held.code} owes {held.debt_minor}")
        waits_minor = disputed_of(contract=held)
        if amount_minor > held.debt_minor - waits_minor:
            raise AmountDisputed(f"{held.code}: {waits_minor}")
        posting = apply_waterfall(
            contract_id=contract_id,
            pot_minor=amount_minor,
            stage=WaterfallStage.PARTIAL,
            booking_date=booking_date,
            maker_id=maker_id,
            reference=reference,
        )
        if _is_early(contract, booking_date):
            charge_early_termination(
                contract_id=contract_id,
                book_id=held.book_id,
                terms=terms,
                principal_minor=posting.result.paid[DebtLine.PRINCIPAL],
                occasion=f"repaid:{reference}",
                booking_date=booking_date,
                maker_id=maker_id,
            )
    return posting


def terminate_early(
    *, contract_id: int, booking_date: dt.date, maker_id: int, reason: str
) -> WaterfallPosting | None:
    """End a contract before or at its maturity: charge the fee, pay everything from its cash, close it.

    Joins the caller's transaction, else is its own; locks the contract. All or nothing. Returns what was
    paid, None where nothing was owed. Securities and remaining cash stay the client's, to be taken out.

    :raises NotRepayable: the contract is in no state to be ended so.
    :raises InterestNotCounted: interest is not accrued up to the day.
    :raises AmountDisputed: the client disputes a part of what it owes.
    :raises InterestUncounted: a loan of this very day costs one day, which the next accrual counts.
    :raises CashShort: settled cash does not cover debts and fee; says how much is missing.
    Source: DESIGN 5 (early termination).
    """
    with named_contract_refusals(), transaction.atomic():
        held, contract, terms = _repayable(contract_id, booking_date)
        waits_minor = disputed_of(contract=held)
        if waits_minor:
            raise AmountDisputed(f"{held.code}: {waits_minor}")
        # What has fallen due by a drawdown of today and waits for the day's step would never be charged.
        accrue_fees(
            book_id=held.book_id,
            business_date=booking_date,
            month=None,
            maker_id=maker_id,
            contract_range=ContractRange(first_id=contract_id, last_id=contract_id),
        )
        held = contract_balances(contract_ids=[contract_id])[contract_id]
        quote = _quote(held, contract, terms, booking_date)
        if quote.missing_minor:
            raise CashShort(
                f"{held.code} lacks {quote.missing_minor} minor units, of it fee {quote.fee_minor}"
            )
        if _is_early(contract, booking_date):
            charge_early_termination(
                contract_id=contract_id,
                book_id=held.book_id,
                terms=terms,
                principal_minor=held.principal_minor,
                occasion="terminated",
                booking_date=booking_date,
                maker_id=maker_id,
            )
        owed_minor = held.debt_minor + quote.fee_minor
        posting = None
        if owed_minor:
            posting = apply_waterfall(
                contract_id=contract_id,
                pot_minor=owed_minor,
                stage=WaterfallStage.PARTIAL,
                booking_date=booking_date,
                maker_id=maker_id,
                reference=f"terminated:{held.code}",
            )
        move_state(
            contract_id=contract_id,
            to_state=ContractState.CLOSED,
            business_date=booking_date,
            actor_id=maker_id,
            reason=reason,
        )
    return posting


def termination_quote(*, contract_id: int, on: dt.date) -> TerminationQuote:
    """Return what ending a contract takes, by the books as they stand; exact once interest is accrued to the
    day. Reads only. Minor units.
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    held = contract_balances(contract_ids=[contract_id])[contract_id]
    return _quote(held, contract, terms_of(contract_id=contract_id, on=on), on)


def _quote(
    held: ContractBalances, contract: FinancingContract, terms: TermsVersion, on: dt.date
) -> TerminationQuote:
    fee_minor = 0
    if _is_early(contract, on):
        fee_minor, _line = early_termination_fee(terms=terms, principal_minor=held.principal_minor)
    pending_minor = pending_fees(contract_id=contract.pk, book_id=held.book_id, on=on)
    return TerminationQuote(
        debt_minor=held.debt_minor + pending_minor, fee_minor=fee_minor, cash_minor=held.available_cash_minor
    )


def _repayable(
    contract_id: int, booking_date: dt.date
) -> tuple[ContractBalances, FinancingContract, TermsVersion]:
    held = locked_balances(contract_ids=[contract_id])[contract_id]
    contract = FinancingContract.objects.get(pk=contract_id)
    is_defaulted = contract.state == ContractState.DEFAULTED
    if contract.state not in REPAYING or (is_defaulted and not held.debt_minor):
        raise NotRepayable(f"{contract.code} is {contract.state}")
    accrued = contract.accruals.filter(tranche=None).aggregate(last=Max("accrual_date"))["last"]
    counted_to = accrued or contract.opened_on
    # Interest ends with the default; only its penalty runs on.
    if held.principal_minor and counted_to < booking_date and not is_defaulted:
        raise InterestNotCounted(f"{contract.code}: up to {counted_to}")
    return held, contract, terms_of(contract_id=contract_id, on=booking_date)


def _is_early(contract: FinancingContract, on: dt.date) -> bool:
    return contract.matures_on is None or on < contract.matures_on
