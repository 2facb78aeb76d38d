"""How the nodes of a seal's tree are kept: in runs of hashes of every eighth level, never changed once
written.

Level L holds the perfect subtrees of height 8 * L. A tile is 256 of its hashes in a row; each seal adds its
new hashes as runs that do not cross a tile. Any other node is at most 256 hashes of one tile away, so a
proof in a tree of a billion leaves reads a dozen tiles.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ledger.domain.merkle import CompactRange, node_hash

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
HASH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Run:
    """Hashes in a row of one level, within one tile."""

    level: int
    first_index: int
    hashes: bytes


def grow(tree: CompactRange, leaves: Iterable[bytes]) -> list[Run]:
    """Append the hashes of leaves to the tree; return the runs to be kept."""
    size = tree.size
    added: dict[int, list[bytes]] = {}
    for leaf in leaves:
        for height, node in tree.append(leaf):
            if height % TILE_HEIGHT == 0:
                added.setdefault(height // TILE_HEIGHT, []).append(node)
    runs = []
    for level, hashes in sorted(added.items()):
        index = size >> (level * TILE_HEIGHT)
        taken = 0
        while taken < len(hashes):
            room = TILE_WIDTH - index % TILE_WIDTH
            runs.append(Run(level, index, b"".join(hashes[taken : taken + room])))
            taken += room
            index += room
    return runs


Tiles = Callable[[int, int], bytes]
"""The hashes kept of the tile of a level and a number, joined; fewer than 256 while it fills."""


class NodeNotKept(LookupError):
    """A node is asked for that the kept tiles do not hold."""


class TiledTree:
    """The nodes of a tree from its tiles, each fetched once."""

    def __init__(self, tiles: Tiles) -> None:
        self._tiles = tiles
        self._fetched: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, index: int) -> bytes:
        level, above = divmod(height, TILE_HEIGHT)
        begin = index << above
        tile, offset = divmod(begin, TILE_WIDTH)
        if (level, tile) not in self._fetched:
            self._fetched[level, tile] = self._tiles(level, tile)
        hashes = self._fetched[level, tile]
        width = 1 << above
        if len(hashes) < (offset + width) * HASH_SIZE:
            raise NodeNotKept(f"height {height}, index {index}")
        return _fold([hashes[at * HASH_SIZE : (at + 1) * HASH_SIZE] for at in range(offset, offset + width)])


def _fold(hashes: Sequence[bytes]) -> bytes:
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]
