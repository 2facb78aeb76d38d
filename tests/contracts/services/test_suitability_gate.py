"""A client whose standing has a fault neither applies nor draws, and the refusal names which."""

import datetime as dt

import pytest

from accounts.models import Party, PartyLocale, PartyStatus, SuitabilityAssessment
from accounts.queries.suitability import SuitabilityFault
from accounts.services.approvals import approve
from accounts.services.disclosures import (
    activate_disclosure,
    propose_disclosure,
    propose_disclosure_activation,
)
from accounts.services.parties import change_party_status, register_party
from accounts.services.suitability import assess_suitability
from contracts.models import Drawdown, FinancingContract
from contracts.services import suitability_gate as gate
from contracts.services.contracts import TrancheDraft
from contracts.services.drawdown import DrawdownDraft, draw_downs
from contracts.services.drawdown_permission import (
    DynamicCapExceeded,
    LeverageExceeded,
    LoansExceedCapital,
    OwnBelowMinimum,
    TierCapExceeded,
)
from contracts.services.suitability_gate import refuse_unsuitable
from contracts.services.terms import TermsDraft
from tests.contracts.builders import REASON, Lending
from tests.contracts.services.test_rule_packs import CN_TERMS, put_in_force

HOUSE_LENDS = (TrancheDraft(None, 1_000_000),)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Chen's contract on the house's money, with 500,000.00 of her own."""
    made = book.open(tranches=HOUSE_LENDS)
    book.deposit(made, 50_000_000)
    return made


def stranger(book: Lending, code: str = "NOVAK") -> Party:
    """A client of whom nothing is known."""
    party = register_party(
        code=code, kind="client", display_name=code.title(), actor_id=book.maker.id, reason=REASON
    )
    book.parties[code] = party
    return party


class TestRefuseUnsuitable:
    def test_has_a_name_for_every_fault(self) -> None:
        assert gate.BY_FAULT.keys() == set(SuitabilityFault)
        assert len({refusal.code for refusal in gate.BY_FAULT.values()}) == len(SuitabilityFault)

    def test_says_how_each_client_stands(self, book: Lending, contract: FinancingContract) -> None:
        (standing,) = refuse_unsuitable(contract_ids=[contract.id], on=book.day).values()
        assert (standing.tier, standing.faults) == (5, ())

    def test_stops_an_application_of_a_client_nobody_knows(self, book: Lending) -> None:
        stranger(book)
        made = book.open("F2", client="NOVAK", approved=False)
        with pytest.raises(gate.IdentityMissing, match=r"F2: identity_missing, .*disclosure_missing"):
            book.move(made, "submitted")

    def test_stops_a_drawdown_once_the_assessment_has_expired(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        """The application was in order; what was known then holds no longer."""
        book.keeps_papers = False
        asked = SuitabilityAssessment.objects.get(party=contract.client)
        assess_suitability(
            party_id=contract.client_id,
            version_id=asked.questionnaire_id,
            answers=asked.answers,
            assessed_on=book.day,
            expires_on=book.day + dt.timedelta(days=30),
            maker_id=book.maker.id,
        )
        book.advance(book.day + dt.timedelta(days=30))
        book.draw(contract, 1000)
        book.advance(book.day + dt.timedelta(days=1))
        with pytest.raises(gate.SuitabilityExpired, match="F1: suitability_expired"):
            book.draw(contract, 1000)

    def test_stops_a_drawdown_until_a_new_disclosure_is_acknowledged(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        told = propose_disclosure(
            code="RISK",
            effective_from=book.day,
            texts={locale: ("Risk", f"More than all ({locale}).") for locale in PartyLocale},
            maker_id=book.maker.id,
            reason=REASON,
        )
        approval = propose_disclosure_activation(version_id=told.pk, maker_id=book.maker.id)
        approve(approval_id=approval.id, checker_id=book.checker.id)
        activate_disclosure(version_id=told.pk, approval_id=approval.id, actor_id=book.maker.id)
        with pytest.raises(gate.DisclosureMissing, match="F1: disclosure_missing"):
            book.draw(contract, 1000)

    def test_stops_a_drawdown_once_the_screening_has_run_out(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.keeps_papers = False
        book.advance(book.day + dt.timedelta(days=367))
        with pytest.raises(gate.ScreeningMissing, match="F1: screening_missing"):
            book.draw(contract, 1000)
        book.onboard(book.parties["CHEN"])
        book.draw(contract, 1000)

    def test_stops_a_drawdown_of_a_suspended_client(self, book: Lending, contract: FinancingContract) -> None:
        change_party_status(
            party_id=contract.client_id,
            status=PartyStatus.SUSPENDED,
            actor_id=book.maker.id,
            reason=REASON,
        )
        with pytest.raises(gate.ClientNotActive):
            book.draw(contract, 1000)


class TestCaps:
    def test_hold_a_client_to_its_tier(self, book: Lending, contract: FinancingContract) -> None:
        """Tier C3 of the platform's pack is 3 : 1: own 500,000.00 carry a million."""
        book.onboard(book.parties["CHEN"], tier=3)
        with pytest.raises(TierCapExceeded, match=r"maximum 3 \(tier\)"):
            book.draw(contract, 100_000_001)
        book.draw(contract, 100_000_000)

    def test_hold_a_client_to_the_day_s_dynamic_limit(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        with pytest.raises(DynamicCapExceeded):
            draw_downs(
                drafts=[DrawdownDraft(contract.id, 25_000_001, book.day, "d", dynamic_cap_ppm=1_500_000)],
                booking_date=book.day,
                maker_id=book.maker.id,
            )

    @pytest.mark.parametrize(
        ("opened_on", "terms", "room"),
        [
            # Vector M6: 500,000.00 of margin carry 625,000.00 at 80 % and 500,000.00 at 100 %.
            (dt.date(2026, 1, 16), "CN_MARGIN/v1", 62_500_000),
            (dt.date(2026, 1, 19), "CN_MARGIN/v2", 50_000_000),
        ],
    )
    def test_hold_a_contract_to_its_vintage_after_the_pack_has_changed(
        self, book: Lending, opened_on: dt.date, terms: str, room: int
    ) -> None:
        at_80 = terms.endswith("v1")
        draft = TermsDraft(
            client_rate_ppm=65_000,
            calendar_code="XSHG",
            day_count="ACT_360",
            initial_margin_ppm=CN_TERMS.initial_margin_ppm if at_80 else 500_000,
            max_leverage_ppm=CN_TERMS.max_leverage_ppm if at_80 else 2_000_000,
            rule_pack=terms,
        )
        book.put_terms_in_force("CN", draft)
        book.advance(dt.date(2026, 1, 16))
        book.onboard(book.party("DUBOIS", "client"))
        made = book.open(
            "F2",
            client="DUBOIS",
            terms="CN",
            tranches=HOUSE_LENDS,
            opened_on=opened_on,
            matures_on=dt.date(2026, 7, 16),
        )
        book.deposit(made, 50_000_000)
        book.advance(dt.date(2026, 1, 20))
        with pytest.raises(LeverageExceeded, match=r"maximum (9/4|2) "):
            book.draw(made, room + 1)
        book.draw(made, room)
        row = Drawdown.objects.get(contract=made)
        assert (str(row.rule_pack_version), row.financed_minor, row.tier) == (
            terms.replace("/", " "),
            room,
            5,
        )

    def test_ask_for_the_pack_s_minimum_of_one_s_own(self, book: Lending) -> None:
        put_in_force(book, effective_from="2024-01-01", minimum_own_minor=200_000, minimum_own_unit="CNY")
        book.put_terms_in_force("HARB", us_like())
        made = book.open("F2", terms="HARB", tranches=HOUSE_LENDS)
        book.deposit(made, 199_999)
        with pytest.raises(OwnBelowMinimum):
            book.draw(made, 1000)
        book.deposit(made, 1)
        book.draw(made, 1000)

    def test_keep_all_loans_within_the_multiple_of_capital(self, book: Lending) -> None:
        """A capital of 10,000.00 at five times carries 50,000.00, of all contracts together."""
        put_in_force(book, effective_from="2024-01-01", loans_to_capital_ppm=5_000_000)
        book.put_terms_in_force("HARB", us_like())
        first = book.open("F1", tranches=HOUSE_LENDS)
        second = book.open("F2", client="DUBOIS", terms="HARB", tranches=HOUSE_LENDS)
        for made in (first, second):
            book.deposit(made, 10_000_000)
        book.capital(1_000_000)
        book.draw(first, 4_000_000)
        with pytest.raises(LoansExceedCapital, match="loans 4000000, capital 1000000, drawn 1000001"):
            book.draw(second, 1_000_001)
        book.draw(second, 1_000_000)


def us_like() -> TermsDraft:
    return TermsDraft(
        client_rate_ppm=65_000,
        calendar_code="XSHG",
        initial_margin_ppm=500_000,
        max_leverage_ppm=2_000_000,
        rule_pack="HARBOUR",
    )


class TestDrawdownRow:
    def test_says_what_permitted_it(self, book: Lending, contract: FinancingContract) -> None:
        entry = book.draw(contract, 1_000_000)
        row = Drawdown.objects.get(entry_id=entry.entry_id)
        assert (row.own_minor, row.financed_minor, row.amount_minor) == (50_000_000, 1_000_000, 1_000_000)
        assert (row.cap_ppm, row.cap_source, row.tier) == (5_000_000, "initial", 5)
        assert row.assessment.party_id == contract.client_id
        assert str(row.rule_pack_version) == "PLATFORM v1"

    def test_is_written_once_for_a_request_that_comes_twice(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        for _ in range(2):
            book.draw(contract, 1_000_000, key="form-12")
        assert Drawdown.objects.count() == 1
