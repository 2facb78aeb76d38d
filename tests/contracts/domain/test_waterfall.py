"""Who bears a deficit: the reserve up to its caps, junior before senior, equal ranks by share."""

import pytest

from contracts.domain.repayment import DEFAULT_REPAYMENT_ORDER, DebtLine, DebtsDue
from contracts.domain.waterfall import (
    InvalidClaims,
    TrancheClaim,
    allocate_deficit,
    allocate_recovery,
    distribute_by_seniority,
    reserve_draw,
    run_waterfall,
)

SENIOR = TrancheClaim("senior", 600_00, interest_minor=6_00, seniority=1)
JUNIOR = TrancheClaim("junior", 400_00, interest_minor=4_00, seniority=2)
DUE = DebtsDue(interest_minor=12_00, principal_minor=1000_00, penalty_minor=5_00, fees_minor=3_00)


class TestRunWaterfall:
    def test_leaves_the_client_the_residual(self) -> None:
        result = run_waterfall(1100_00, DUE)
        assert result.residual_minor == 80_00
        assert result.deficit_minor == result.waived_minor == result.unpaid_costs_minor == 0

    def test_keeps_costs_apart_from_the_deficit(self) -> None:
        result = run_waterfall(1_00, DebtsDue(costs_minor=3_00, interest_minor=1_00, fees_minor=2_00))
        assert result.unpaid_costs_minor == 2_00
        assert result.deficit_minor == 1_00
        assert result.waived_minor == 2_00


class TestReserveDraw:
    def test_stops_at_the_tightest_cap(self) -> None:
        assert reserve_draw(100, reserve_balance_minor=90) == 90
        assert reserve_draw(100, reserve_balance_minor=900, caps_minor=[80, 70]) == 70
        assert reserve_draw(50, reserve_balance_minor=900, caps_minor=[80]) == 50

    @pytest.mark.parametrize(("deficit", "balance", "caps"), [(-1, 1, []), (1, -1, []), (1, 1, [-1])])
    def test_refuses_negative_figures(self, deficit: int, balance: int, caps: list[int]) -> None:
        with pytest.raises(InvalidClaims):
            reserve_draw(deficit, reserve_balance_minor=balance, caps_minor=caps)


class TestDistributeBySeniority:
    @pytest.mark.parametrize(
        ("amount_minor", "shares"),
        [(0, [0, 0, 0]), (50, [0, 50, 0]), (100, [0, 100, 0]), (103, [1, 100, 2]), (400, [100, 100, 200])],
    )
    def test_pays_a_rank_in_full_before_the_next(self, amount_minor: int, shares: list[int]) -> None:
        assert distribute_by_seniority(amount_minor, [100, 100, 200], [2, 1, 2]) == shares

    @pytest.mark.parametrize(("amount_minor", "claims"), [(-1, [1]), (1, [2, -1]), (3, [1, 1])])
    def test_refuses_more_than_is_outstanding(self, amount_minor: int, claims: list[int]) -> None:
        with pytest.raises(InvalidClaims):
            distribute_by_seniority(amount_minor, claims, [1] * len(claims))


class TestAllocateDeficit:
    def test_lets_the_junior_lose_first(self) -> None:
        pot = run_waterfall(712_00, DUE)
        borne = allocate_deficit(pot, [SENIOR, JUNIOR], reserve_balance_minor=100_00)
        senior, junior = borne.outcomes
        assert senior.paid_principal_minor == 600_00
        assert senior.lost_minor == 0
        assert junior.paid_principal_minor == 100_00
        assert junior.drawn_principal_minor == borne.draw_minor == 100_00
        assert junior.lost_principal_minor == borne.loss_minor == 200_00

    def test_draws_interest_and_principal_in_the_order_of_the_terms(self) -> None:
        pot = run_waterfall(0, DUE)
        borne = allocate_deficit(pot, [SENIOR, JUNIOR], reserve_balance_minor=20_00)
        assert [outcome.drawn_interest_minor for outcome in borne.outcomes] == [6_00, 4_00]
        assert [outcome.drawn_principal_minor for outcome in borne.outcomes] == [10_00, 0]
        principal_first = (
            DebtLine.PRINCIPAL,
            *(x for x in DEFAULT_REPAYMENT_ORDER if x != DebtLine.PRINCIPAL),
        )
        reordered = allocate_deficit(
            run_waterfall(0, DUE, principal_first), [SENIOR, JUNIOR], reserve_balance_minor=20_00
        )
        assert [outcome.drawn_principal_minor for outcome in reordered.outcomes] == [20_00, 0]
        assert [outcome.drawn_interest_minor for outcome in reordered.outcomes] == [0, 0]

    def test_never_draws_the_platforms_own_interest(self) -> None:
        pot = run_waterfall(0, DUE)
        borne = allocate_deficit(pot, [SENIOR, JUNIOR], reserve_balance_minor=5000_00)
        assert borne.spread_unpaid_minor == 2_00
        assert borne.draw_minor == 1010_00
        assert borne.loss_minor == 0
        assert borne.draw_minor + borne.loss_minor + borne.spread_unpaid_minor == pot.deficit_minor

    def test_shares_interest_of_one_rank_with_the_platform(self) -> None:
        """walk.json, interest collected in part: 3,000.00 of 5,342.47."""
        pot = run_waterfall(300_000, DebtsDue(interest_minor=534_247))
        claims = [TrancheClaim("A", 0, interest_minor=271_233), TrancheClaim("B", 0, interest_minor=180_822)]
        borne = allocate_deficit(pot, claims, reserve_balance_minor=0)
        assert [outcome.paid_interest_minor for outcome in borne.outcomes] == [152_308, 101_538]
        assert borne.spread_paid_minor == 46_154

    @pytest.mark.parametrize(
        "claims",
        [
            [SENIOR],
            [SENIOR, JUNIOR, TrancheClaim("other", 0, interest_minor=2_01)],
            [SENIOR, TrancheClaim("junior", 400_00, interest_minor=-1)],
        ],
    )
    def test_refuses_claims_that_are_not_what_is_owed(self, claims: list[TrancheClaim]) -> None:
        with pytest.raises(InvalidClaims):
            allocate_deficit(run_waterfall(0, DUE), claims, reserve_balance_minor=0)


class TestAllocateRecovery:
    @pytest.mark.parametrize(
        ("amount_minor", "tranches", "reserve", "client"),
        [(0, (0, 0), 0, 0), (10, (7, 3), 0, 0), (105, (70, 30), 5, 0), (130, (70, 30), 20, 10)],
    )
    def test_repays_tranches_then_the_reserve_then_the_client(
        self, amount_minor: int, tranches: tuple[int, ...], reserve: int, client: int
    ) -> None:
        recovery = allocate_recovery(amount_minor, [70, 30], reserve_drawn_minor=20)
        assert recovery.tranches_minor == tranches
        assert (recovery.reserve_minor, recovery.client_minor) == (reserve, client)

    def test_repays_the_senior_first(self) -> None:
        recovery = allocate_recovery(50, [70, 30], reserve_drawn_minor=0, seniorities=[2, 1])
        assert recovery.tranches_minor == (20, 30)

    @pytest.mark.parametrize(("amount_minor", "drawn"), [(-1, 0), (1, -1)])
    def test_refuses_negative_figures(self, amount_minor: int, drawn: int) -> None:
        with pytest.raises(InvalidClaims):
            allocate_recovery(amount_minor, [1], reserve_drawn_minor=drawn)
