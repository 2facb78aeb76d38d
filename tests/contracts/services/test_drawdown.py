"""Money is drawn by the tranches' shares, and only where it may be."""

import datetime as dt

import pytest

from contracts.models import FinancingContract
from contracts.queries.accounts import NoSharedAccount
from contracts.services.contracts import TrancheDraft
from contracts.services.drawdown import (
    DrawdownDraft,
    FinancingRestricted,
    FunderExhausted,
    LeverageExceeded,
    NotDrawable,
    NotOpenYet,
    draw_down,
    draw_downs,
)
from contracts.services.refusals import AmountNotPositive, ValueDateAhead
from custody.models import CashHome
from ledger.services.refusals import IdempotencyConflict
from ledger.services.restrictions import RestrictionDraft, impose_restrictions
from tests.contracts.builders import Lending
from tests.ledger.holding import hold_back

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """Chen's contract, approved, with 250,000.00 of own cash; funders have a million each."""
    made = book.open()
    book.deposit(made, 25_000_000)
    book.fund("AURORA", 100_000_000)
    book.fund("BEACON", 100_000_000)
    return made


class TestDrawDowns:
    def test_moves_money_from_the_funders_to_the_client_through_transit(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.draw(contract, 100_000_000)
        balances = book.of(contract)
        assert balances.cash_minor == 125_000_000
        assert balances.principal_minor == 100_000_000
        assert [tranche.principal_minor for tranche in balances.tranches] == [60_000_000, 40_000_000, 0]
        assert book.balance("funder/AURORA/available") == -40_000_000
        assert book.balance("funder/transit/BANKA") == -100_000_000
        assert book.balance("client/transit/BANKA") == 100_000_000

    def test_makes_an_approved_contract_active(self, book: Lending, contract: FinancingContract) -> None:
        book.draw(contract, 1_000_000)
        contract.refresh_from_db()
        assert contract.state == "active"
        assert contract.history.latest("history_date").history_change_reason == "first drawdown"

    def test_shares_an_amount_to_the_last_cent(self, book: Lending, contract: FinancingContract) -> None:
        book.draw(contract, 101)
        assert [one.principal_minor for one in book.of(contract).tranches] == [61, 40, 0]

    def test_lends_the_house_s_own_money(self, book: Lending) -> None:
        contract = book.open(tranches=(TrancheDraft(None, 1_000_000),))
        book.deposit(contract, 25_000_000)
        book.draw(contract, 50_000_000)
        assert book.balance("house/funding") == 50_000_000
        assert book.balance("house/transit/BANKA") == -50_000_000
        assert book.balance("contract/F1/funded/HOUSE") == -50_000_000

    def test_answers_a_repeated_request_with_its_entry(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        first = book.draw(contract, 100_000_000, key="form-12")
        again = book.draw(contract, 100_000_000, key="form-12")
        assert (again.entry_id, again.is_replay) == (first.entry_id, True)
        assert book.of(contract).principal_minor == 100_000_000

    def test_refuses_a_key_that_was_another_request_s(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.draw(contract, 1_000_000, key="form-12")
        with pytest.raises(IdempotencyConflict):
            book.draw(contract, 2_000_000, key="form-12")

    @pytest.mark.parametrize("amount", [0, -1])
    def test_refuses_an_amount_that_is_not_positive(
        self, book: Lending, contract: FinancingContract, amount: int
    ) -> None:
        with pytest.raises(AmountNotPositive):
            book.draw(contract, amount)

    def test_refuses_a_value_date_ahead(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(ValueDateAhead):
            book.draw(contract, 1000, value_date=book.day + ONE_DAY)

    @pytest.mark.parametrize("states", [[], ["submitted"], ["submitted", "approved", "active", "restricted"]])
    def test_refuses_a_contract_that_is_not_approved_or_active(
        self, book: Lending, states: list[str]
    ) -> None:
        contract = book.open("F2", approved=False)
        book.move(contract, *states)
        with pytest.raises(NotDrawable, match="F2"):
            book.draw(contract, 1000)

    def test_refuses_before_the_contract_opens(self, book: Lending) -> None:
        contract = book.open("F2", opened_on=book.day + ONE_DAY)
        with pytest.raises(NotOpenYet):
            book.draw(contract, 1000)

    def test_draws_up_to_the_maximum_leverage_and_no_cent_further(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        """Own 250,000 at 5x carries 1,000,000 (DESIGN 5: (own + financed) / own)."""
        with pytest.raises(LeverageExceeded):
            book.draw(contract, 100_000_001)
        book.draw(contract, 60_000_000)
        with pytest.raises(LeverageExceeded):
            book.draw(contract, 40_000_001)
        book.draw(contract, 40_000_000)

    def test_counts_securities_as_the_client_s_own(self, book: Lending, contract: FinancingContract) -> None:
        book.post_securities(contract, 500)
        draw_down(
            contract_id=contract.id,
            amount_minor=120_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="with-securities",
            securities_minor=5_000_000,
        )
        assert book.of(contract).principal_minor == 120_000_000

    def test_refuses_where_nothing_is_the_client_s_own(self, book: Lending) -> None:
        contract = book.open("F2")
        with pytest.raises(LeverageExceeded):
            book.draw(contract, 1)

    def test_counts_what_the_funder_wants_back(self, book: Lending) -> None:
        contract = book.open()
        book.deposit(contract, 25_000_000)
        book.fund("AURORA", 100_000_000)
        book.fund("BEACON", 40_000_000)
        beacon = book.id_of("funder/BEACON/available")
        hold_back(account_id=beacon, amount_minor=1, day=book.day, maker_id=book.maker.id)
        with pytest.raises(FunderExhausted, match="BEACON has 39999999 available, needs 40000000"):
            book.draw(contract, 100_000_000)

    def test_names_the_funder_that_is_exhausted(self, book: Lending) -> None:
        contract = book.open()
        book.deposit(contract, 25_000_000)
        book.fund("AURORA", 100_000_000)
        book.fund("BEACON", 39_999_999)
        with pytest.raises(FunderExhausted, match="BEACON has 39999999 available, needs 40000000"):
            book.draw(contract, 100_000_000)

    def test_refuses_under_a_restriction_of_financing(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        restriction = RestrictionDraft(contract.cash_account_id, "financing", "price hold", "margin")
        impose_restrictions(drafts=[restriction], business_date=book.day)
        with pytest.raises(FinancingRestricted, match="price hold"):
            book.draw(contract, 1000)

    def test_names_the_bank_account_that_is_missing(self, book: Lending) -> None:
        funder = book.party("CORVUS", "funder")
        contract = book.open(tranches=(TrancheDraft(funder.id, 1_000_000, 55_000),))
        book.deposit(contract, 25_000_000)
        book.fund("CORVUS", 50_000_000)
        assert not CashHome.objects.filter(owner=funder).exists()
        with pytest.raises(NoSharedAccount, match=f"funder {funder.id}"):
            book.draw(contract, 1000)

    def test_draws_on_all_or_on_none(self, book: Lending, contract: FinancingContract) -> None:
        other = book.open("F2", client="DUBOIS")
        drafts = [
            DrawdownDraft(contract.id, 1000, book.day, "first"),
            DrawdownDraft(other.id, 1000, book.day, "second"),
        ]
        with pytest.raises(LeverageExceeded, match="F2"):
            draw_downs(drafts=drafts, booking_date=book.day, maker_id=book.maker.id)
        assert book.of(contract).principal_minor == 0
        book.deposit(other, 1000)
        posted = draw_downs(drafts=drafts, booking_date=book.day, maker_id=book.maker.id)
        assert [entry.idempotency_key for entry in posted] == ["first", "second"]
