"""Open financing contracts: the contract, its tranches and its ledger accounts, any number in a few
statements.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Party
from accounts.services.actor import acting
from contracts.models import FinancingContract, FundingSource, FundingTranche, TermsVersion
from contracts.queries.balances import HOUSE
from contracts.services.refusals import NotAClient, NotAFunder, TermsNotActive, named_contract_refusals
from ledger.services.accounts import AccountDraft, open_accounts


@dataclass(frozen=True, slots=True)
class TrancheDraft:
    """One source of a contract's money; `funder_id` None is the house, which has no rate (it earns the
    residual).
    """

    funder_id: int | None
    share_ppm: int
    rate_ppm: int = 0
    seniority: int = 1
    is_matched: bool = False
    """Of a funder: money of another platform, matched, instead of a third party's own."""

    @property
    def source(self) -> FundingSource:
        """Whose money it is."""
        if self.funder_id is None:
            return FundingSource.OWN
        return FundingSource.MATCHED if self.is_matched else FundingSource.THIRD_PARTY


@dataclass(frozen=True, slots=True)
class ContractDraft:
    """A contract to be opened. `code` becomes part of ledger addresses: capitals, digits and dashes, at most
    16.
    """

    code: str
    client_id: int
    custodian_id: int
    terms_id: int
    opened_on: dt.date
    tranches: tuple[TrancheDraft, ...]
    matures_on: dt.date | None = None


def open_contracts(
    *, book_id: int, drafts: Sequence[ContractDraft], actor_id: int, reason: str
) -> list[FinancingContract]:
    """Open contracts as drafts, with tranches and ledger accounts; all or none.

    Joins the caller's transaction, else is its own. A house tranche without share is added where none is
    given: capitalised spread becomes principal of the house. Suitability is not looked at here.

    :returns: one contract per draft, in the order given.
    :raises TermsNotActive: terms are unknown or still a draft.
    :raises NotAClient: the party is unknown or no client.
    :raises NotAFunder: a tranche's party is unknown or no funder.
    :raises ContractExists, SharesNotWhole, FunderTwice: by the rule's name, see docs/rules/contracts.md.
    Source: DESIGN 5.
    """
    terms = TermsVersion.objects.in_bulk({draft.terms_id for draft in drafts})
    codes = _party_codes(drafts)
    for draft in drafts:
        if draft.terms_id not in terms:
            raise TermsNotActive(f"{draft.code}: no terms {draft.terms_id}")
        if draft.client_id not in codes:
            raise NotAClient(f"{draft.code}: no party {draft.client_id}")
        for tranche in draft.tranches:
            if tranche.funder_id is not None and tranche.funder_id not in codes:
                raise NotAFunder(f"{draft.code}: no party {tranche.funder_id}")
    units = {draft.code: terms[draft.terms_id].unit_id for draft in drafts}
    with named_contract_refusals(), acting(actor_id=actor_id, reason=reason), transaction.atomic():
        accounts = open_accounts(book_id=book_id, drafts=list(_account_drafts(drafts, units, codes)))
        contracts = FinancingContract.objects.bulk_create(
            [_contract(book_id, draft, units[draft.code], codes, accounts) for draft in drafts]
        )
        FundingTranche.objects.bulk_create(
            [
                _tranche(contract, number, tranche, codes, accounts)
                for contract, draft in zip(contracts, drafts, strict=True)
                for number, tranche in enumerate(_with_house(draft.tranches), start=1)
            ]
        )
    return contracts


def open_tranche(
    *, contract: FinancingContract, number: int, draft: TrancheDraft, codes: Mapping[int, str]
) -> FundingTranche:
    """Open a further tranche's ledger accounts and return the tranche, not saved yet.

    Requires the caller's transaction. `codes` has the funder's.
    """
    accounts = open_accounts(
        book_id=contract.book_id,
        drafts=list(_tranche_drafts(contract.code, contract.unit_id, draft.funder_id, codes)),
    )
    return _tranche(contract, number, draft, codes, accounts)


def _party_codes(drafts: Sequence[ContractDraft]) -> dict[int, str]:
    funders = {tranche.funder_id for draft in drafts for tranche in draft.tranches}
    ids = {draft.client_id for draft in drafts} | {one for one in funders if one is not None}
    return dict(Party.objects.filter(id__in=ids).values_list("id", "code"))


def _with_house(tranches: tuple[TrancheDraft, ...]) -> tuple[TrancheDraft, ...]:
    if any(tranche.funder_id is None for tranche in tranches):
        return tranches
    return (*tranches, TrancheDraft(funder_id=None, share_ppm=0))


