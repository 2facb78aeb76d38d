"""Sharing amounts out, to the last minor unit."""

import pytest

from ledger.domain.allocation import (
    InvalidWeights,
    allocate_largest_remainder,
    cumulative_shares,
    next_shares,
)


class TestAllocateLargestRemainder:
    @pytest.mark.parametrize(
        ("total_minor", "weights", "parts"),
        [
            (100, [1, 1, 1], [34, 33, 33]),
            (200, [1, 1, 1], [67, 67, 66]),
            (-100, [1, 1, 1], [-34, -33, -33]),
            (17_808, [50, 30, 20], [8_904, 5_342, 3_562]),
            (1, [0, 1, 0], [0, 1, 0]),
            (5, [0, 3, 0, 3], [0, 3, 0, 2]),
            (0, [3, 7], [0, 0]),
            (0, [0, 0], [0, 0]),
            (2, [1, 1, 1, 1], [1, 1, 0, 0]),
            (7, [9], [7]),
        ],
    )
    def test_gives_what_is_left_to_the_largest_remainder_and_then_the_lower_index(
        self, total_minor: int, weights: list[int], parts: list[int]
    ) -> None:
        assert allocate_largest_remainder(total_minor, weights) == parts

    @pytest.mark.parametrize(
        ("total_minor", "weights"), [(1, []), (0, []), (1, [0, 0]), (-1, [0]), (1, [2, -1]), (0, [-1])]
    )
    def test_refuses_weights_that_share_nothing(self, total_minor: int, weights: list[int]) -> None:
        with pytest.raises(InvalidWeights):
            allocate_largest_remainder(total_minor, weights)


class TestCumulativeShares:
    STREAM = (17_808, 17_808, 17_809) * 120 + (17_808,) * 5

    def test_never_drifts_where_a_sharing_by_the_day_does(self) -> None:
        """A year at 50/30/20: each day by itself is off by more than a whole unit."""
        weights = [50, 30, 20]
        whole = allocate_largest_remainder(sum(self.STREAM), weights)
        by_stream = cumulative_shares(self.STREAM, weights)
        by_day = [allocate_largest_remainder(amount, weights) for amount in self.STREAM]
        assert [sum(column) for column in zip(*by_stream, strict=True)] == whole
        drift = [sum(own) - exact for own, exact in zip(zip(*by_day, strict=True), whole, strict=True)]
        assert max(map(abs, drift)) > 100

    def test_shares_each_amount_to_the_unit(self) -> None:
        rows = cumulative_shares(self.STREAM, [50, 30, 20])
        assert [sum(row) for row in rows] == list(self.STREAM)

    def test_of_nothing_are_nothing(self) -> None:
        assert cumulative_shares([], [1]) == []


class TestNextShares:
    def test_continue_a_stream_from_what_was_shared_before(self) -> None:
        assert next_shares(1, 1, [1, 1]) == [0, 1]
        assert next_shares(0, 1, [1, 1]) == [1, 0]

    def test_take_back_what_a_rounding_had_given(self) -> None:
        """Over 6/6/2 ten units are 4/4/2, eleven are 5/5/1."""
        assert allocate_largest_remainder(10, [6, 6, 2]) == [4, 4, 2]
        assert next_shares(10, 1, [6, 6, 2]) == [1, 1, -1]
