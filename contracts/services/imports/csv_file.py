"""Read the rows of a CSV file as spreadsheets write it: a byte order mark, semicolons, an older encoding."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from contracts.services.imports.form import FileUnreadable, Row

CODECS = {"utf-8": "utf-8-sig", "gb18030": "gb18030", "big5": "big5hkscs"}
"""What may be chosen, and how it is read: Big5 with Hong Kong's characters, which has all of Taiwan's."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
DELIMITERS = (",", ";", "\t")


def csv_rows(*, content: bytes, encoding: str) -> Iterator[Row]:
    """Every row under the number of the line on which it begins.

    :raises FileUnreadable: another kind of file, another encoding, quotes that do not match.
    """
    text = _decoded(content, encoding)
    skipped, delimiter = _shape(text)
    lines = io.StringIO(text, newline="")
    for _line in range(skipped):
        lines.readline()
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    begins = 1
    try:
        for row in reader:
            yield begins + skipped, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileUnreadable.because(
            "broken_quotes",
            _("From this line on the quotes do not match; mend them."),
            str(error),
            line_no=begins + skipped,
        ) from error


def _decoded(content: bytes, encoding: str) -> str:
    if content.startswith(OLD_EXCEL):
        raise FileUnreadable.because(
            "old_excel",
            _("This is an old Excel file, or has a password; save it as XLSX or CSV without one."),
        )
    if content.startswith(ZIP):
        raise FileUnreadable.because(
            "not_a_table", _("This is a spreadsheet under the name of a CSV file; let its name end in .xlsx.")
        )
    if content.startswith(UTF_16):
        raise FileUnreadable.because("utf_16", _("The file is UTF-16; save it as CSV UTF-8."))
    if encoding != "utf-8" and _is_utf_8(content):
        raise FileUnreadable.because("encoding_is_utf_8", _("The file is UTF-8; choose that encoding."))
    try:
        text = content.decode(CODECS[encoding])
    except UnicodeDecodeError as error:
        sentence = (
            _("The file is not UTF-8; choose GB18030 or Big5 if it was saved so, or save it as CSV UTF-8.")
            if encoding == "utf-8"
            else _(
                "The file is not in the encoding that was chosen; choose another, or save it as CSV UTF-8."
            )
        )
        line_no = content.count(b"\n", 0, error.start) + 1
        raise FileUnreadable.because("encoding", sentence, f"byte {error.start}", line_no=line_no) from error
    if "\0" in text or text.lstrip().startswith("<"):
        raise FileUnreadable.because(
            "not_a_table", _("This is no CSV file; save the table as CSV UTF-8 or as XLSX.")
        )
    return text


def _is_utf_8(content: bytes) -> bool:
    """Whether other than ASCII stands in it, all of it valid UTF-8: no other encoding looks like that."""
    if content.isascii():
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _shape(text: str) -> tuple[int, str]:
    """Lines before the heading, and what separates cells: Excel may say it in a line of its own."""
    first = text[: text.find("\n")] if "\n" in text else text
    said = first.strip().lower()
    if said.startswith("sep=") and said[4:] in DELIMITERS:
        return 1, said[4:]
    if said == "sep=":  # a tabulator, which strip() took
        return 1, "\t"
    return 0, max(DELIMITERS, key=first.count)
