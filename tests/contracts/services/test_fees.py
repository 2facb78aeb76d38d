"""Fees by the terms: with drawdowns, by the month, with extensions, for early repayment; each once."""

import datetime as dt
from dataclasses import replace

import pytest

from contracts.models import FeeCharge, FeeKind, FinancingContract, TermsVersion
from contracts.services.amendments import carry_out_amendment, propose_extension
from contracts.services.early_repayment import (
    InterestNotCounted,
    NotRepayable,
    repay_in_order,
    terminate_early,
    termination_quote,
)
from contracts.services.fees import FeeDraft, accrue_fees, write_fees
from contracts.services.interest import accrue_interest
from contracts.services.maturity import run_maturities
from contracts.services.penalty import accrue_penalties
from contracts.services.refusals import CashShort, MoreThanOwed
from contracts.services.refusals_lifecycle import (
    FeeBasisUnfit,
    FeesOfActiveTerms,
    FeeTwice,
    InterestUncounted,
)
from contracts.services.repayment import repay
from contracts.services.terms import activate_terms, propose_activation, propose_terms
from contracts.services.waterfall import WaterfallPosting
from ledger.models import JournalEntry
from ledger.services.posting import reverse_journal_entry
from tests.contracts.builders import DAY_ONE, TERMS, Lending

MATURITY = dt.date(2025, 7, 1)
FEES = (
    FeeDraft(FeeKind.ARRANGEMENT, rate_ppm=5_000),
    FeeDraft(FeeKind.MANAGEMENT, amount_minor=20_000),
    FeeDraft(FeeKind.EXTENSION, rate_ppm=1_000),
    FeeDraft(FeeKind.EARLY_TERMINATION, rate_ppm=10_000),
)


def with_fees(book: Lending) -> TermsVersion:
    product = book.terms["MARGIN"].product_id
    draft = replace(TERMS, max_leverage_ppm=4_000_000)
    terms = propose_terms(product_id=product, unit_id=book.units["CNY"], draft=draft, fees=FEES)
    approval = propose_activation(terms_id=terms.id, maker_id=book.maker.id)
    assert approval.payload["fees"][1] == "management: 20000"
    return activate_terms(terms_id=terms.id, approval_id=book.agree(approval))


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    book.terms["MARGIN"] = with_fees(book)
    return book.drawn(matures_on=MATURITY)


def charge(book: Lending, month: str | None = None) -> tuple[int, int]:
    result = accrue_fees(book_id=book.book.id, business_date=book.day, month=month, maker_id=book.maker.id)
    return result.charges, result.amount_minor


def accrue(book: Lending, day: dt.date) -> None:
    book.advance(day)
    accrue_interest(book_id=book.book.id, business_date=day, maker_id=book.maker.id)


