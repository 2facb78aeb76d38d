"""The reference vectors of RFC 6962's trees.

Source: the merkletree tests of the Certificate Transparency reference implementation (google/certificate-
transparency, cpp/merkletree/merkle_tree_test.cc): eight leaves, the root of each of the first trees, and
chosen proofs. The roots follow from RFC 6962, 2.1 by hand: the first is SHA-256 of one byte nought.
"""

import pytest

from ledger.domain.merkle import (
    EMPTY_ROOT,
    MemoryTree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    root_at,
)

LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
SECOND_LEAF = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
THIRD_AND_FOURTH = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
LAST_FOUR = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
FIFTH_LEAF = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
LAST_TWO = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
FIFTH_AND_SIXTH = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"

INCLUSION = [
    (0, 1, []),
    (0, 8, [SECOND_LEAF, THIRD_AND_FOURTH, LAST_FOUR]),
    (5, 8, [FIFTH_LEAF, LAST_TWO, ROOTS[4]]),
    (2, 3, [ROOTS[2]]),
    (1, 5, [ROOTS[1], THIRD_AND_FOURTH, FIFTH_LEAF]),
]
CONSISTENCY = [
    (1, 1, []),
    (1, 8, [SECOND_LEAF, THIRD_AND_FOURTH, LAST_FOUR]),
    (6, 8, [FIFTH_AND_SIXTH, LAST_TWO, ROOTS[4]]),
    (2, 5, [THIRD_AND_FOURTH, FIFTH_LEAF]),
]
HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]
TREE = MemoryTree(HASHES)


def in_hex(proof: list[bytes]) -> list[str]:
    return [node.hex() for node in proof]


class TestTreeHash:
    def test_of_nothing_is_the_hash_of_nothing(self) -> None:
        assert EMPTY_ROOT.hex() == root_at(TREE, 0).hex() == MemoryTree().root().hex() == EMPTY

    @pytest.mark.parametrize(("size", "root"), ROOTS.items())
    def test_is_the_published_one(self, size: int, root: str) -> None:
        assert root_at(TREE, size).hex() == root
        assert MemoryTree(HASHES[:size]).root().hex() == root


class TestInclusionProof:
    @pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
    def test_is_the_published_one(self, index: int, size: int, path: list[str]) -> None:
        assert in_hex(inclusion_proof(TREE, index, size)) == path

    @pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
    def test_leads_to_the_published_root(self, index: int, size: int, path: list[str]) -> None:
        proof = [bytes.fromhex(node) for node in path]
        assert is_included(HASHES[index], index, size, proof, bytes.fromhex(ROOTS[size]))


class TestConsistencyProof:
    @pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
    def test_is_the_published_one(self, first: int, second: int, path: list[str]) -> None:
        assert in_hex(consistency_proof(TREE, first, second)) == path

    @pytest.mark.parametrize(("first", "second", "path"), CONSISTENCY)
    def test_joins_the_published_roots(self, first: int, second: int, path: list[str]) -> None:
        proof = [bytes.fromhex(node) for node in path]
        roots = bytes.fromhex(ROOTS[first]), bytes.fromhex(ROOTS[second])
        assert is_consistent(first, second, *roots, proof)
