"""What a file of an import looks like: its columns, its lines, and what can be wrong with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

WHOLE_FILE = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a file, and what to do. Line 0 is the file as a whole."""

    line_no: int
    column: str
    code: str
    sentence: str | Promise
    value: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line as text, by the columns' names; `line_no` is the row that a spreadsheet shows."""

    line_no: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the form. `is_day`: text or a spreadsheet's day; `is_number`: a plain decimal number."""

    name: str
    what: str | Promise
    example: str
    is_required: bool = True
    is_day: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Unfit:
    """A cell that has no exact text, as the reader of a spreadsheet found it."""

    code: str
    value: str


class FileUnreadable(Exception):
    """The file cannot be read as a table of this form; the faults say why."""

    code = "contracts_bulkimport_file_readable"

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(one.sentence) for one in faults))
        self.faults = faults

    @classmethod
    def because(
        cls, code: str, sentence: str | Promise, value: str = "", *, line_no: int = WHOLE_FILE
    ) -> "FileUnreadable":
        """Make the refusal of a whole file, of one fault."""
        return cls(Fault(line_no, "", code, sentence, value))


Row = tuple[int, Sequence[Any]]
"""Number and cells: text, or what a spreadsheet keeps instead."""