class TestWriteFees:
    def test_refuses_terms_in_force_and_nonsense(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(FeesOfActiveTerms):
            write_fees(terms=contract.terms, drafts=FEES[:1])
        for wrong, refusal in (
            ((FEES[0], FEES[0]), FeeTwice),
            ((FeeDraft(FeeKind.ARRANGEMENT),), FeeBasisUnfit),
            ((FeeDraft(FeeKind.ARRANGEMENT, amount_minor=1, rate_ppm=1),), FeeBasisUnfit),
        ):
            with pytest.raises(refusal):
                propose_terms(
                    product_id=contract.terms.product_id,
                    unit_id=book.units["CNY"],
                    draft=TERMS,
                    fees=wrong,
                )


class TestAccrueFees:
    def test_charges_each_drawdown_once(self, book: Lending, contract: FinancingContract) -> None:
        assert charge(book) == (1, 500_000)
        assert charge(book) == (0, 0)
        book.draw(contract, 10_000_000)
        book.advance(DAY_ONE + dt.timedelta(days=1))
        assert charge(book) == (1, 50_000)
        assert book.of(contract).fees_minor == 550_000
        assert book.balance("house/income/fee") == -550_000
        assert set(FeeCharge.objects.values_list("entry__kind_id", flat=True)) == {"fee_accrued"}

    def test_charges_by_the_month_and_for_an_extension(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        charge(book)
        approval = propose_extension(
            contract_id=contract.id,
            matures_on=dt.date(2025, 12, 31),
            effective_from=dt.date(2025, 2, 3),
            reason="more time",
            maker_id=book.maker.id,
        )
        carry_out_amendment(approval_id=book.agree(approval), actor_id=book.checker.id)
        book.advance(dt.date(2025, 2, 3))
        assert charge(book, "2025-02") == (2, 20_000 + 100_000)
        assert charge(book, "2025-02") == (0, 0)

    def test_charges_nothing_for_a_drawdown_that_was_taken_back(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        reverse_journal_entry(
            entry_id=JournalEntry.objects.get(kind="drawdown").pk,
            booking_date=book.day,
            caller="tests",
            idempotency_key="back",
            narration="drawn on the wrong contract",
            maker_id=book.maker.id,
        )
        assert charge(book) == (0, 0)


class TestRepayInOrder:
    def test_pays_interest_first_and_charges_what_was_early(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.advance(dt.date(2025, 1, 30))
        with pytest.raises(InterestNotCounted):
            self.pay(book, contract, 1)
        accrue(book, dt.date(2025, 1, 31))
        paid = self.pay(book, contract, 10_534_247)
        held = book.of(contract)
        assert (held.interest_minor, held.principal_minor) == (0, 90_000_000)
        assert [tranche.principal_minor for tranche in held.tranches] == [54_000_000, 36_000_000, 0]
        assert held.fees_minor == 100_000
        assert len(paid.entries) == 2
        with pytest.raises(MoreThanOwed):
            self.pay(book, contract, 90_100_001)

    def pay(self, book: Lending, contract: FinancingContract, amount: int) -> WaterfallPosting:
        return repay_in_order(
            contract_id=contract.id,
            amount_minor=amount,
            booking_date=book.day,
            maker_id=book.maker.id,
            reference=f"part-{amount}",
        )


class TestTerminateEarly:
    def test_takes_the_fee_pays_all_and_closes(self, book: Lending, contract: FinancingContract) -> None:
        accrue(book, dt.date(2025, 1, 31))
        quote = termination_quote(contract_id=contract.id, on=book.day)
        # The fee of the drawdown waits for the day's step still, and is charged with the ending.
        assert (quote.debt_minor, quote.fee_minor, quote.missing_minor) == (101_034_247, 1_000_000, 0)
        self.end(book, contract)
        contract.refresh_from_db()
        held = book.of(contract)
        assert (contract.state, contract.closed_on, held.debt_minor) == ("closed", book.day, 0)
        assert held.cash_minor == 150_000_000 - 102_034_247
        assert book.balance("house/income/fee") == -1_500_000

    def test_says_what_is_missing_and_leaves_all_as_it_was(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.post_at(
            "client_withdrawal",
            {
                contract.cash_account_id: 49_000_000,
                book.id_of("client/custody/BANKA"): -49_000_000,
            },
        )
        accrue(book, dt.date(2025, 1, 31))
        with pytest.raises(CashShort, match="lacks 1034247 minor units, of it fee 1000000"):
            self.end(book, contract)
        assert book.of(contract).fees_minor == 0
        with pytest.raises(NotRepayable):
            self.end(book, book.open("F2", client="DUBOIS"))

    def test_is_not_had_for_nothing_on_the_day_of_the_drawdown(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        """Terms that count a loan of one day: the next accrual does, and the contract stays open for it."""
        one_day = book.next_terms(replace(TERMS, day_count="ACT_360", same_day_rule="ONE_DAY"))
        book.terms["MARGIN"] = one_day
        made = book.open("F3", client="DUBOIS")
        book.deposit(made, 50_000_000)
        book.fund("AURORA", 60_000_000)
        book.fund("BEACON", 40_000_000)
        book.draw(made, 100_000_000)
        with pytest.raises(InterestUncounted, match="18056"):
            self.end(book, made)

    def test_leaves_no_night_uncounted_once_the_principal_is_repaid(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.advance(DAY_ONE + dt.timedelta(days=1))
        charge(book)
        repay(
            contract_id=contract.pk,
            amount_minor=100_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="all",
        )
        with pytest.raises(InterestUncounted, match="17808"):
            self.end(book, contract)
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        self.end(book, contract)
        assert book.of(contract).debt_minor == 0

    def test_ends_what_has_defaulted_at_its_maturity(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        """Penalty runs on until it has paid, whatever the default ended."""
        late = MATURITY + dt.timedelta(days=10)
        accrue(book, late)
        for _ in range(2):
            run_maturities(book_id=book.book.id, business_date=late, maker_id=book.maker.id)
        contract.refresh_from_db()
        assert contract.state == "defaulted"
        book.advance(late + dt.timedelta(days=10))
        accrued = accrue_penalties(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        interest = round(100_000_000 * 181 * 0.065 / 365)
        assert accrued.penalty_minor == round((100_000_000 + interest) * 20 * 0.0975 / 365)
        self.end(book, contract)
        contract.refresh_from_db()
        assert (contract.state, book.of(contract).debt_minor) == ("closed", 0)

    def end(self, book: Lending, contract: FinancingContract) -> None:
        terminate_early(
            contract_id=contract.id, booking_date=book.day, maker_id=book.maker.id, reason="the client pays"
        )
