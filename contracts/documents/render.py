"""From a composition to the bytes of a PDF.

PDF/A-2a and PDF/UA-1: the file carries its fonts and its structure, is meant to be read in decades, and typst
refuses to write it where a character has no glyph. Nothing of the machine enters: fonts come from two pinned
packages and from the typesetter itself, the date is the day of issue.
"""

import datetime as dt
import json
import re
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path

import noto_cjk_sans_jp_bold
import noto_cjk_sans_otc
import typst

from contracts.documents.content import Composition
from contracts.documents.words import Words

HERE = Path(__file__).resolve().parent
LAYOUT = HERE / "house.typ"
FONT_FILES = (
    Path(str(files(noto_cjk_sans_otc).joinpath(noto_cjk_sans_otc.FONT_FILE))),
    Path(str(files(noto_cjk_sans_jp_bold).joinpath(noto_cjk_sans_jp_bold.FONT_FILE))),
)

REGIONS = {
    "en": ("en", "gb", "Noto Sans CJK SC"),
    "zh-hans": ("zh", "cn", "Noto Sans CJK SC"),
    "zh-hant": ("zh", "tw", "Noto Sans CJK TC"),
}
"""Language, region and face by locale: the two decide which form of a character is drawn."""
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
_NO_GLYPH = re.compile(r'the text `"(?P<text>.*?)"` could not be displayed')


class GlyphMissing(Exception):
    """The fonts have no glyph for a character, so the document was not made. Write the text without it."""

    code = "contracts_document_glyphs_present"


class RenderingFailed(Exception):
    """The layout could not be set; nothing was made."""

    code = "contracts_document_rendered"


def render(*, composition: Composition, words: Words, reference: str, mark: str, issued_on: dt.date) -> bytes:
    """Return the PDF. The same arguments give the same bytes.

    :raises GlyphMissing: a character has no glyph; names it.
    :raises RenderingFailed: the layout failed in another way.
    """
    lang, region, face = REGIONS[words.locale]
    document = {
        "lang": lang,
        "region": region,
        "face": face,
        "issuer": composition.issuer,
        "kind": composition.kind,
        "title": composition.title,
        "facts": composition.facts,
        "blocks": [asdict(block) for block in composition.blocks],
        "reference": reference,
        "mark": mark,
        "page": words.raw("common.page"),
        "day": [issued_on.year, issued_on.month, issued_on.day],
    }
    try:
        compiler = typst.Compiler(
            LAYOUT.read_bytes(),
            font_paths=_fonts(),
            sys_inputs={"document": json.dumps(document, ensure_ascii=False)},
        )
        content, warnings = compiler.compile_with_warnings(
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=dt.datetime.combine(issued_on, dt.time(), dt.UTC),
        )
    except typst.TypstError as error:
        missing = _NO_GLYPH.search(str(error))
        if missing is None:
            raise RenderingFailed(str(error)) from error
        raise GlyphMissing(_named(missing["text"])) from error
    if warnings:
        raise RenderingFailed("; ".join(str(warning) for warning in warnings))
    assert isinstance(content, bytes), "one PDF, not pages"
    return content


def _named(text: str) -> str:
    """Characters with their code points: what cannot be drawn may not be seen on a screen either."""
    plain = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return f"{plain} ({' '.join(f'U+{ord(one):04X}' for one in plain)})"


@cache
def _fonts() -> typst.Fonts:
    """The faces of the two packages, and the typesetter's own for rare Latin letters; read once a process."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(path.parent) for path in FONT_FILES],
    )
