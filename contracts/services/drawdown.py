"""Draw money on contracts: from the tranches by their shares to the client's cash, through transit."""

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from contracts.domain.states import DRAWABLE
from contracts.models import ContractState, FinancingContract
from contracts.queries.accounts import SharedAccounts, shared_accounts
from contracts.queries.balances import ContractBalances, TrancheBalance
from contracts.services.drawdown_permission import (
    DrawdownDraft,
    LeverageExceeded,
    permit_drawdowns,
    write_drawdowns,
)
from contracts.services.entries import (
    CALLER,
    Legs,
    Request,
    earlier_entries,
    limits_named,
    locked_balances,
    refuse_unfit,
)
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from contracts.services.states import StateMove, move_states
from ledger.domain.allocation import allocate_largest_remainder
from ledger.queries.holds import account_balances
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entries
from ledger.services.refusals import AccountRestricted

__all__ = [
    "DrawdownDraft",
    "FinancingRestricted",
    "FunderExhausted",
    "LeverageExceeded",
    "NotDrawable",
    "NotOpenYet",
    "PastMaturity",
    "draw_down",
    "draw_downs",
]


class NotDrawable(ContractRefusal):
    """The contract is not approved or active."""

    code = "contracts_drawdown_contract_is_drawable"
    sentence = _("Money is drawn on approved or active contracts only.")


class FinancingRestricted(ContractRefusal):
    """A restriction forbids new financing of the contract."""

    code = "contracts_drawdown_financing_unrestricted"
    sentence = _("New financing of this contract is restricted; see the reason, and lift it at its source.")


class FunderExhausted(ContractRefusal):
    """A funder has not enough available money for its share."""

    code = "contracts_drawdown_funder_covers_share"
    sentence = _("The funder's available money does not cover its share; have it pay in, or draw less.")


class NotOpenYet(ContractRefusal):
    """The contract opens after the booking date or the value date."""

    code = "contracts_drawdown_contract_has_opened"
    sentence = _("The contract opens later.")


class PastMaturity(ContractRefusal):
    """The contract has reached its maturity."""

    code = "contracts_drawdown_before_maturity"
    sentence = _("Nothing is drawn from the maturity on; extend the contract before it, or open another.")


def draw_down(
    *,
    contract_id: int,
    amount_minor: int,
    booking_date: dt.date,
    value_date: dt.date,
    maker_id: int,
    idempotency_key: str,
    securities_minor: int = 0,
) -> PostedEntry:
    """Draw money on one contract; as `draw_downs`."""
    draft = DrawdownDraft(contract_id, amount_minor, value_date, idempotency_key, securities_minor)
    return draw_downs(drafts=[draft], booking_date=booking_date, maker_id=maker_id)[0]


def draw_downs(*, drafts: Sequence[DrawdownDraft], booking_date: dt.date, maker_id: int) -> list[PostedEntry]:
    """Draw money on any number of contracts of one book, one entry each, all or none.

    Joins the caller's transaction, else is its own; locks the contracts in id order. Each tranche gives its
    share by largest remainder; an approved contract becomes active. A key that was used for the same request
    returns its entry.

    :raises AmountNotPositive, ValueDateAhead: the request is unfit.
    :raises NotDrawable: a contract is neither approved nor active.
    :raises NotOpenYet: a contract opens after the booking date or the value date.
    :raises PastMaturity: a contract has reached its maturity.
    :raises Unsuitable: a client's standing has a fault; the subclass names it.
    :raises LeverageExceeded, PackCapExceeded, TierCapExceeded, DynamicCapExceeded: the smallest of 1/m - 1,
        the terms' caps, the rule pack's, the tier's and the dynamic limit would be exceeded.
    :raises OwnBelowMinimum, LoansExceedCapital: limits of the rule pack beside leverage.
    :raises PrincipalBeforeReplacement: a funder took another's place after the value date.
    :raises FunderExhausted: a funder's available money does not cover its share; names the funder.
    :raises FinancingRestricted: a restriction is in force on the client's cash.
    Source: DESIGN 4 (drawdown, house tranche), 5 (suitability, leverage).
    """
    for draft in drafts:
        refuse_unfit(amount_minor=draft.amount_minor, booking_date=booking_date, value_date=draft.value_date)
    with transaction.atomic():
        found = locked_balances(contract_ids=[draft.contract_id for draft in drafts])
        replays = _replays(drafts, found)
        fresh = [draft for draft in drafts if draft.idempotency_key not in replays]
        _refuse_undrawable(fresh, found, booking_date)
        permitted = permit_drawdowns(drafts=fresh, found=found, booking_date=booking_date) if fresh else []
        _refuse_exhausted(fresh, found)
        posted = _post(fresh, found, booking_date, maker_id) if fresh else {}
        if fresh:
            book_id = found[fresh[0].contract_id].book_id
            write_drawdowns(permitted=permitted, posted=posted, book_id=book_id, booking_date=booking_date)
    entries = replays | posted
    return [entries[draft.idempotency_key] for draft in drafts]


