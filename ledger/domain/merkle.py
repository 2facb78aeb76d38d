"""Merkle trees of RFC 6962: tree hash, inclusion and consistency proofs, and their verification. SHA-256.

Representation: a tree of `size` leaves is known by its *perfect subtrees*; the one of height h and index i
covers the leaves i * 2^h up to (i + 1) * 2^h. Once complete it never changes, which is what makes an
append-only log cheap to extend (`CompactRange`) and its proofs cheap to give: `Nodes` fetches the hash of
one by height and index.

Source: RFC 6962, 2.1 (tree hash, audit path, consistency proof); RFC 9162, 2.1.3.2 and 2.1.4.2
(verification).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Nodes = Callable[[int, int], bytes]
"""The hash of the perfect subtree of a height and an index."""

EMPTY_ROOT = hashlib.sha256(b"").digest()


class ProofOutOfRange(ValueError):
    """There is no such leaf, or no such earlier size, in a tree of this size."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes; the prefix keeps leaves and nodes apart."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """A tree as the roots of its largest perfect subtrees, from the left: all that appending needs."""

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ProofOutOfRange(f"{size} leaves have {size.bit_count()} perfect subtrees, not {len(peaks)}")
        self.size = size
        self._peaks = list(peaks)

    def append(self, leaf: bytes) -> list[tuple[int, bytes]]:
        """Add the hash of a leaf; return what it completes, (height, hash), itself first."""
        completed = [(0, leaf)]
        height, node, rest = 0, leaf, self.size
        while rest & 1:
            node = node_hash(self._peaks.pop(), node)
            height += 1
            rest >>= 1
            completed.append((height, node))
        self._peaks.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the tree hash of all that was appended."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


class MemoryTree:
    """A whole tree in memory; calling it gives a node, so that it serves where `Nodes` are asked for."""

    def __init__(self, leaves: Iterable[bytes] = ()) -> None:
        self._range = CompactRange()
        self._levels: list[list[bytes]] = []
        for leaf in leaves:
            self.append(leaf)

    def append(self, leaf: bytes) -> None:
        """Add the hash of a leaf."""
        for height, node in self._range.append(leaf):
            if height == len(self._levels):
                self._levels.append([])
            self._levels[height].append(node)

    @property
    def size(self) -> int:
        return self._range.size

    def root(self) -> bytes:
        """Return the tree hash."""
        return self._range.root()

    def __call__(self, height: int, index: int) -> bytes:
        return self._levels[height][index]


def peaks(nodes: Nodes, size: int) -> list[bytes]:
    """Return the largest perfect subtrees of the first `size` leaves, from the left."""
    found, begin = [], 0
    for height in reversed(range(size.bit_length())):
        if size >> height & 1:
            found.append(nodes(height, begin >> height))
            begin += 1 << height
    return found


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the tree hash of the first `size` leaves."""
    return CompactRange(size, peaks(nodes, size)).root()


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the path that proves leaf `index` (from nought) to be in the tree of `size` leaves.

    :raises ProofOutOfRange: the tree has no such leaf.
    Source: RFC 6962, 2.1.1 (PATH).
    """
    if not 0 <= index < size:
        raise ProofOutOfRange(f"leaf {index} of {size}")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(nodes: Nodes, first: int, second: int) -> list[bytes]:
    """Return what proves that the tree of `second` leaves begins with the tree of `first` leaves.

    Nothing needs to be said where they are equal, or the first is empty.

    :raises ProofOutOfRange: `first` is no size on the way to `second`.
    Source: RFC 6962, 2.1.2 (PROOF and SUBPROOF).
    """
    if not 0 <= first <= second:
        raise ProofOutOfRange(f"from {first} to {second} leaves")
    if first in (0, second):
        return []
    path: list[bytes] = []
    begin, end = 0, second
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(_range_root(nodes, middle, end))
            end = middle
        else:
            path.append(_range_root(nodes, begin, middle))
            begin = middle
    if begin:
        path.append(_range_root(nodes, begin, end))
    return path[::-1]


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the path leads from the leaf's hash at `index` to the root of `size` leaves.

    Source: RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            node = node_hash(node, sibling)
        fn >>= 1
        sn >>= 1
    return sn == 0 and node == root


def is_consistent(
    first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows the tree of `second` leaves to begin with the tree of `first` leaves.

    Source: RFC 9162, 2.1.4.2; the trivial cases (equal sizes, an empty first tree) take an empty proof only.
    """
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    path = list(proof)
    if not first & (first - 1):
        path.insert(0, first_root)
    if not path:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    first_node = second_node = path[0]
    for sibling in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            first_node = node_hash(sibling, first_node)
            second_node = node_hash(sibling, second_node)
            while not fn & 1 and fn:
                fn >>= 1
                sn >>= 1
        else:
            second_node = node_hash(second_node, sibling)
        fn >>= 1
        sn >>= 1
    return sn == 0 and first_node == first_root and second_node == second_root


def _split(size: int) -> int:
    """The largest power of two below the size."""
    return 1 << (size - 1).bit_length() - 1


def _range_root(nodes: Nodes, begin: int, end: int) -> bytes:
    """The tree hash of the leaves from `begin` to `end`, where a split of the RFC puts `begin`."""
    found = []
    while begin < end:
        height = (end - begin).bit_length() - 1
        found.append(nodes(height, begin >> height))
        begin += 1 << height
    root = found.pop()
    while found:
        root = node_hash(found.pop(), root)
    return root