def _account_drafts(
    drafts: Sequence[ContractDraft], units: Mapping[str, int], codes: Mapping[int, str]
) -> Iterator[AccountDraft]:
    for unit_id in sorted(set(units.values())):
        yield from house_drafts(unit_id=unit_id)
    for draft in drafts:
        code, unit_id = draft.code, units[draft.code]
        cash = f"client/{codes[draft.client_id]}/{code}/cash"
        yield AccountDraft(
            cash, unit_id, "client", "entitlement", 2010, draft.client_id, code, "no_debit_balance"
        )
        yield AccountDraft(f"{cash}/unsettled", unit_id, "client", "unsettled", 2030, draft.client_id, code)
        for address, ring, role, category in (
            ("principal", "principal", "loan_principal", 1210),
            ("interest-receivable", "house", "interest_receivable", 1310),
            ("penalty-receivable", "house", "penalty_receivable", 1320),
            ("fee-receivable", "house", "fee_receivable", 1330),
        ):
            yield AccountDraft(
                f"contract/{code}/{address}", unit_id, ring, role, category, None, code, "no_credit_balance"
            )
        for tranche in _with_house(draft.tranches):
            yield from _tranche_drafts(code, unit_id, tranche.funder_id, codes)


def _tranche_drafts(
    code: str, unit_id: int, funder_id: int | None, codes: Mapping[int, str]
) -> Iterator[AccountDraft]:
    yield AccountDraft(
        _funded(code, funder_id, codes),
        unit_id,
        "principal",
        "funded_principal",
        2220,
        funder_id,
        code,
        "no_debit_balance",
    )
    if funder_id is not None:
        yield AccountDraft(
            f"contract/{code}/interest-payable/{codes[funder_id]}",
            unit_id,
            "house",
            "funder_interest",
            2230,
            funder_id,
            code,
        )
        yield AccountDraft(
            f"funder/{codes[funder_id]}/available",
            unit_id,
            "funder",
            "funder_available",
            2210,
            funder_id,
            limit="no_debit_balance",
        )


def house_drafts(*, unit_id: int) -> Iterator[AccountDraft]:
    """Draft what the contracts of a currency post to in the house ring. Reads and writes nothing."""
    yield AccountDraft("house/funding", unit_id, "house", "house_funding", 1410)
    for name, category in (("spread", 4010), ("penalty", 4030), ("fee", 4040), ("recovery", 4050)):
        yield AccountDraft(f"house/income/{name}", unit_id, "house", "income", category, is_hot=True)
    for name, category in (("waived", 5010), ("loan-loss", 5040), ("bad-spread", 5050)):
        yield AccountDraft(f"house/expense/{name}", unit_id, "house", "expense", category, is_hot=True)


def _funded(code: str, funder_id: int | None, codes: Mapping[int, str]) -> str:
    return f"contract/{code}/funded/{HOUSE if funder_id is None else codes[funder_id]}"


def _contract(
    book_id: int,
    draft: ContractDraft,
    unit_id: int,
    codes: Mapping[int, str],
    accounts: Mapping[tuple[str, int], int],
) -> FinancingContract:
    cash = f"client/{codes[draft.client_id]}/{draft.code}/cash"
    of_contract = f"contract/{draft.code}"
    return FinancingContract(
        book_id=book_id,
        code=draft.code,
        client_id=draft.client_id,
        custodian_id=draft.custodian_id,
        terms_id=draft.terms_id,
        unit_id=unit_id,
        opened_on=draft.opened_on,
        matures_on=draft.matures_on,
        cash_account_id=accounts[cash, unit_id],
        unsettled_cash_account_id=accounts[f"{cash}/unsettled", unit_id],
        principal_account_id=accounts[f"{of_contract}/principal", unit_id],
        interest_account_id=accounts[f"{of_contract}/interest-receivable", unit_id],
        penalty_account_id=accounts[f"{of_contract}/penalty-receivable", unit_id],
        fee_account_id=accounts[f"{of_contract}/fee-receivable", unit_id],
    )


def _tranche(
    contract: FinancingContract,
    number: int,
    draft: TrancheDraft,
    codes: Mapping[int, str],
    accounts: Mapping[tuple[str, int], int],
) -> FundingTranche:
    unit_id, funder_id = contract.unit_id, draft.funder_id
    of_funder = None if funder_id is None else codes[funder_id]
    payable = f"contract/{contract.code}/interest-payable/{of_funder}"
    return FundingTranche(
        contract=contract,
        ordinal=number,
        funder_id=funder_id,
        share_ppm=draft.share_ppm,
        rate_ppm=draft.rate_ppm,
        seniority=draft.seniority,
        source=draft.source,
        funded_account_id=accounts[_funded(contract.code, funder_id, codes), unit_id],
        interest_account_id=None if of_funder is None else accounts[payable, unit_id],
        available_account_id=None
        if of_funder is None
        else accounts[f"funder/{of_funder}/available", unit_id],
    )
