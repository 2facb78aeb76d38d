"""The report of an import: what is wrong, line by line, and how it is written to a file."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from contracts.services.imports.form import Fault, Line

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`is_replay`: an earlier import of the same file answers, and nothing was done."""

    sha256: str
    lines: int
    subjects: int
    """Parties, or contracts, of which each may have several lines."""
    faults: Sequence[Fault]
    is_replay: bool = False
    first_lines: Sequence[Line] = ()
    """As they were read: whoever chose the wrong encoding sees it here."""
    is_cut: bool = False
    """Whether there are more faults than are told."""

    @property
    def is_clean(self) -> bool:
        return not self.faults


def report_csv(*, report: ImportReport) -> str:
    """The faults as CSV. A cell that a spreadsheet would run is written with a quote before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["line", "column", "code", "what to do", "value"])
    for one in report.faults:
        writer.writerow(
            [one.line_no, *(_harmless(str(text)) for text in (one.column, one.code, one.sentence, one.value))]
        )
    return out.getvalue()


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text
