"""What a document is made of: blocks in their order, every figure already written as it is read.

A composer builds them, `house.typ` lays them out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Heading:
    text: str
    level: int = 1
    type: str = field(default="heading", init=False)


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    keep: bool = False
    """Stays on one page with what follows."""
    type: str = field(default="text", init=False)


@dataclass(frozen=True, slots=True)
class Note:
    """Small print under what it explains."""

    text: str
    type: str = field(default="note", init=False)


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels and their values, one under the other."""

    rows: Sequence[tuple[str, str]]
    right: bool = False
    """Figures: the values stand to the right, one under the other."""
    type: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    right: bool = False
    wide: bool = False
    """Takes the room that the others leave."""


@dataclass(frozen=True, slots=True)
class Row:
    cells: Sequence[str]
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    columns: Sequence[Column]
    rows: Sequence[Row]
    type: str = field(default="table", init=False)


@dataclass(frozen=True, slots=True)
class Callout:
    """What must not be missed: figures in large type, and a sentence."""

    title: str
    rows: Sequence[tuple[str, str]] = ()
    text: str = ""
    type: str = field(default="callout", init=False)


@dataclass(frozen=True, slots=True)
class Numbered:
    items: Sequence[str]
    type: str = field(default="list", init=False)


@dataclass(frozen=True, slots=True)
class Signatures:
    """Lines to sign on: names, and in what role."""

    names: Sequence[tuple[str, str]]
    place: str
    type: str = field(default="signatures", init=False)


Block = Heading | Text | Note | Facts | Table | Callout | Numbered | Signatures


@dataclass(frozen=True, slots=True)
class Composition:
    """Who issues a document and of what kind it is, its title, the facts under it, and its body."""

    issuer: str
    kind: str
    title: str
    facts: Sequence[tuple[str, str]]
    blocks: Sequence[Block]
