"""Contracts are opened in sets, as drafts, with everything that they need."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import ContractState, FinancingContract, FundingTranche
from contracts.queries.accounts import accounts_of
from contracts.services.contracts import ContractDraft, TrancheDraft, open_contracts
from contracts.services.refusals import (
    ContractExists,
    FunderTwice,
    NotAClient,
    NotAFunder,
    SharesNotWhole,
    TermsNotActive,
)
from contracts.services.terms import propose_terms
from tests.contracts.builders import REASON, TERMS, Lending


@pytest.fixture
def draft(book: Lending) -> ContractDraft:
    return ContractDraft(
        code="F7",
        client_id=book.party("CHEN", "client").id,
        custodian_id=book.custodian_id,
        terms_id=book.terms["MARGIN"].id,
        opened_on=book.day,
        tranches=(TrancheDraft(book.party("AURORA", "funder").id, 1_000_000, 55_000),),
    )


def opened(book: Lending, *drafts: ContractDraft) -> list[FinancingContract]:
    return open_contracts(book_id=book.book.id, drafts=drafts, actor_id=book.maker.id, reason=REASON)


class TestOpenContracts:
    def test_opens_a_draft_with_its_accounts(self, book: Lending, draft: ContractDraft) -> None:
        (contract,) = opened(book, draft)
        assert contract.state == ContractState.DRAFT
        assert list(accounts_of(contract=contract).values_list("address", flat=True)) == [
            "client/CHEN/F7/cash",
            "client/CHEN/F7/cash/unsettled",
            "contract/F7/fee-receivable",
            "contract/F7/funded/AURORA",
            "contract/F7/funded/HOUSE",
            "contract/F7/interest-payable/AURORA",
            "contract/F7/interest-receivable",
            "contract/F7/penalty-receivable",
            "contract/F7/principal",
        ]

    def test_adds_a_house_tranche_without_share(self, book: Lending, draft: ContractDraft) -> None:
        (contract,) = opened(book, draft)
        house = FundingTranche.objects.get(contract=contract, funder=None)
        assert (house.share_ppm, house.ordinal) == (0, 2)

    def test_leaves_a_history_with_who_and_why(self, book: Lending, draft: ContractDraft) -> None:
        (contract,) = opened(book, draft)
        (row,) = contract.history.all()
        assert (row.history_user_id, row.history_change_reason) == (book.maker.id, REASON)

    def test_takes_as_many_statements_for_forty_contracts_as_for_one(
        self, book: Lending, draft: ContractDraft
    ) -> None:
        opened(book, draft)
        with CaptureQueriesContext(
            connection,
        ) as one:
            opened(book, replace(draft, code="F100"))
        with CaptureQueriesContext(connection) as forty:
            opened(book, *(replace(draft, code=f"F2{number}") for number in range(40)))
        assert len(forty) == len(one)

    def test_refuses_terms_that_are_not_in_force(self, book: Lending, draft: ContractDraft) -> None:
        terms = propose_terms(
            product_id=book.terms["MARGIN"].product_id, unit_id=book.units["CNY"], draft=TERMS
        )
        with pytest.raises(TermsNotActive):
            opened(book, replace(draft, terms_id=terms.id))

    def test_refuses_a_borrower_who_is_no_client(self, book: Lending, draft: ContractDraft) -> None:
        with pytest.raises(NotAClient):
            opened(book, replace(draft, client_id=book.party("AURORA", "funder").id))
        with pytest.raises(NotAClient):
            opened(book, replace(draft, client_id=0))

    def test_refuses_a_lender_who_is_no_funder(self, book: Lending, draft: ContractDraft) -> None:
        tranche = TrancheDraft(book.party("DUBOIS", "client").id, 1_000_000, 55_000)
        with pytest.raises(NotAFunder):
            opened(book, replace(draft, tranches=(tranche,)))

    def test_refuses_shares_that_do_not_make_the_whole(self, book: Lending, draft: ContractDraft) -> None:
        short = tuple(replace(tranche, share_ppm=999_999) for tranche in draft.tranches)
        with pytest.raises(SharesNotWhole):
            opened(book, replace(draft, tranches=short))

    def test_refuses_a_funder_twice(self, book: Lending, draft: ContractDraft) -> None:
        half = replace(draft.tranches[0], share_ppm=500_000)
        with pytest.raises(FunderTwice):
            opened(book, replace(draft, tranches=(half, half)))

    def test_refuses_a_code_that_is_taken(self, book: Lending, draft: ContractDraft) -> None:
        opened(book, draft)
        with pytest.raises(ContractExists):
            opened(book, draft)
