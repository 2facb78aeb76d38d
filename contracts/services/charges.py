"""Penalty interest and fees: accrue, and collect from the contract's cash. Waived by services.waivers."""

import datetime as dt
from enum import Enum

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contracts.domain.day_count import DayCount
from contracts.domain.penalty import PenaltyTerms, penalty_exact
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances
from contracts.queries.terms_in_force import terms_of
from contracts.services.disputed_amounts import refuse_disputed
from contracts.services.entries import (
    CALLER,
    Legs,
    earlier_entry,
    limits_named,
    locked_balances,
    refuse_unfit,
)
from contracts.services.refusals import CashShort, ContractRefusal, MoreThanOwed
from ledger.domain.money import round_half_up_fraction
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entry


class NothingToCharge(ContractRefusal):
    """The penalty rounds to nothing: the grace still runs, or the amount is too small."""

    code = "contracts_penalty_positive"
    sentence = _("There is no penalty to charge for this time.")


class Charge(Enum):
    """What is charged beside interest; the value is the first word of the entry kinds."""

    PENALTY = "penalty"
    FEE = "fee"

    def account_of(self, contract: ContractBalances) -> int:
        """The contract's receivable of this charge."""
        return contract.penalty_account_id if self is Charge.PENALTY else contract.fee_account_id

    def owed_of(self, contract: ContractBalances) -> int:
        """What the contract owes of this charge, in minor units."""
        return contract.penalty_minor if self is Charge.PENALTY else contract.fees_minor


def accrue_penalty(
    *,
    contract_id: int,
    overdue_minor: int,
    overdue_since: dt.date,
    until: dt.date,
    booking_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    """Charge penalty on an overdue amount from the day it fell due, after the terms' grace, up to `until`.

    Joins the caller's transaction, else is its own; locks the contract. The rate is the client's times the
    terms' multiple; rounded half up once. All of it is the house's income.

    :raises AmountNotPositive, ValueDateAhead: the request is unfit.
    :raises NothingToCharge: grace still runs.
    :raises InvalidPeriod: `until` lies before `overdue_since`.
    Source: DESIGN 4 (penalty accrued), 5 (penalty after grace).
    """
    terms = terms_of(contract_id=contract_id, on=overdue_since)
    exact = penalty_exact(
        overdue_minor,
        contract_rate_ppm=terms.client_rate_ppm,
        terms=PenaltyTerms(multiple_ppm=terms.penalty_multiple_ppm, grace_days=terms.penalty_grace_days),
        due_date=overdue_since,
        until=until,
        day_count=DayCount(terms.day_count),
    )
    amount_minor = round_half_up_fraction(exact)
    if amount_minor <= 0:
        raise NothingToCharge(f"{overdue_minor} since {overdue_since}")
    return _accrue(Charge.PENALTY, contract_id, amount_minor, booking_date, until, maker_id, idempotency_key)


def accrue_fee(
    *,
    contract_id: int,
    amount_minor: int,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    """Charge a fee. Joins the caller's transaction, else is its own; locks the contract. Minor units.

    :raises AmountNotPositive, ValueDateAhead: the request is unfit.
    Source: DESIGN 4 (fee accrued).
    """
    return _accrue(Charge.FEE, contract_id, amount_minor, booking_date, value_date, maker_id, idempotency_key)


def collect_charge(
    *,
    contract_id: int,
    charge: Charge,
    amount_minor: int,
    booking_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    """Collect a penalty or fee from the contract's cash, for the house. Minor units.

    Joins the caller's transaction, else is its own; locks the contract.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises MoreThanOwed: it exceeds what is owed of this charge.
    :raises AmountDisputed: it reaches into what the client disputes.
    :raises CashShort: the contract's settled cash does not cover it.
    Source: DESIGN 4 (penalty or fee collected).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=booking_date)
    kind = f"{charge.value}_collected"
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = _replay(contract, kind, -amount_minor, charge, booking_date, idempotency_key)
        if replay is not None:
            return replay
        if amount_minor > charge.owed_of(contract):
            raise MoreThanOwed(f"{contract.code} owes {charge.owed_of(contract)}")
        refuse_disputed(contract=contract, amounts_minor={charge.account_of(contract): amount_minor})
        if amount_minor > contract.available_cash_minor:
            raise CashShort(f"{contract.code} has {contract.available_cash_minor} available")
        legs = collection_legs(
            contract=contract,
            charge=charge,
            amount_minor=amount_minor,
            shared=shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id),
        )
        return _post(contract, kind, legs, booking_date, booking_date, maker_id, idempotency_key)


def collection_legs(
    *, contract: ContractBalances, charge: Charge, amount_minor: int, shared: SharedAccounts
) -> Legs:
    """Return the postings that pay a charge from the client's cash to the house."""
    legs = Legs()
    legs.put(contract.cash_account_id, amount_minor)
    legs.put(shared.client_transit(custodian_id=contract.custodian_id), -amount_minor)
    legs.put(shared.house_transit(), amount_minor)
    legs.put(charge.account_of(contract), -amount_minor)
    return legs


def waiver_legs(
    *,
    contract: ContractBalances,
    penalty_minor: int,
    fees_minor: int,
    shared: SharedAccounts,
    interest_minor: int = 0,
) -> Legs:
    """Return the postings that give up penalty, fees and of the interest the house's own spread."""
    legs = Legs()
    legs.put(shared.at(address="house/expense/waived"), penalty_minor + fees_minor + interest_minor)
    legs.put(contract.penalty_account_id, -penalty_minor)
    legs.put(contract.fee_account_id, -fees_minor)
    legs.put(contract.interest_account_id, -interest_minor)
    return legs


def _accrue(
    charge: Charge,
    contract_id: int,
    amount_minor: int,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=value_date)
    kind = f"{charge.value}_accrued"
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = _replay(contract, kind, amount_minor, charge, value_date, idempotency_key)
        if replay is not None:
            return replay
        shared = shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id)
        legs = Legs()
        legs.put(charge.account_of(contract), amount_minor)
        legs.put(shared.at(address=f"house/income/{charge.value}"), -amount_minor)
        return _post(contract, kind, legs, booking_date, value_date, maker_id, idempotency_key)


def _replay(
    contract: ContractBalances,
    kind: str,
    amount_minor: int,
    charge: Charge,
    value_date: dt.date,
    idempotency_key: str,
) -> PostedEntry | None:
    return earlier_entry(
        book_id=contract.book_id,
        idempotency_key=idempotency_key,
        kind=kind,
        value_date=value_date,
        account_id=charge.account_of(contract),
        amount_minor=amount_minor,
    )


def _post(
    contract: ContractBalances,
    kind: str,
    legs: Legs,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    draft = EntryDraft(
        kind=kind,
        value_date=value_date,
        narration=f"{kind.replace('_', ' ').capitalize()}, {contract.code}",
        source_reference=f"contract:{contract.code}",
        idempotency_key=idempotency_key,
        postings=legs.postings(),
    )
    with limits_named(by_account={}):
        return post_journal_entry(
            book_id=contract.book_id,
            booking_date=booking_date,
            draft=draft,
            caller=CALLER,
            maker_id=maker_id,
        )
