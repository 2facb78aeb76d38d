"""What a page of the admin is made of: facts, tables and drawings, ready to be shown.

An edge computes them; the template `plimsoll/panels.html` only lays them out, so every page looks alike and
every figure is formatted by one place. Texts are shown escaped unless they are marked safe.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.safestring import SafeString

Text = str | Promise


class Tone(StrEnum):
    """What a state means to whoever looks at it; the style sheet gives each a colour."""

    NEUTRAL = "neutral"
    GOOD = "good"
    INFO = "info"
    NOTICE = "notice"
    WARN = "warn"
    BAD = "bad"
    HOLD = "hold"


class Look(StrEnum):
    """How a cell is set."""

    TEXT = "text"
    NUMBER = "number"  # right-aligned, figures of one width
    CODE = "code"  # addresses, references, hashes: may be broken anywhere
    CHIP = "chip"
    PROSE = "prose"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value: its text, where it leads, and how it is set."""

    text: Text
    href: str = ""
    look: Look = Look.TEXT
    tone: Tone = Tone.NEUTRAL
    title: Text = ""


@dataclass(frozen=True, slots=True)
class Column:
    label: Text
    look: Look = Look.TEXT


@dataclass(frozen=True, slots=True)
class Link:
    label: Text
    href: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled values, in as many columns as there is room for."""

    title: Text
    items: Sequence[tuple[Text, Cell]]
    note: Text = ""
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `empty` is the sentence that stands where there are no rows."""

    title: Text
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    empty: Text
    note: Text = ""
    foot: Sequence[Cell] = ()
    links: Sequence[Link] = ()
    kind: str = field(default="table", init=False)

    @property
    def body(self) -> list[list[tuple[Cell, Look]]]:
        """The rows, each cell with how its place is set: a plain cell as its column says."""
        return [self._placed(row) for row in self.rows]

    @property
    def placed_foot(self) -> list[tuple[Cell, Look]]:
        return self._placed(self.foot)

    def _placed(self, row: Sequence[Cell]) -> list[tuple[Cell, Look]]:
        return [
            (cell, column.look if cell.look is Look.TEXT else cell.look)
            for cell, column in zip(row, self.columns, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart drawn on the server, as an SVG element."""

    title: Text
    svg: SafeString
    note: Text = ""
    kind: str = field(default="drawing", init=False)


@dataclass(frozen=True, slots=True)
class Field:
    """What a page may be asked by its address: one of some options, or where there are none, a day."""

    label: Text
    name: str
    value: str
    options: Sequence[tuple[str, Text]] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """Fields that choose what the page shows."""

    fields: Sequence[Field]
    title: Text = ""
    kind: str = field(default="question", init=False)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two panels next to each other where there is room."""

    left: "Panel"
    right: "Panel"
    kind: str = field(default="pair", init=False)


Panel = Facts | Table | Drawing | Question | SideBySide


@dataclass(frozen=True, slots=True)
class Tab:
    """A part of a long page; `name` stands in its address."""

    name: str
    label: Text
    panels: Sequence[Panel]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that may be done here: a button that leads to the page which asks once more."""

    label: Text
    href: str
    tone: Tone = Tone.NEUTRAL


def text(value: Text, href: str = "") -> Cell:
    return Cell(value, href)


def code(value: Text, href: str = "") -> Cell:
    return Cell(value, href, Look.CODE)


def number(value: Text, href: str = "") -> Cell:
    return Cell(value, href, Look.NUMBER)


def chip(value: Text, tone: Tone = Tone.NEUTRAL, href: str = "", title: Text = "") -> Cell:
    return Cell(value, href, Look.CHIP, tone, title)


NOTHING = Cell("—")
