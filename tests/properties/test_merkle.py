"""Every proof verifies, and no changed byte of leaf, proof or root gets past the verification."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.merkle import (
    CompactRange,
    MemoryTree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    peaks,
    root_at,
)
from ledger.domain.tiles import HASH_SIZE, TILE_WIDTH, Run, TiledTree, grow

HASHES = [leaf_hash(b"%d" % number) for number in range(1_100)]
TREE = MemoryTree(HASHES)
sizes = st.integers(1, 600)


def changed(value: bytes, at: int, bits: int) -> bytes:
    """The bytes with one of them changed."""
    at %= len(value)
    return value[:at] + bytes([value[at] ^ bits]) + value[at + 1 :]


@st.composite
def leaf_of_tree(draw: st.DrawFn) -> tuple[int, int]:
    size = draw(sizes)
    return draw(st.integers(0, size - 1)), size


@st.composite
def two_sizes(draw: st.DrawFn) -> tuple[int, int]:
    second = draw(sizes)
    return draw(st.integers(0, second)), second


class TestInclusion:
    @given(leaf_of_tree())
    def test_is_proved_for_every_leaf(self, leaf: tuple[int, int]) -> None:
        index, size = leaf
        proof = inclusion_proof(TREE, index, size)
        assert is_included(HASHES[index], index, size, proof, root_at(TREE, size))

    @given(leaf_of_tree(), st.integers(0), st.integers(1, 255), st.integers(0))
    def test_fails_by_any_changed_byte(self, leaf: tuple[int, int], at: int, bits: int, which: int) -> None:
        index, size = leaf
        root, proof = root_at(TREE, size), inclusion_proof(TREE, index, size)
        assert not is_included(changed(HASHES[index], at, bits), index, size, proof, root)
        assert not is_included(HASHES[index], index, size, proof, changed(root, at, bits))
        if proof:
            which %= len(proof)
            bent = [*proof[:which], changed(proof[which], at, bits), *proof[which + 1 :]]
            assert not is_included(HASHES[index], index, size, bent, root)

    @given(leaf_of_tree(), st.integers(0, 700))
    def test_fails_at_another_index(self, leaf: tuple[int, int], other: int) -> None:
        index, size = leaf
        proof = inclusion_proof(TREE, index, size)
        if other != index:
            assert not is_included(HASHES[index], other, size, proof, root_at(TREE, size))

    @given(leaf_of_tree())
    def test_fails_with_a_longer_or_shorter_path(self, leaf: tuple[int, int]) -> None:
        index, size = leaf
        root, proof = root_at(TREE, size), inclusion_proof(TREE, index, size)
        assert not is_included(HASHES[index], index, size, [*proof, HASHES[0]], root)
        if proof:
            assert not is_included(HASHES[index], index, size, proof[:-1], root)


class TestConsistency:
    @given(two_sizes())
    def test_is_proved_between_any_two_sizes(self, both: tuple[int, int]) -> None:
        first, second = both
        proof = consistency_proof(TREE, first, second)
        assert is_consistent(first, second, root_at(TREE, first), root_at(TREE, second), proof)

    @given(two_sizes(), st.integers(0), st.integers(1, 255), st.integers(0))
    def test_fails_by_any_changed_byte(self, both: tuple[int, int], at: int, bits: int, which: int) -> None:
        first, second = both
        roots = root_at(TREE, first), root_at(TREE, second)
        proof = consistency_proof(TREE, first, second)
        assert not is_consistent(first, second, changed(roots[0], at, bits), roots[1], proof)
        if first:
            assert not is_consistent(first, second, roots[0], changed(roots[1], at, bits), proof)
        if proof:
            which %= len(proof)
            bent = [*proof[:which], changed(proof[which], at, bits), *proof[which + 1 :]]
            assert not is_consistent(first, second, *roots, bent)
        assert not is_consistent(first, second, *roots, [*proof, HASHES[0]])

    @given(two_sizes(), st.integers(0, 700))
    def test_fails_where_history_was_rewritten(self, both: tuple[int, int], at: int) -> None:
        first, second = both
        if first:
            at %= first
            rewritten = MemoryTree([*HASHES[:at], leaf_hash(b"other"), *HASHES[at + 1 : second]])
            proof = consistency_proof(rewritten, first, second)
            assert not is_consistent(first, second, root_at(TREE, first), rewritten.root(), proof)


class TestCompactRange:
    @given(st.integers(0, 300), st.integers(0, 300))
    def test_appends_where_another_stopped(self, first: int, more: int) -> None:
        tree = CompactRange(first, peaks(TREE, first))
        for leaf in HASHES[first : first + more]:
            tree.append(leaf)
        assert tree.root() == root_at(TREE, first + more)


class TestTiledTree:
    @given(st.lists(st.integers(0, 550), min_size=1, max_size=6))
    def test_proves_from_runs_whatever_the_seals_took(self, sizes_sealed: list[int]) -> None:
        ends = sorted(sizes_sealed)
        kept: dict[tuple[int, int], bytes] = {}
        tree = CompactRange()
        for end in ends:
            for run in grow(tree, HASHES[tree.size : end]):
                self.keep(kept, run)
        tiled = TiledTree(lambda level, tile: kept.get((level, tile), b""))
        assert tree.root() == root_at(tiled, ends[-1]) == root_at(TREE, ends[-1])
        for first in ends:
            assert consistency_proof(tiled, first, ends[-1]) == consistency_proof(TREE, first, ends[-1])
            if first:
                assert inclusion_proof(tiled, first - 1, ends[-1]) == inclusion_proof(
                    TREE, first - 1, ends[-1]
                )

    def keep(self, kept: dict[tuple[int, int], bytes], run: Run) -> None:
        """A run follows what its tile has, and stays inside it."""
        tile, offset = divmod(run.first_index, TILE_WIDTH)
        there = kept.get((run.level, tile), b"")
        assert len(there) == offset * HASH_SIZE
        kept[run.level, tile] = there + run.hashes
        assert len(kept[run.level, tile]) <= TILE_WIDTH * HASH_SIZE
