"""Repay principal from the contract's cash, to the tranches by what they have outstanding."""

import datetime as dt

from django.db import transaction

from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances
from contracts.services.entries import (
    CALLER,
    Legs,
    earlier_entry,
    limits_named,
    locked_balances,
    refuse_unfit,
)
from contracts.services.refusals import CashShort, MoreThanOwed, named_contract_refusals
from ledger.domain.allocation import allocate_largest_remainder
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entry


def repay(
    *,
    contract_id: int,
    amount_minor: int,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
    idempotency_key: str,
) -> PostedEntry:
    """Repay principal; every tranche gets its part of what is outstanding, by largest remainder.

    Joins the caller's transaction, else is its own; locks the contract. Minor units. The state stays: a
    repaid contract is closed by `move_state`.

    :raises AmountNotPositive, ValueDateAhead: the request is unfit.
    :raises MoreThanOwed: the amount exceeds the principal.
    :raises CashShort: the contract's settled cash does not cover it.
    :raises PrincipalNegative: less was outstanding on some day from the value date on.
    :raises PrincipalBeforeReplacement: a funder took another's place after the value date.
    Source: DESIGN 4 (repayment, house tranche).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=value_date)
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = earlier_entry(
            book_id=contract.book_id,
            idempotency_key=idempotency_key,
            kind="repayment",
            value_date=value_date,
            account_id=contract.cash_account_id,
            amount_minor=amount_minor,
        )
        if replay is not None:
            return replay
        if amount_minor > contract.principal_minor:
            raise MoreThanOwed(f"{contract.code} owes a principal of {contract.principal_minor}")
        if amount_minor > contract.available_cash_minor:
            raise CashShort(f"{contract.code} has {contract.available_cash_minor} available")
        parts = allocate_largest_remainder(
            amount_minor, [tranche.principal_minor for tranche in contract.tranches]
        )
        draft = EntryDraft(
            kind="repayment",
            value_date=value_date,
            narration=f"Repayment of {contract.code}",
            source_reference=f"contract:{contract.code}",
            idempotency_key=idempotency_key,
            postings=repayment_legs(
                contract=contract,
                parts=parts,
                shared=shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id),
            ).postings(),
        )
        with named_contract_refusals(), limits_named(by_account={}):
            return post_journal_entry(
                book_id=contract.book_id,
                booking_date=booking_date,
                draft=draft,
                caller=CALLER,
                maker_id=maker_id,
            )


def repayment_legs(*, contract: ContractBalances, parts: list[int], shared: SharedAccounts) -> Legs:
    """Return the postings that pay these parts of principal, one per tranche, from the client's cash."""
    legs = Legs()
    legs.put(contract.cash_account_id, sum(parts))
    legs.put(shared.client_transit(custodian_id=contract.custodian_id), -sum(parts))
    legs.put(contract.principal_account_id, -sum(parts))
    for tranche, part in zip(contract.tranches, parts, strict=True):
        if part == 0:
            continue
        legs.put(tranche.funded_account_id, part)
        if tranche.funder is None:
            legs.put(shared.house_transit(), part)
            legs.put(shared.at(address="house/funding"), -part)
        else:
            legs.put(shared.funder_transit(funder_id=tranche.funder.id), part)
            legs.put(tranche.funder.available_account_id, -part)
    return legs
