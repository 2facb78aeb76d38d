"""Paying debts in the order of the terms."""

import pytest

from contracts.domain.repayment import (
    DEFAULT_REPAYMENT_ORDER,
    DebtLine,
    DebtsDue,
    InvalidRepayment,
    allocate_repayment,
)

DUE = DebtsDue(costs_minor=1, interest_minor=20, principal_minor=300, penalty_minor=4, fees_minor=5)


class TestAllocateRepayment:
    @pytest.mark.parametrize(
        ("amount_minor", "paid", "residual_minor"),
        [
            (0, [0, 0, 0, 0, 0], 0),
            (15, [1, 14, 0, 0, 0], 0),
            (321, [1, 20, 300, 0, 0], 0),
            (330, [1, 20, 300, 4, 5], 0),
            (400, [1, 20, 300, 4, 5], 70),
        ],
    )
    def test_pays_each_line_before_the_next(
        self, amount_minor: int, paid: list[int], residual_minor: int
    ) -> None:
        result = allocate_repayment(amount_minor, DUE)
        assert [result.paid[line] for line in DEFAULT_REPAYMENT_ORDER] == paid
        assert result.residual_minor == residual_minor
        assert all(result.paid[line] + result.unpaid[line] == owed for line, owed in DUE.by_line().items())

    def test_follows_another_order(self) -> None:
        principal_first = (
            DebtLine.PRINCIPAL,
            DebtLine.COSTS,
            DebtLine.INTEREST,
            DebtLine.FEES,
            DebtLine.PENALTY,
        )
        assert allocate_repayment(100, DUE, principal_first).paid[DebtLine.PRINCIPAL] == 100

    @pytest.mark.parametrize(
        ("amount_minor", "due", "order"),
        [
            (-1, DUE, DEFAULT_REPAYMENT_ORDER),
            (1, DebtsDue(fees_minor=-1), DEFAULT_REPAYMENT_ORDER),
            (1, DUE, DEFAULT_REPAYMENT_ORDER[:4]),
            (1, DUE, (*DEFAULT_REPAYMENT_ORDER[:4], DebtLine.COSTS)),
            (1, DUE, (*DEFAULT_REPAYMENT_ORDER, DebtLine.COSTS)),
        ],
    )
    def test_refuses_what_it_cannot_conserve(
        self, amount_minor: int, due: DebtsDue, order: tuple[DebtLine, ...]
    ) -> None:
        with pytest.raises(InvalidRepayment):
            allocate_repayment(amount_minor, due, order)


class TestDebtsDue:
    def test_add_up(self) -> None:
        assert DUE.total_minor == 330
