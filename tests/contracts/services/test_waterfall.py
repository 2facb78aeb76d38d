"""The pot pays the debts in order; what it does not cover is waived, drawn, lost or written off."""

import datetime as dt

import pytest

from contracts.domain.repayment import DebtLine
from contracts.models import FinancingContract
from contracts.services.charges import accrue_fee
from contracts.services.contracts import TrancheDraft
from contracts.services.interest import accrue_interest
from contracts.services.recovery import RecoveryTooLarge, apply_recovery
from contracts.services.refusals import CashShort
from contracts.services.waterfall import (
    AlreadyApplied,
    AssetsRemain,
    PotNegative,
    WaterfallPosting,
    WaterfallStage,
    apply_waterfall,
)
from ledger.models import CurrentBalance
from tests.contracts.builders import DAY_ONE, Lending
from tests.invariants.rows import end_transaction

PARTIAL, FINAL = WaterfallStage.PARTIAL, WaterfallStage.FINAL


@pytest.fixture
def contract(book: Lending) -> FinancingContract:
    """A million drawn for thirty days (5,342.47 due), a fee of 2,000.00 charged, all the cash still there."""
    made = book.drawn()
    book.fill_reserve(8_000_000)
    book.advance(DAY_ONE + dt.timedelta(days=30))
    accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    accrue_fee(
        contract_id=made.id,
        amount_minor=200_000,
        booking_date=book.day,
        value_date=book.day,
        maker_id=book.maker.id,
        idempotency_key="fee",
    )
    return made


def lose(book: Lending, contract: FinancingContract, left: int) -> None:
    """The client's assets have shrunk to this much cash."""
    amount = book.of(contract).cash_minor - left
    book.post_at(
        "client_withdrawal", {contract.cash_account_id: amount, book.id_of("client/payments/BANKA"): -amount}
    )


def apply(
    book: Lending,
    contract: FinancingContract,
    stage: WaterfallStage = FINAL,
    *,
    pot: int | None = None,
    reference: str = "LQ-1",
    caps: tuple[int, ...] = (),
) -> WaterfallPosting:
    return apply_waterfall(
        contract_id=contract.id,
        pot_minor=pot,
        stage=stage,
        booking_date=book.day,
        maker_id=book.maker.id,
        reference=reference,
        reserve_caps_minor=caps,
    )


def kinds(posting: WaterfallPosting) -> list[str]:
    return [entry.idempotency_key.rpartition(":")[2] for entry in posting.entries]


