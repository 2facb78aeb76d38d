"""What the database refuses of principal that is booked back, or made of interest, round the services."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.models import Approval
from contracts.models import FinancingContract, FundingSource, FundingTranche
from contracts.services.capitalisation import capitalise_due_interest
from contracts.services.funding import propose_replacement, replace_funder
from contracts.services.interest import accrue_interest
from contracts.services.interest_collection import capitalise_interest
from contracts.services.refusals import MoreThanOwed
from contracts.services.refusals_lifecycle import PrincipalBeforeReplacement, PrincipalNegative
from contracts.services.repayment import repay
from custody.models import CashHome
from custody.services.custodians import set_cash_home
from tests.contracts.builders import DAY_ONE, REASON, TERMS, Lending, lending
from tests.invariants.test_contracts import refused
from tests.invariants.test_drawdowns import settle

SIXTEENTH, FEBRUARY = dt.date(2025, 1, 16), dt.date(2025, 2, 1)


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    book.put_terms_in_force("GROWS", replace(TERMS, capitalisation_months=1))
    book.terms["MARGIN"] = book.terms["GROWS"]
    return book.drawn()


@pytest.fixture
def corvus(book: Lending, contract: FinancingContract) -> FundingTranche:
    """In Aurora's place since 16 January, when its fifteen nights had been counted."""
    home = CashHome.objects.get(ring="funder", owner=book.parties["AURORA"])
    set_cash_home(
        book_id=book.book.id,
        ring="funder",
        owner_id=book.party("CORVUS", "funder").id,
        custody_account_id=home.custody_account_id,
        actor_id=book.maker.id,
        reason=REASON,
    )
    book.advance(SIXTEENTH)
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    asked = propose_replacement(
        tranche_id=contract.tranches.get(funder__code="AURORA").pk,
        funder_id=book.parties["CORVUS"].id,
        rate_ppm=60_000,
        seniority=1,
        source=FundingSource.THIRD_PARTY,
        reason="Aurora leaves",
        maker_id=book.maker.id,
    )
    approval_id = book.agree(Approval.objects.get(pk=asked.pk))
    book.pay_in_early("CORVUS", 100_000_000)
    return replace_funder(
        approval_id=approval_id, booking_date=book.day, value_date=book.day, actor_id=book.checker.id
    ).tranche


def pay_back(book: Lending, contract: FinancingContract, value_date: dt.date) -> None:
    repay(
        contract_id=contract.pk,
        amount_minor=1_000_000,
        booking_date=book.day,
        value_date=value_date,
        maker_id=book.maker.id,
        idempotency_key="back",
    )


def raw_repayment(book: Lending, contract: FinancingContract, funder: str, value_date: dt.date) -> None:
    book.post_at(
        "repayment",
        {
            contract.cash_account_id: 1000,
            book.id_of("client/transit/BANKA"): -1000,
            contract.principal_account_id: -1000,
            book.id_of(f"contract/F1/funded/{funder}"): 1000,
            book.id_of("funder/transit/BANKA"): 1000,
            book.id_of(f"funder/{funder}/available"): -1000,
        },
        value_date,
    )


class TestPrincipal:
    def test_is_never_less_than_nothing_on_a_day(self, book: Lending, contract: FinancingContract) -> None:
        book.advance(SIXTEENTH)
        with refused(book, "contracts_principal_never_negative"):
            raw_repayment(book, contract, "BEACON", DAY_ONE - dt.timedelta(days=1))
            settle()
        with pytest.raises(PrincipalNegative):
            pay_back(book, contract, DAY_ONE - dt.timedelta(days=1))
        raw_repayment(book, contract, "BEACON", DAY_ONE)
        settle()

    def test_is_not_valued_before_a_funder_took_its_place(
        self, book: Lending, contract: FinancingContract, corvus: FundingTranche
    ) -> None:
        """Corvus would lose, and Aurora earn, for nights on which Aurora had lent."""
        before = SIXTEENTH - dt.timedelta(days=1)
        with refused(book, "contracts_fundingtranche_principal_since_it_joined"):
            raw_repayment(book, contract, "BEACON", before)
            settle()
        with pytest.raises(PrincipalBeforeReplacement):
            pay_back(book, contract, before)
        with pytest.raises(PrincipalBeforeReplacement):
            book.draw(contract, 1000, value_date=before)
        book.advance(SIXTEENTH + dt.timedelta(days=2))
        pay_back(book, contract, SIXTEENTH)
        settle()


class TestFunderThatWasReplaced:
    def test_lends_no_more_of_what_is_capitalised(
        self, book: Lending, contract: FinancingContract, corvus: FundingTranche
    ) -> None:
        """Aurora's 1,356.16 stay interest; what the others have earned becomes principal, to the cent."""
        book.advance(FEBRUARY)
        accrue_interest(book_id=book.book.id, business_date=FEBRUARY, maker_id=book.maker.id)
        held = book.of(contract)
        earned = {tranche.funder_code: tranche.interest_minor for tranche in held.tranches}
        assert (held.interest_minor, earned["AURORA"]) == (552_055, 135_616)
        with pytest.raises(MoreThanOwed, match="135616"):
            capitalise_interest(
                contract_id=contract.pk,
                amount_minor=552_055,
                booking_date=FEBRUARY,
                maker_id=book.maker.id,
                idempotency_key="all",
            )
        capitalise_due_interest(book_id=book.book.id, business_date=FEBRUARY, maker_id=book.maker.id)
        settle()
        held = book.of(contract)
        assert (held.interest_minor, held.principal_minor) == (135_616, 100_000_000 + 552_055 - 135_616)
        assert {one.funder_code: (one.principal_minor, one.interest_minor) for one in held.tranches} == {
            "AURORA": (0, 135_616),
            "BEACON": (40_000_000 + earned["BEACON"], 0),
            "HOUSE": (552_055 - sum(earned.values()), 0),
            "CORVUS": (60_000_000 + earned["CORVUS"], 0),
        }

    def test_is_refused_by_name_if_it_is_given_principal(
        self, book: Lending, contract: FinancingContract, corvus: FundingTranche
    ) -> None:
        settle()
        with refused(book, "contracts_fundingtranche_replaced_lends_no_more"):
            book.post_at(
                "interest_capitalised",
                {
                    contract.principal_account_id: 1000,
                    contract.interest_account_id: -1000,
                    book.id_of("contract/F1/interest-payable/AURORA"): 1000,
                    book.id_of("contract/F1/funded/AURORA"): -1000,
                },
            )
            settle()
