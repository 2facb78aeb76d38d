"""Read Beancount's documented syntax: transactions and balances; all else is refused or passed over by name.

Written from the language's public description. A transaction runs from its dated line over the indented
lines below it; a string may run over lines. One amount may be left out. What would change other statements
(`pad`, `plugin`, `include`, `pushmeta`) is refused, for the author's own tool would book otherwise.
"""

import datetime as dt
import re
from collections.abc import Iterator

from ledger.domain.foreign_journal import (
    LONGEST_LINE,
    ForeignBalance,
    ForeignPosting,
    ForeignTransaction,
    Item,
    Unbookable,
    passed_over,
    refused,
    shown,
)

_DATED = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ \t]+(\S+)(.*)", re.ASCII | re.DOTALL)
_ACCOUNT = r"[^\W\d_][\w-]*(?::[\w-]+)+"
_NUMBER = r"[-+]?[ \t]*\d[\d,]*(?:\.\d*)?"
_UNIT = r"[A-Z](?:[A-Z0-9'._-]*[A-Z0-9])?"
_POSTING = re.compile(
    rf"(?:[*!&#?%PSTCURM][ \t]+)?(?P<account>{_ACCOUNT})"
    rf"(?:[ \t]+(?P<number>{_NUMBER})[ \t]*(?P<unit>{_UNIT}))?[ \t]*(?P<rest>[{{@].*)?",
    re.DOTALL,
)
_BALANCE = re.compile(
    rf"[ \t]+(?P<account>{_ACCOUNT})[ \t]+(?P<number>{_NUMBER})[ \t]*"
    rf"(?P<tolerance>~[^A-Z]*)?(?P<unit>{_UNIT})[ \t]*"
)
_HEAD = re.compile(r'[ \t]*(?:"(?:[^"\\]|\\.)*"[ \t]*){0,2}(?:[#^][\w\-/.]+[ \t]*)*', re.DOTALL)
_META = re.compile(r"[a-z][\w-]*:(?:[ \t\n].*)?", re.DOTALL)
_TAGS = re.compile(r"(?:[#^][\w\-/.]+[ \t]*)+")
_PASSED_OVER = {
    "open": "an account is opened here by its own service",
    "close": "an account stays as it is",
    "commodity": "a unit is created by its own service",
    "price": "prices come by quotes",
    "note": "a note books nothing",
    "document": "a document books nothing",
    "event": "an event books nothing",
    "query": "a query books nothing",
    "custom": "a custom statement books nothing here",
    "option": "an option of the author's tool",
    "pushtag": "tags are not booked",
    "poptag": "tags are not booked",
}
_REFUSED = {
    "pad": "pad plugs a difference; post the missing entry instead",
    "include": "another file is not read; send it by itself, or put both into one",
    "plugin": "a plugin may change other statements; export the journal after it has run",
    "pushmeta": "it would change other statements; write them out",
    "popmeta": "it would change other statements; write them out",
}
_FLAGS = frozenset("*!&#?%PSTCURM")


def read_beancount(text: str) -> Iterator[Item]:
    """Every statement of the journal, in its order. Reads any text; what it cannot read it refuses."""
    statement: list[tuple[int, str]] = []
    for line_no, line in _logical_lines(text):
        if line[:1] in {" ", "\t"} and line.strip() and statement:
            statement.append((line_no, line))
            continue
        if statement:
            yield _item(statement)
            statement = []
        bare = _without_comment(line).rstrip()
        if not bare.strip():
            continue
        if line[:1] in {" ", "\t"}:
            yield refused(line_no, "ledger_import_syntax", "an indented line that belongs to nothing", line)
        else:
            statement = [(line_no, line)]
    if statement:
        yield _item(statement)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines, those joined over which a string runs. A string that never ends joins nothing."""
    lines = text.split("\n")
    number = 0
    while number < len(lines):
        line = lines[number]
        first = number
        if len(line) <= LONGEST_LINE and _open_string(line, inside=False):
            last = number + 1
            while (
                last < len(lines)
                and len(lines[last]) <= LONGEST_LINE
                and _open_string(lines[last], inside=True)
            ):
                last += 1
            if last < len(lines) and len(lines[last]) <= LONGEST_LINE:
                line = "\n".join(lines[number : last + 1])
                number = last
        yield first + 1, line
        number += 1


def _open_string(line: str, *, inside: bool) -> bool:
    """Whether a string is open at the line's end."""
    escaped = False
    for character in line:
        if escaped:
            escaped = False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
        elif character == ";" and not inside:
            return False
    return inside


