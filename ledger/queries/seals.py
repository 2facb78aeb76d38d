"""Seals, their headers, and the proofs that an entry is under one and that one continues another."""

from dataclasses import dataclass
from datetime import date

from ledger.domain.merkle import consistency_proof, inclusion_proof, is_included, leaf_hash
from ledger.domain.seal_files import OutsideSeal
from ledger.domain.tiles import TILE_WIDTH, TiledTree, Tiles
from ledger.models import EntryPosition, Seal, SealNode
from ledger.queries.seal_texts import canonical_bytes_of, headers_of


class EntryNotSealed(Exception):
    """No seal covers this entry yet: it is sealed at the close of its day."""


@dataclass(frozen=True, slots=True)
class SealMark:
    """A seal as reports name it, to be compared with one held outside; 16 hex digits of its hash."""

    seal_id: int
    seal_no: int
    business_date: date
    tree_size: int
    short_hash: str

    @property
    def text(self) -> str:
        """`seal 2 of 2008-09-16: 0123456789abcdef`, for text that a program reads."""
        return f"seal {self.seal_no} of {self.business_date}: {self.short_hash}"


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an entry is a leaf of a sealed tree. `holds` says whether it verifies against the stored seal."""

    entry_id: int
    position: int
    seal: OutsideSeal
    leaf: bytes
    path: tuple[bytes, ...]
    holds: bool


def signed_seals(*, book_id: int, first_no: int = 1, last_no: int | None = None) -> list[OutsideSeal]:
    """Return the seals of a book in order, with what each says. Two statements."""
    rows = (
        Seal.objects.filter(book_id=book_id, seal_no__gte=first_no).select_related("key").order_by("seal_no")
    )
    if last_no is not None:
        rows = rows.filter(seal_no__lte=last_no)
    found = list(rows)
    headers = headers_of(seals=found)
    return [
        OutsideSeal(
            header=headers[seal.pk],
            seal_hash=bytes(seal.seal_hash).hex(),
            signature=bytes(seal.signature).hex(),
            public_key=bytes(seal.key.public_key).hex(),
        )
        for seal in found
    ]


def newest_seal(*, book_id: int) -> Seal | None:
    """Return the last seal of a book, if it has any."""
    return Seal.objects.filter(book_id=book_id).order_by("-seal_no").first()


def newest_mark(*, book_id: int) -> SealMark | None:
    """Return how a report names the last seal of a book, if it has any. One statement."""
    seal = Seal.objects.filter(book_id=book_id).select_related("day_close__day").order_by("-seal_no").first()
    if seal is None:
        return None
    return SealMark(
        seal_id=seal.pk,
        seal_no=seal.seal_no,
        business_date=seal.day_close.day.business_date,
        tree_size=seal.tree_size,
        short_hash=bytes(seal.seal_hash).hex()[:16],
    )


def seal_of_entry(*, entry_id: int) -> Seal | None:
    """Return the seal under which the entry first came, if its day is sealed."""
    place = EntryPosition.objects.filter(entry_id=entry_id).first()
    if place is None:
        return None
    return (
        Seal.objects.filter(book_id=place.book_id, tree_size__gte=place.position).order_by("seal_no").first()
    )


def proof_of_inclusion(*, entry_id: int) -> InclusionProof:
    """Return the proof that the entry, as its rows are now, is under the seal of its close.

    :raises EntryNotSealed: no seal covers it.
    Source: RFC 6962, 2.1.1.
    """
    seal = seal_of_entry(entry_id=entry_id)
    if seal is None:
        raise EntryNotSealed(str(entry_id))
    place = EntryPosition.objects.get(entry_id=entry_id)
    tree = TiledTree(tiles_of(book_id=seal.book_id))
    index = place.position - 1
    path = inclusion_proof(tree, index, seal.tree_size)
    leaf = leaf_hash(canonical_bytes_of(book_id=seal.book_id, position=place.position))
    (signed,) = signed_seals(book_id=seal.book_id, first_no=seal.seal_no, last_no=seal.seal_no)
    return InclusionProof(
        entry_id=entry_id,
        position=place.position,
        seal=signed,
        leaf=leaf,
        path=tuple(path),
        holds=is_included(leaf, index, seal.tree_size, path, bytes(seal.root_hash)),
    )


def proof_of_consistency(*, book_id: int, first_size: int, second_size: int) -> list[bytes]:
    """Return the proof that the tree of the second size begins with that of the first.

    Source: RFC 6962, 2.1.2.
    """
    return consistency_proof(TiledTree(tiles_of(book_id=book_id)), first_size, second_size)


def tiles_of(*, book_id: int) -> Tiles:
    """Return a reader of the stored tiles of a book's tree."""

    def tile(level: int, number: int) -> bytes:
        rows = SealNode.objects.filter(
            book_id=book_id,
            level=level,
            first_index__gte=number * TILE_WIDTH,
            first_index__lt=(number + 1) * TILE_WIDTH,
        ).order_by("first_index")
        return b"".join(bytes(hashes) for hashes in rows.values_list("hashes", flat=True))

    return tile
