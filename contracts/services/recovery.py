"""Apply what a debtor pays after its default: to the losers first, then to the reserve."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contracts.domain.waterfall import RecoveryAllocation, allocate_recovery
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances
from contracts.services.deficit import DEBTOR, RESERVE, open_claims
from contracts.services.entries import (
    CALLER,
    Legs,
    earlier_entry,
    limits_named,
    locked_balances,
    refuse_unfit,
)
from contracts.services.refusals import CashShort, ContractRefusal
from ledger.queries.balances import balances
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entry


class RecoveryTooLarge(ContractRefusal):
    """More would be applied than losers and reserve still claim."""

    code = "contracts_recovery_within_claims"
    sentence = _("More would be applied than is claimed; the rest is the client's and stays in its cash.")


def apply_recovery(
    *, contract_id: int, amount_minor: int, booking_date: dt.date, maker_id: int, idempotency_key: str
) -> PostedEntry:
    """Pay a later recovery from the contract's cash to those who bore its deficit: tranches by seniority,
    then the reserve.

    Joins the caller's transaction, else is its own; locks the contract. Minor units. The claims fall by what
    each gets; what the house gets back is its recovery income.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises CashShort: the contract's settled cash does not cover it.
    :raises RecoveryTooLarge: it exceeds the claims that are left.
    Source: DESIGN 4 (later recovery), 7 (later recoveries repay funders, then the reserve).
    """
    refuse_unfit(amount_minor=amount_minor, booking_date=booking_date, value_date=booking_date)
    with transaction.atomic():
        contract = locked_balances(contract_ids=[contract_id])[contract_id]
        replay = earlier_entry(
            book_id=contract.book_id,
            idempotency_key=idempotency_key,
            kind="recovery_applied",
            value_date=booking_date,
            account_id=contract.cash_account_id,
            amount_minor=amount_minor,
        )
        if replay is not None:
            return replay
        if amount_minor > contract.available_cash_minor:
            raise CashShort(f"{contract.code} has {contract.available_cash_minor} available")
        claims = open_claims(contract=contract)
        owed = balances(account_ids=claims.values())
        shares = allocate_recovery(
            amount_minor,
            [-owed[claims[tranche.funder_code]] for tranche in contract.tranches],
            reserve_drawn_minor=-owed[claims[RESERVE]],
            seniorities=[tranche.seniority for tranche in contract.tranches],
        )
        if shares.client_minor:
            raise RecoveryTooLarge(f"{contract.code}: {amount_minor - shares.client_minor} is still claimed")
        draft = EntryDraft(
            kind="recovery_applied",
            value_date=booking_date,
            narration=f"Recovery of {contract.code}",
            source_reference=f"contract:{contract.code}",
            idempotency_key=idempotency_key,
            postings=_legs(
                contract,
                shares,
                claims,
                shared_accounts(book_id=contract.book_id, unit_id=contract.unit_id),
            ).postings(),
        )
        with limits_named(by_account={}):
            return post_journal_entry(
                book_id=contract.book_id,
                booking_date=booking_date,
                draft=draft,
                caller=CALLER,
                maker_id=maker_id,
            )


def _legs(
    contract: ContractBalances,
    shares: RecoveryAllocation,
    claims: dict[str, int],
    shared: SharedAccounts,
) -> Legs:
    amount_minor = sum(shares.tranches_minor) + shares.reserve_minor
    legs = Legs()
    legs.put(contract.cash_account_id, amount_minor)
    legs.put(shared.client_transit(custodian_id=contract.custodian_id), -amount_minor)
    legs.put(claims[DEBTOR], -amount_minor)
    for tranche, part in zip(contract.tranches, shares.tranches_minor, strict=True):
        if part == 0:
            continue
        legs.put(claims[tranche.funder_code], part)
        if tranche.funder is None:
            legs.put(shared.house_transit(), part)
            legs.put(shared.at(address="house/income/recovery"), -part)
        else:
            legs.put(shared.funder_transit(funder_id=tranche.funder.id), part)
            legs.put(tranche.funder.available_account_id, -part)
    if shares.reserve_minor:
        legs.put(claims[RESERVE], shares.reserve_minor)
        legs.put(shared.reserve_transit(), shares.reserve_minor)
        legs.put(shared.at(address="reserve/fund"), -shares.reserve_minor)
    return legs
