"""Whatever is shared, the parts add up to it."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.allocation import allocate_largest_remainder, cumulative_shares

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)
WEIGHTS = st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=8).filter(any)


class TestAllocateLargestRemainder:
    @given(total_minor=AMOUNTS, weights=WEIGHTS)
    def test_conserves_and_stays_within_a_unit(self, total_minor: int, weights: list[int]) -> None:
        parts = allocate_largest_remainder(total_minor, weights)
        assert sum(parts) == total_minor
        for part, weight in zip(parts, weights, strict=True):
            assert abs(part - Fraction(total_minor * weight, sum(weights))) < 1
            assert weight or not part

    @given(total_minor=AMOUNTS, weights=WEIGHTS)
    def test_mirrors_a_negative_total(self, total_minor: int, weights: list[int]) -> None:
        mirrored = [-part for part in allocate_largest_remainder(-total_minor, weights)]
        assert allocate_largest_remainder(total_minor, weights) == mirrored

    @given(weights=WEIGHTS, part_ppm=st.integers(min_value=0, max_value=1_000_000))
    def test_pays_no_claim_more_than_itself(self, weights: list[int], part_ppm: int) -> None:
        parts = allocate_largest_remainder(sum(weights) * part_ppm // 1_000_000, weights)
        assert all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))


class TestCumulativeShares:
    @given(amounts=st.lists(AMOUNTS, max_size=20), weights=WEIGHTS)
    def test_conserve_each_amount_and_the_whole_stream(self, amounts: list[int], weights: list[int]) -> None:
        rows = cumulative_shares(amounts, weights)
        assert [sum(row) for row in rows] == amounts
        columns = [sum(row[index] for row in rows) for index in range(len(weights))]
        assert columns == allocate_largest_remainder(sum(amounts), weights)
