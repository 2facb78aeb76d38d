"""What a foreign journal says, before anything of ours is known: transactions, balances, the unreadable.

Amounts stay text until the unit's scale is known. Every statement of the file becomes one item, so that the
report can answer for each. Debit positive, as in Beancount.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_LINE = 100_000
"""Characters; a longer line is no line of a journal, and is refused unread."""
LONGEST_FILE = 256 * 2**20
SHOWN_TEXT = 500
"""How much of a statement the report repeats; the file itself is kept whole."""


class UnreadableFile(ValueError):
    """The file as a whole cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class ForeignPosting:
    """One leg. `amount` is a plain decimal, None where the file leaves it out; `priced`: at cost or price."""

    line_no: int
    account: str
    amount: str | None
    unit: str
    priced: bool = False


@dataclass(frozen=True, slots=True)
class ForeignTransaction:
    """A transaction with its date (None where the file has no dates) and legs."""

    line_no: int
    date: dt.date | None
    postings: tuple[ForeignPosting, ...]
    text: str


@dataclass(frozen=True, slots=True)
class ForeignBalance:
    """The file asserts what an account holds at the start of a day."""

    line_no: int
    date: dt.date
    account: str
    amount: str
    unit: str
    text: str


@dataclass(frozen=True, slots=True)
class Unbookable:
    """A statement that books nothing: `refused`, or passed over by name because nothing follows from it."""

    line_no: int
    code: str
    detail: str
    text: str
    refused: bool


Item = ForeignTransaction | ForeignBalance | Unbookable


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, with or without its mark, any line ends.

    :raises UnreadableFile: it is too large, not UTF-8, or holds NUL bytes.
    """
    if len(content) > LONGEST_FILE:
        raise UnreadableFile(f"The file is larger than {LONGEST_FILE // 2**20} MiB; send it in parts.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Byte {error.start + 1} is not UTF-8; save the file as UTF-8.") from error
    if "\0" in text:
        line_no = text[: text.index("\0")].count("\n") + 1
        raise UnreadableFile(f"Line {line_no} holds a NUL byte; this is no text file.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(text: str) -> str:
    """As much of a statement as the report repeats."""
    return text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"


def refused(line_no: int, code: str, detail: str, text: str) -> Unbookable:
    return Unbookable(line_no, code, detail, shown(text), refused=True)


def passed_over(line_no: int, code: str, detail: str, text: str) -> Unbookable:
    return Unbookable(line_no, code, detail, shown(text), refused=False)


def opening_of(items: Iterable[Item]) -> Iterator[Item]:
    """A file of balances and no transactions is an opening balance: one transaction of all its lines."""
    found = list(items)
    balances = [item for item in found if isinstance(item, ForeignBalance)]
    if not balances or any(isinstance(item, ForeignTransaction) for item in found):
        yield from found
        return
    yield from (item for item in found if not isinstance(item, ForeignBalance))
    yield ForeignTransaction(
        line_no=balances[0].line_no,
        date=balances[0].date,
        postings=tuple(ForeignPosting(b.line_no, b.account, b.amount, b.unit) for b in balances),
        text=shown("\n".join(b.text for b in balances)),
    )


def formula_safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
