"""The typesetter: the same bytes again, no glyph left out, nothing of the machine."""

import datetime as dt
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from contracts.documents.content import Callout, Column, Composition, Heading, Numbered, Row, Table, Text
from contracts.documents.render import LAYOUT, GlyphMissing, render
from contracts.documents.words import words_of
from tests.contracts.documents.paper import pages_of, text_of, without_blanks

DAY = dt.date(2025, 1, 31)
ROOT = Path(__file__).resolve().parents[3]


def page(text: str, *, locale: str = "en", rows: int = 1) -> bytes:
    table = Table(
        [Column("name", wide=True), Column("figure", right=True)],
        [Row([f"row {number}", f"{number:,}"]) for number in range(rows)],
    )
    composition = Composition(
        issuer="Harbour",
        kind="Test",
        title="A title",
        facts=[("label", "value")],
        blocks=[Heading("Head"), Text(text), table, Callout("Mind", [("figure", "1.00")]), Numbered(["one"])],
    )
    return render(
        composition=composition, words=words_of(locale), reference="T-1", mark="mark: abc", issued_on=DAY
    )


class TestRender:
    def test_gives_the_same_bytes_in_another_process(self) -> None:
        script = (
            "import sys; from tests.contracts.documents.test_render import page;"
            "sys.stdout.buffer.write(page('Kontrakt 合約', locale='zh-hant'))"
        )
        elsewhere = subprocess.run(
            [sys.executable, "-c", script],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "TZ": "Pacific/Auckland", "LANG": "C", "SOURCE_DATE_EPOCH": "1"},
        )
        assert elsewhere.stdout == page("Kontrakt 合約", locale="zh-hant")

    @pytest.mark.parametrize("character", ["ก", "😀", "\ue000"])
    def test_fails_by_name_where_a_glyph_is_missing(self, character: str) -> None:
        with pytest.raises(GlyphMissing) as caught:
            page(f"Somchai {character}")
        assert f"U+{ord(character):04X}" in str(caught.value)

    @pytest.mark.parametrize(
        ("locale", "text", "faces"),
        [
            (
                "en",
                "O\u2019Brien \u2013 Ærø",
                {"NotoSansCJKsc-Regular", "NotoSansCJKkr-Regular"},
            ),
            ("en", "Łódź", {"NotoSansCJKsc-Regular", "LibertinusSerif-Regular"}),
            ("zh-hans", "骨直令角户说", {"NotoSansCJKsc-Regular"}),
            ("zh-hant", "骨直令角戶說", {"NotoSansCJKtc-Regular"}),
        ],
    )
    def test_draws_the_forms_of_the_region(self, locale: str, text: str, faces: set[str]) -> None:
        content = page(text, locale=locale)
        used = {
            str(font.get_object()["/BaseFont"]).split("+")[1].removesuffix("-Identity-H")
            for one in PdfReader(io.BytesIO(content)).pages
            for font in one["/Resources"]["/Font"].values()  # type: ignore[index]
        }
        assert used == faces | {"NotoSansCJKjp-Bold"}
        assert without_blanks(text) in text_of(content)

    def test_numbers_pages_and_carries_its_reference(self) -> None:
        content = page("Many rows", rows=90)
        pages = pages_of(content)
        assert len(pages) > 1
        for number, text in enumerate(pages, 1):
            assert f"Page {number} of {len(pages)}" in text
            assert "T-1" in text
            assert "mark: abc" in text
        assert all("figure" in text for text in pages[:2]), "the head of a table is repeated"
        found = PdfReader(io.BytesIO(content)).metadata
        assert found is not None
        assert (found.title, found.author, found.keywords) == ("A title", "Harbour", "T-1, mark: abc")
        assert found.creation_date_raw == "D:20250131000000Z"

    def test_says_nothing_in_the_layout_itself(self) -> None:
        assert LAYOUT.read_text(encoding="utf-8").isascii()
