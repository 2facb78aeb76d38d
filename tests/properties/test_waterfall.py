"""Whatever the pot and the debts: nothing is lost, nothing is negative, nobody is paid twice."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.domain.repayment import DebtLine, DebtsDue
from contracts.domain.waterfall import (
    DeficitAllocation,
    TrancheClaim,
    WaterfallResult,
    allocate_deficit,
    allocate_recovery,
    run_waterfall,
)

MONEY = st.integers(min_value=0, max_value=10**12)
CLAIMS = st.lists(
    st.builds(
        TrancheClaim,
        tranche=st.text("abc", min_size=1, max_size=3),
        principal_minor=MONEY,
        interest_minor=st.integers(min_value=0, max_value=10**8),
        seniority=st.integers(min_value=1, max_value=3),
    ),
    min_size=1,
    max_size=5,
)


@st.composite
def liquidations(draw: st.DrawFn) -> tuple[WaterfallResult, list[TrancheClaim], DeficitAllocation, int]:
    """Return a pot that was shared out, its claims, who bore the deficit, and the reserve's balance."""
    claims = draw(CLAIMS)
    due = DebtsDue(
        costs_minor=draw(st.integers(min_value=0, max_value=10**6)),
        interest_minor=sum(claim.interest_minor for claim in claims)
        + draw(st.integers(min_value=0, max_value=10**7)),
        principal_minor=sum(claim.principal_minor for claim in claims),
        penalty_minor=draw(st.integers(min_value=0, max_value=10**6)),
        fees_minor=draw(st.integers(min_value=0, max_value=10**6)),
    )
    order = tuple(draw(st.permutations(list(DebtLine))))
    pot_minor = draw(st.integers(min_value=0, max_value=due.total_minor + 10**6))
    result = run_waterfall(pot_minor, due, order)
    reserve_minor = draw(MONEY)
    borne = allocate_deficit(
        result,
        claims,
        reserve_balance_minor=reserve_minor,
        reserve_caps_minor=draw(st.lists(MONEY, max_size=2)),
    )
    return result, claims, borne, reserve_minor


Liquidation = tuple[WaterfallResult, list[TrancheClaim], DeficitAllocation, int]


class TestWaterfall:
    @given(liquidation=liquidations())
    def test_conserves_the_pot(self, liquidation: Liquidation) -> None:
        result, *_ = liquidation
        assert sum(result.paid.values()) + result.residual_minor == result.pot_minor
        assert min([*result.paid.values(), *result.unpaid.values(), result.residual_minor]) >= 0

    @given(liquidation=liquidations())
    def test_leaves_nothing_unpaid_while_there_is_a_residual(self, liquidation: Liquidation) -> None:
        result, *_ = liquidation
        assert result.residual_minor == 0 or not any(result.unpaid.values())

    @given(liquidation=liquidations())
    def test_pays_no_line_before_an_earlier_one_is_full(self, liquidation: Liquidation) -> None:
        result, *_ = liquidation
        unpaid = [result.unpaid[line] for line in result.order]
        paid = [result.paid[line] for line in result.order]
        first_short = next((index for index, amount in enumerate(unpaid) if amount), len(unpaid))
        assert not any(paid[first_short + 1 :])


class TestDeficit:
    @given(liquidation=liquidations())
    def test_is_borne_to_the_cent_by_reserve_tranches_and_platform(self, liquidation: Liquidation) -> None:
        result, _, borne, reserve_minor = liquidation
        assert borne.draw_minor + borne.loss_minor + borne.spread_unpaid_minor == result.deficit_minor
        assert 0 <= borne.draw_minor <= reserve_minor

    @given(liquidation=liquidations())
    def test_ends_every_claim_without_a_negative_part(self, liquidation: Liquidation) -> None:
        _, claims, borne, _ = liquidation
        for claim, end in zip(claims, borne.outcomes, strict=True):
            principal = (end.paid_principal_minor, end.drawn_principal_minor, end.lost_principal_minor)
            interest = (end.paid_interest_minor, end.drawn_interest_minor, end.lost_interest_minor)
            assert sum(principal) == claim.principal_minor
            assert sum(interest) == claim.interest_minor
            assert min(principal + interest) >= 0

    @given(liquidation=liquidations())
    def test_takes_principal_from_no_tranche_before_its_juniors_lost_all(
        self, liquidation: Liquidation
    ) -> None:
        _, claims, borne, _ = liquidation
        for senior, senior_end in zip(claims, borne.outcomes, strict=True):
            for junior, junior_end in zip(claims, borne.outcomes, strict=True):
                if junior.seniority > senior.seniority and senior_end.lost_principal_minor:
                    assert junior_end.lost_principal_minor == junior.principal_minor


class TestRecovery:
    @given(amount_minor=MONEY, losses=st.lists(MONEY, min_size=1, max_size=5), reserve_drawn_minor=MONEY)
    def test_is_conserved_and_makes_nobody_more_than_whole(
        self, amount_minor: int, losses: list[int], reserve_drawn_minor: int
    ) -> None:
        shared = allocate_recovery(amount_minor, losses, reserve_drawn_minor=reserve_drawn_minor)
        assert sum(shared.tranches_minor) + shared.reserve_minor + shared.client_minor == amount_minor
        assert all(0 <= part <= loss for part, loss in zip(shared.tranches_minor, losses, strict=True))
        assert 0 <= shared.reserve_minor <= reserve_drawn_minor
        assert shared.reserve_minor == 0 or list(shared.tranches_minor) == losses
        assert shared.client_minor == 0 or shared.reserve_minor == reserve_drawn_minor
