"""What an independent reader finds in a PDF."""

import io
import re

from pypdf import PdfReader


def text_of(content: bytes) -> str:
    """All text, blanks and line ends taken out: a cell or a line may break anywhere."""
    reader = PdfReader(io.BytesIO(content))
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def pages_of(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def without_blanks(text: str) -> str:
    return re.sub(r"\s+", "", text)
