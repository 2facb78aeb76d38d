"""What two people approved is what comes into force, and never looser than the contract's rule pack."""

import datetime as dt
from dataclasses import replace

import pytest

from accounts.services.actor import acting
from accounts.services.approvals import execute_approval
from contracts.models import FeeKind, FeeSchedule, InterestChange, TermsVersion
from contracts.services.amendments import carry_out_amendment, propose_extension
from contracts.services.interest import accrue_interest
from contracts.services.terms import propose_activation, propose_terms
from tests.contracts.builders import REASON, TERMS, Lending, lending
from tests.contracts.services.test_rule_packs import CN_TERMS
from tests.invariants import test_lifecycle
from tests.invariants.test_contracts import refused


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


class TestActivation:
    @pytest.mark.parametrize("change", [{"client_rate_ppm": 240_000}, {"call_ppm": 1_310_000}, {"fee": 1}])
    def test_puts_in_force_what_was_approved(self, book: Lending, change: dict[str, int]) -> None:
        """A draft may change until its approval is used: what was read is compared with what is written."""
        draft = propose_terms(
            product_id=book.terms["MARGIN"].product_id, unit_id=book.units["CNY"], draft=TERMS
        )
        asked = propose_activation(terms_id=draft.pk, maker_id=book.maker.id)
        number = book.agree(asked)
        execute_approval(approval_id=number, kind=asked.kind, subject=asked.subject, payload=asked.payload)
        row = TermsVersion.objects.filter(pk=draft.pk)
        with refused(book, "contracts_termsversion_activation_executed"):
            if "fee" in change:
                FeeSchedule.objects.create(
                    terms=draft, ordinal=1, kind=FeeKind.MANAGEMENT, basis="flat", amount_minor=1
                )
                row.update(state="active", approval=number)
            else:
                row.update(state="active", approval=number, **change)
        with acting(actor_id=book.maker.id, reason=REASON):
            row.update(state="active", approval=number)


class TestAmendment:
    def test_is_never_looser_than_the_contracts_own_pack(self, book: Lending) -> None:
        """Opened at 100 % of margin; the platform's own terms and those of 80 % are looser."""
        today = dt.date(2026, 1, 20)
        book.put_terms_in_force("LOOSE", CN_TERMS)
        book.put_terms_in_force(
            "STRICT", replace(CN_TERMS, initial_margin_ppm=500_000, max_leverage_ppm=2_000_000)
        )
        book.advance(today)
        contract = book.open("F1", terms="STRICT", matures_on=dt.date(2026, 7, 19))
        platform = book.next_terms(replace(TERMS, day_count="ACT_360"))
        row = test_lifecycle.TestAmendments().row
        for terms in (book.terms["LOOSE"], platform):
            amendment = row(book, contract, terms.pk, effective_from=today + dt.timedelta(days=1))
            with refused(book, "contracts_contractamendment_terms_within_pack"):
                amendment.save()
        dearer = book.next_terms(
            replace(CN_TERMS, initial_margin_ppm=500_000, max_leverage_ppm=2_000_000, client_rate_ppm=1),
            "STRICT",
        )
        row(book, contract, dearer.pk, effective_from=today + dt.timedelta(days=1)).save()


class TestExtension:
    def test_of_a_february_maturity_loses_no_night(self, book: Lending) -> None:
        """30E/360 ISDA: 28 February weighs 28 as a maturity, and 30 once that has moved on."""
        maturity = dt.date(2025, 2, 28)
        book.put_terms_in_force("ISDA", replace(TERMS, day_count="THIRTY_E_360_ISDA"))
        book.terms["MARGIN"] = book.terms["ISDA"]
        contract = book.drawn(matures_on=maturity)
        book.advance(maturity)
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert book.of(contract).interest_minor == round(100_000_000 * 57 * 0.065 / 360)
        approval = propose_extension(
            contract_id=contract.pk,
            matures_on=dt.date(2025, 8, 31),
            effective_from=maturity,
            reason="more time",
            maker_id=book.maker.id,
        )
        carry_out_amendment(approval_id=book.agree(approval), actor_id=book.checker.id)
        assert InterestChange.objects.get().contract_id == contract.pk
        book.advance(dt.date(2025, 3, 31))
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        # From 1 January to 31 March: 89 days of thirty to a month.
        assert book.of(contract).interest_minor == round(100_000_000 * 89 * 0.065 / 360)
