"""What services wrote beside their rows, said in the reader's language.

Reasons, events and narrations are stored in English and some are hashed, so they stay as they are; a screen
says those whose wording is known in the language of whoever reads. What a person wrote is shown as it was.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from django.utils.translation import gettext

from accounts.admin.panels import Text

PLACE = re.compile(r"%\((\w+)\)s")
_known: dict[str, re.Pattern[str]] = {}
_words: dict[str, Text] = {}


def know(*texts: str, words: Mapping[str, Text] | None = None) -> None:
    """Tell wordings, marked for translation, `%(name)s` where they differ; and words that stand in them."""
    for text in texts:
        pieces = PLACE.split(text)
        pattern = "".join(
            f"(?P<{piece}>.+?)" if number % 2 else re.escape(piece.replace("%%", "%"))
            for number, piece in enumerate(pieces)
        )
        _known[text] = re.compile(pattern, re.DOTALL)
    _words.update(words or {})
    _wording.cache_clear()


def stored_text(said: str) -> str:
    """The text in the language of the request, if its wording is known."""
    if said in _words:
        return str(_words[said])
    text, found = _wording(said)
    if not text:
        return said
    return gettext(text) % {name: stored_text(value) for name, value in found} if found else gettext(text)


@lru_cache(maxsize=4096)
def _wording(said: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    if said in _known:
        return said, ()
    for text, pattern in _known.items():
        match = pattern.fullmatch(said)
        if match:
            return text, tuple(match.groupdict().items())
    return "", ()