def _replays(
    drafts: Sequence[DrawdownDraft], found: Mapping[int, ContractBalances]
) -> dict[str, PostedEntry]:
    requests = [
        Request(
            draft.idempotency_key,
            "drawdown",
            draft.value_date,
            found[draft.contract_id].principal_account_id,
            draft.amount_minor,
        )
        for draft in drafts
    ]
    return earlier_entries(book_id=next(iter(found.values())).book_id, requests=requests) if requests else {}


def _refuse_undrawable(
    drafts: Sequence[DrawdownDraft], found: Mapping[int, ContractBalances], booking_date: dt.date
) -> None:
    contracts = FinancingContract.objects.in_bulk([draft.contract_id for draft in drafts])
    for draft in drafts:
        contract = found[draft.contract_id]
        if contract.state not in DRAWABLE:
            raise NotDrawable(f"{contract.code} is {contract.state}")
        opened_on, matures_on = (
            contracts[draft.contract_id].opened_on,
            contracts[draft.contract_id].matures_on,
        )
        if opened_on > min(booking_date, draft.value_date):
            raise NotOpenYet(f"{contract.code}: {opened_on}")
        if matures_on is not None and matures_on <= booking_date:
            raise PastMaturity(f"{contract.code}: {matures_on}")


def _refuse_exhausted(drafts: Sequence[DrawdownDraft], found: Mapping[int, ContractBalances]) -> None:
    """Refuse before posting, with the funder's name; the ledger's limit holds against the rest."""
    needed: dict[int, int] = {}
    names: dict[int, str] = {}
    for draft in drafts:
        for tranche, part in _shares(found[draft.contract_id], draft.amount_minor):
            if tranche.funder is not None:
                account_id = tranche.funder.available_account_id
                needed[account_id] = needed.get(account_id, 0) + part
                names[account_id] = tranche.funder.code
    now = account_balances(account_ids=needed)
    for account_id, amount_minor in needed.items():
        free_minor = now[account_id].available_minor or 0
        if amount_minor > free_minor:
            raise FunderExhausted(f"{names[account_id]} has {free_minor} available, needs {amount_minor}")


def _shares(contract: ContractBalances, amount_minor: int) -> list[tuple[TrancheBalance, int]]:
    parts = allocate_largest_remainder(amount_minor, [tranche.share_ppm for tranche in contract.tranches])
    return list(zip(contract.tranches, parts, strict=True))


def _post(
    drafts: Sequence[DrawdownDraft],
    found: Mapping[int, ContractBalances],
    booking_date: dt.date,
    maker_id: int,
) -> dict[str, PostedEntry]:
    book_id = found[drafts[0].contract_id].book_id
    units = {found[draft.contract_id].unit_id for draft in drafts}
    shared = {unit_id: shared_accounts(book_id=book_id, unit_id=unit_id) for unit_id in units}
    exhausted: dict[int, ContractRefusal] = {
        tranche.funder.available_account_id: FunderExhausted(tranche.funder.code)
        for draft in drafts
        for tranche in found[draft.contract_id].tranches
        if tranche.funder is not None
    }
    entries = [_entry(draft, found[draft.contract_id], shared) for draft in drafts]
    try:
        with named_contract_refusals(), limits_named(by_account=exhausted):
            posted = post_journal_entries(
                book_id=book_id, booking_date=booking_date, drafts=entries, caller=CALLER, maker_id=maker_id
            )
    except AccountRestricted as error:
        raise FinancingRestricted(error.detail) from error
    approved = {
        draft.contract_id for draft in drafts if found[draft.contract_id].state == ContractState.APPROVED
    }
    if approved:
        move_states(
            moves=[StateMove(contract_id, ContractState.ACTIVE) for contract_id in sorted(approved)],
            business_date=booking_date,
            actor_id=maker_id,
            reason="first drawdown",
        )
    return {entry.idempotency_key: entry for entry in posted}


def _entry(
    draft: DrawdownDraft, contract: ContractBalances, shared: Mapping[int, SharedAccounts]
) -> EntryDraft:
    common = shared[contract.unit_id]
    legs = Legs()
    legs.put(contract.principal_account_id, draft.amount_minor)
    for tranche, part in _shares(contract, draft.amount_minor):
        if part == 0:
            continue
        legs.put(tranche.funded_account_id, -part)
        if tranche.funder is None:
            legs.put(common.at(address="house/funding"), part)
            legs.put(common.house_transit(), -part)
        else:
            legs.put(tranche.funder.available_account_id, part)
            legs.put(common.funder_transit(funder_id=tranche.funder.id), -part)
    legs.put(common.client_transit(custodian_id=contract.custodian_id), draft.amount_minor)
    legs.put(contract.cash_account_id, -draft.amount_minor)
    return EntryDraft(
        kind="drawdown",
        value_date=draft.value_date,
        narration=f"Drawdown on {contract.code}",
        source_reference=f"contract:{contract.code}",
        idempotency_key=draft.idempotency_key,
        postings=legs.postings(),
    )
