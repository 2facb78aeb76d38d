"""The postings of a deficit: the reserve's draw, the tranches' losses, the spread that nobody pays, and the
claims.

Claims on the debtor are a memo of the principal ring, zero-sum per contract: what the reserve and each loser
may be repaid from a later recovery. Their accounts are opened when a contract first defaults.
"""

from collections.abc import Mapping

from contracts.domain.waterfall import DeficitAllocation
from contracts.queries.accounts import SharedAccounts
from contracts.queries.balances import ContractBalances
from contracts.services.entries import Legs
from ledger.services.accounts import AccountDraft, open_accounts

DEBTOR = "debtor"
RESERVE = "reserve"


def open_claims(*, contract: ContractBalances) -> dict[str, int]:
    """Open the claim accounts of a contract; the same again returns them. Joins the caller's transaction.

    :returns: account id by `debtor`, `reserve`, and the tranches' codes.
    """
    owners: dict[str, int | None] = {DEBTOR: None, RESERVE: None}
    owners |= {
        tranche.funder_code: tranche.funder.id if tranche.funder else None for tranche in contract.tranches
    }
    addresses = {name: f"contract/{contract.code}/claim/{name}" for name in owners}
    accounts = open_accounts(
        book_id=contract.book_id,
        drafts=[
            AccountDraft(
                addresses[name],
                contract.unit_id,
                "principal",
                "claim",
                9010 if name == DEBTOR else 9020,
                owner_id,
                contract.code,
                "no_credit_balance" if name == DEBTOR else "no_debit_balance",
            )
            for name, owner_id in owners.items()
        ],
    )
    return {name: accounts[address, contract.unit_id] for name, address in addresses.items()}


def draw_legs(
    *,
    contract: ContractBalances,
    deficit: DeficitAllocation,
    claims: Mapping[str, int],
    shared: SharedAccounts,
) -> Legs:
    """Return the postings by which the reserve pays principal and interest to tranches (DESIGN 4, reserve
    draw).
    """
    legs = Legs()
    legs.put(shared.at(address="reserve/fund"), deficit.draw_minor)
    legs.put(shared.reserve_transit(), -deficit.draw_minor)
    legs.put(claims[DEBTOR], deficit.draw_minor)
    legs.put(claims[RESERVE], -deficit.draw_minor)
    for tranche, outcome in zip(contract.tranches, deficit.outcomes, strict=True):
        principal, interest = outcome.drawn_principal_minor, outcome.drawn_interest_minor
        legs.put(contract.principal_account_id, -principal)
        legs.put(tranche.funded_account_id, principal)
        if tranche.funder is None:
            legs.put(shared.house_transit(), principal)
            legs.put(shared.at(address="house/funding"), -principal)
        elif principal + interest:
            legs.put(contract.interest_account_id, -interest)
            legs.put(tranche.funder.interest_account_id, interest)
            legs.put(shared.funder_transit(funder_id=tranche.funder.id), principal + interest)
            legs.put(tranche.funder.available_account_id, -principal - interest)
    return legs


def loss_legs(
    *,
    contract: ContractBalances,
    deficit: DeficitAllocation,
    claims: Mapping[str, int],
    shared: SharedAccounts,
) -> Legs:
    """Return the postings of the tranches' losses; the house's is its expense (DESIGN 4, funder loss, house
    tranche loss).
    """
    legs = Legs()
    for tranche, outcome in zip(contract.tranches, deficit.outcomes, strict=True):
        principal, interest = outcome.lost_principal_minor, outcome.lost_interest_minor
        legs.put(contract.principal_account_id, -principal)
        legs.put(tranche.funded_account_id, principal)
        legs.put(claims[DEBTOR], outcome.lost_minor)
        legs.put(claims[tranche.funder_code], -outcome.lost_minor)
        if tranche.funder is None:
            legs.put(shared.at(address="house/expense/loan-loss"), principal)
            legs.put(shared.at(address="house/funding"), -principal)
        else:
            legs.put(contract.interest_account_id, -interest)
            legs.put(tranche.funder.interest_account_id, interest)
    return legs


def bad_spread_legs(*, contract: ContractBalances, amount_minor: int, shared: SharedAccounts) -> Legs:
    """Return the postings that write off the platform's own unpaid interest."""
    legs = Legs()
    legs.put(shared.at(address="house/expense/bad-spread"), amount_minor)
    legs.put(contract.interest_account_id, -amount_minor)
    return legs