def _without_comment(line: str) -> str:
    inside = escaped = False
    for place, character in enumerate(line):
        if escaped:
            escaped = False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
        elif character == ";" and not inside:
            return line[:place]
    return line


def _item(statement: list[tuple[int, str]]) -> Item:
    line_no, first = statement[0]
    text = "\n".join(line for _, line in statement)
    too_long = next((number for number, line in statement if len(line) > LONGEST_LINE), None)
    if too_long is not None:
        return refused(too_long, "ledger_import_line_too_long", "the line is too long to be read", text)
    first = _without_comment(first).rstrip()
    match = _DATED.fullmatch(first)
    if match is None:
        return _undated(line_no, first, text)
    try:
        date = dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return refused(line_no, "ledger_import_date", "there is no such date", text)
    word, rest = match[4], match[5]
    if word in _FLAGS or word == "txn":
        return _transaction(date, rest, statement, text)
    if word == "balance":
        return _balance(line_no, date, rest, text)
    return _by_name(line_no, word, text)


def _undated(line_no: int, first: str, text: str) -> Unbookable:
    if first[:1] in "*:#!&?%":
        return passed_over(line_no, "ledger_import_heading", "a heading books nothing", text)
    return _by_name(line_no, first.split(maxsplit=1)[0], text)


def _by_name(line_no: int, word: str, text: str) -> Unbookable:
    if word in _PASSED_OVER:
        return passed_over(line_no, f"ledger_import_{word}", _PASSED_OVER[word], text)
    if word in _REFUSED:
        return refused(line_no, f"ledger_import_{word}", _REFUSED[word], text)
    return refused(line_no, "ledger_import_syntax", "no statement begins so", text)


def _balance(line_no: int, date: dt.date, rest: str, text: str) -> Item:
    match = _BALANCE.fullmatch(rest)
    if match is None:
        return refused(
            line_no, "ledger_import_syntax", "a balance is: date balance account amount unit", text
        )
    if match["tolerance"]:
        return refused(
            line_no, "ledger_import_tolerance", "a balance is exact; leave the tolerance out", text
        )
    return ForeignBalance(
        line_no, date, match["account"], _plain(match["number"]), match["unit"], shown(text)
    )


def _transaction(date: dt.date, rest: str, statement: list[tuple[int, str]], text: str) -> Item:
    if _HEAD.fullmatch(rest) is None:
        return refused(
            statement[0][0], "ledger_import_syntax", "after the flag: payee, narration, tags and links", text
        )
    postings = []
    for line_no, line in statement[1:]:
        bare = _without_comment(line).strip()
        if not bare or _META.fullmatch(bare) or _TAGS.fullmatch(bare):
            continue
        match = _POSTING.fullmatch(bare)
        if match is None:
            return refused(line_no, "ledger_import_syntax", f"this is no posting: {bare[:80]}", text)
        number = match["number"]
        postings.append(
            ForeignPosting(
                line_no=line_no,
                account=match["account"],
                amount=None if number is None else _plain(number),
                unit=match["unit"] or "",
                priced=bool(match["rest"]),
            )
        )
    return ForeignTransaction(statement[0][0], date, tuple(postings), shown(text))


def _plain(number: str) -> str:
    """`- 1,234.` as `-1234`; the scale that was written stays."""
    return re.sub(r"[ \t,+]", "", number).removesuffix(".")
