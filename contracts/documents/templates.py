"""From inputs to bytes: which composer makes which kind, and the version of all that shapes the result."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from contracts.documents.agreement import compose_agreement
from contracts.documents.call_notice import compose_call_notice
from contracts.documents.client_statement import compose_client_statement
from contracts.documents.closing import compose_closing
from contracts.documents.content import Composition
from contracts.documents.disclosure import compose_disclosure
from contracts.documents.inputs import sha256_of
from contracts.documents.render import FONT_FILES, render
from contracts.documents.words import Words, words_of

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Template:
    """A kind's letters in document numbers, and what lays its inputs out."""

    letters: str
    compose: Callable[[Any, Words], Composition]


TEMPLATES: Mapping[str, Template] = {
    "contract": Template("CTR", compose_agreement),
    "disclosure": Template("DIS", compose_disclosure),
    "client_statement": Template("STM", compose_client_statement),
    "margin_call_notice": Template("MCN", compose_call_notice),
    "closing_statement": Template("CLS", compose_closing),
}


def reference_of(*, book_code: str, kind: str, year: int, number: int) -> str:
    """A document's number as it is printed: LEND-CTR-2025-000001."""
    return f"{book_code}-{TEMPLATES[kind].letters}-{year}-{number:06d}"


def set_document(*, kind: str, inputs: str, locale: str, reference: str, issued_on: dt.date) -> bytes:
    """Return the PDF of some inputs in their canonical text. The same arguments give the same bytes.

    :raises GlyphMissing: a character has no glyph; names it.
    :raises TextMissing: the language lacks a text.
    :raises RenderingFailed: the layout could not be set.
    """
    words = words_of(locale)
    composed = TEMPLATES[kind].compose(json.loads(inputs), words)
    facts = [
        (words.say("common.number"), reference),
        (words.say("common.issued_on"), words.day(issued_on.isoformat())),
        *composed.facts,
    ]
    return render(
        composition=replace(composed, facts=facts),
        words=words,
        reference=reference,
        mark=f"{words.say('common.mark')}: {sha256_of(inputs)}",
        issued_on=issued_on,
    )


@cache
def template_version() -> str:
    """Everything but the inputs that shapes a document: composers, texts, layout, fonts and typesetter."""
    digest = hashlib.sha256(f"typst {version('typst')}".encode())
    own = sorted(path for path in HERE.rglob("*") if path.suffix in {".py", ".toml", ".typ"})
    for path in [*own, *FONT_FILES]:
        digest.update(path.name.encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