class TestApplyWaterfall:
    def test_leaves_the_client_what_is_not_owed(self, book: Lending, contract: FinancingContract) -> None:
        posting = apply(book, contract)
        assert kinds(posting) == ["interest_collected", "repayment", "fee_collected"]
        assert not posting.has_defaulted
        balances = book.of(contract)
        assert (balances.debt_minor, balances.cash_minor) == (0, 150_000_000 - 100_734_247)
        contract.refresh_from_db()
        assert contract.state == "active"

    def test_pays_in_part_and_lets_the_contract_live(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        posting = apply(book, contract, PARTIAL, pot=10_000_000)
        assert kinds(posting) == ["interest_collected", "repayment"]
        balances = book.of(contract)
        assert balances.interest_minor == 0
        assert balances.principal_minor == 100_000_000 - (10_000_000 - 534_247)
        assert balances.fees_minor == 200_000
        contract.refresh_from_db()
        assert contract.state == "active"

    def test_draws_the_reserve_and_leaves_each_its_loss(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        lose(book, contract, left=80_534_247)
        posting = apply(book, contract)
        assert kinds(posting) == [
            "interest_collected",
            "repayment",
            "charge_waived",
            "reserve_draw",
            "loss_allocated",
        ]
        assert (posting.result.deficit_minor, posting.deficit.draw_minor) == (20_000_000, 8_000_000)
        assert posting.result.waived_minor == 200_000
        assert [outcome.lost_minor for outcome in posting.deficit.outcomes] == [7_200_000, 4_800_000, 0]
        balances = book.of(contract)
        assert (balances.debt_minor, balances.cash_minor) == (0, 0)
        assert book.balance("reserve/fund") == 0
        assert {name: book.balance(f"contract/F1/claim/{name}") for name in CLAIMS} == {
            "debtor": 20_000_000,
            "reserve": -8_000_000,
            "AURORA": -7_200_000,
            "BEACON": -4_800_000,
            "HOUSE": 0,
        }
        contract.refresh_from_db()
        assert contract.state == "defaulted"

    def test_respects_the_caps_of_the_reserve(self, book: Lending, contract: FinancingContract) -> None:
        lose(book, contract, left=80_534_247)
        posting = apply(book, contract, caps=(3_000_000,))
        assert posting.deficit.draw_minor == 3_000_000
        assert book.balance("reserve/fund") == -5_000_000

    def test_makes_unpaid_interest_of_funders_a_claim_and_the_spread_an_expense(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        lose(book, contract, left=0)
        posting = apply(book, contract, caps=(452_000,))
        assert [
            (outcome.drawn_interest_minor, outcome.lost_interest_minor)
            for outcome in posting.deficit.outcomes
        ] == [(271_200, 33), (180_800, 22), (0, 0)]
        assert posting.deficit.spread_unpaid_minor == 82_192
        assert book.balance("house/expense/bad-spread") == 82_192
        assert book.balance("contract/F1/claim/debtor") == 100_000_000 + 452_055
        assert book.of(contract).debt_minor == 0

    def test_lets_the_junior_tranche_lose_first(self, book: Lending) -> None:
        contract = book.open(
            tranches=(
                TrancheDraft(book.party("AURORA", "funder").id, 600_000, 55_000, seniority=1),
                TrancheDraft(book.party("BEACON", "funder").id, 300_000, 55_000, seniority=2),
                TrancheDraft(None, 100_000, seniority=3),
            )
        )
        book.deposit(contract, 50_000_000)
        book.fund("AURORA", 100_000_000)
        book.fund("BEACON", 100_000_000)
        book.draw(contract, 100_000_000)
        lose(book, contract, left=70_000_000)
        book.fill_reserve(1)
        posting = apply(book, contract, caps=(0,))
        assert [outcome.lost_minor for outcome in posting.deficit.outcomes] == [0, 20_000_000, 10_000_000]
        assert book.balance("house/expense/loan-loss") == 10_000_000
        assert book.balance("house/funding") == 0

    def test_sums_to_zero_in_claims_and_principal(self, book: Lending, contract: FinancingContract) -> None:
        lose(book, contract, left=123_457)
        apply(book, contract)
        total = sum(
            CurrentBalance.objects.filter(account__contract_code="F1", account__ring="principal").values_list(
                "balance_minor", flat=True
            )
        )
        assert total == 0

    def test_is_applied_once(self, book: Lending, contract: FinancingContract) -> None:
        apply(book, contract, PARTIAL, pot=1000)
        with pytest.raises(AlreadyApplied):
            apply(book, contract, PARTIAL, pot=1000)
        apply(book, contract, PARTIAL, pot=1000, reference="LQ-2")

    def test_refuses_a_final_one_while_something_is_left_to_sell(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        account = book.post_securities(contract, 100)
        with pytest.raises(AssetsRemain, match="XSHG:600000"):
            apply(book, contract)
        assert CurrentBalance.objects.get(account_id=account).balance_minor == -100
        apply(book, contract, PARTIAL)

    def test_refuses_a_final_one_while_proceeds_are_unsettled(
        self, book: Lending, contract: FinancingContract
    ) -> None:
        book.post_at(
            "trade_sold",
            {
                book.id_of("client/settlement/BANKA/cash-receivable"): 500,
                contract.unsettled_cash_account_id: -500,
            },
        )
        with pytest.raises(AssetsRemain, match="unsettled"):
            apply(book, contract)

    def test_refuses_a_pot_that_is_not_there(self, book: Lending, contract: FinancingContract) -> None:
        with pytest.raises(CashShort):
            apply(book, contract, pot=150_000_001)
        with pytest.raises(PotNegative):
            apply(book, contract, pot=-1)

    def test_follows_the_order_of_the_terms(self, book: Lending, contract: FinancingContract) -> None:
        posting = apply(book, contract, PARTIAL, pot=0)
        assert posting.result.order == (
            DebtLine.COSTS,
            DebtLine.INTEREST,
            DebtLine.PRINCIPAL,
            DebtLine.PENALTY,
            DebtLine.FEES,
        )


CLAIMS = ("debtor", "reserve", "AURORA", "BEACON", "HOUSE")


class TestApplyRecovery:
    @pytest.fixture
    def defaulted(self, book: Lending, contract: FinancingContract) -> FinancingContract:
        """Aurora has lost 72,000.00, Beacon 48,000.00, the reserve paid 80,000.00."""
        lose(book, contract, left=80_534_247)
        apply(book, contract)
        end_transaction()
        book.deposit(contract, 20_000_100)
        return contract

    def recover(self, book: Lending, contract: FinancingContract, amount: int) -> bool:
        return apply_recovery(
            contract_id=contract.id,
            amount_minor=amount,
            booking_date=book.day,
            maker_id=book.maker.id,
            idempotency_key=f"recovered-{amount}",
        ).is_replay

    def test_repays_the_losers_before_the_reserve(self, book: Lending, defaulted: FinancingContract) -> None:
        available = book.balance("funder/AURORA/available")
        self.recover(book, defaulted, 12_000_001)
        assert book.balance("funder/AURORA/available") == available - 7_200_000
        assert book.balance("reserve/fund") == -1
        assert [book.balance(f"contract/F1/claim/{name}") for name in CLAIMS] == [
            7_999_999,
            -7_999_999,
            0,
            0,
            0,
        ]

    def test_answers_a_repeated_request(self, book: Lending, defaulted: FinancingContract) -> None:
        assert [self.recover(book, defaulted, 5_000_000) for _ in range(2)] == [False, True]
        assert book.balance("contract/F1/claim/debtor") == 15_000_000

    def test_refuses_more_than_is_claimed(self, book: Lending, defaulted: FinancingContract) -> None:
        with pytest.raises(RecoveryTooLarge, match="20000000 is still claimed"):
            self.recover(book, defaulted, 20_000_001)
        self.recover(book, defaulted, 20_000_000)
        assert book.of(defaulted).cash_minor == 100

    def test_refuses_more_than_there_is_cash(self, book: Lending, defaulted: FinancingContract) -> None:
        with pytest.raises(CashShort):
            self.recover(book, defaulted, 20_000_101)
