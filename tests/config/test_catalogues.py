"""The catalogues say everything that the source says, in each language, and are compiled as they stand."""

import gettext
import io
import re

import pytest

from tools.messages import LANGUAGES, Key, Message, found_messages, merged, mo_bytes, po_path, read_po

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]")


@pytest.fixture(scope="module")
def found() -> dict[Key, Message]:
    return found_messages()


@pytest.mark.parametrize("language", LANGUAGES)
class TestCatalogue:
    def test_translates_every_message_of_the_source(self, language: str, found: dict[Key, Message]) -> None:
        _, known = read_po(po_path(language))
        missing = [key for key in found if key not in known or not known[key].is_translated]
        assert missing == [], "run `python -m tools.messages` and translate what it adds"

    def test_holds_nothing_that_the_source_no_longer_says(
        self, language: str, found: dict[Key, Message]
    ) -> None:
        _, known = read_po(po_path(language))
        assert set(known) - set(found) == set()

    def test_keeps_every_placeholder(self, language: str) -> None:
        _, known = read_po(po_path(language))
        differing = [
            key
            for key, message in known.items()
            for translation in message.translations
            if sorted(PLACEHOLDER.findall(key[1])) != sorted(PLACEHOLDER.findall(translation))
        ]
        assert differing == []

    def test_is_compiled_as_it_stands(self, language: str) -> None:
        header, messages = merged(language)
        assert po_path(language).with_suffix(".mo").read_bytes() == mo_bytes(header, messages)

    def test_is_read_by_gettext_itself(self, language: str) -> None:
        compiled = gettext.GNUTranslations(io.BytesIO(po_path(language).with_suffix(".mo").read_bytes()))
        assert compiled.gettext("Trial balance") in {"试算平衡表", "試算平衡表"}

    def test_is_written_in_one_script(self, language: str) -> None:
        """A few characters that only the other script has would show a line that nobody converted."""
        foreign = (
            set("賬帳證倉幣務與為額總會過") if language == "zh_Hans" else set("账证仓币务与为额总会过对")
        )
        _, known = read_po(po_path(language))
        mixed = [
            translation
            for message in known.values()
            for translation in message.translations
            if foreign & set(translation)
        ]
        assert mixed == []


class TestFoundMessages:
    def test_include_docstrings_of_refusals(self, found: dict[Key, Message]) -> None:
        assert ("", "Maker and checker are two people: ask a colleague to decide.") in found

    def test_leave_out_refusals_that_say_their_own_sentence(self, found: dict[Key, Message]) -> None:
        assert ("", "The booking date is not the open business day of the book.") not in found

    def test_include_templates_and_contexts(self, found: dict[Key, Message]) -> None:
        assert ("", "Contracts by level") in found
        assert ("step of the day", "Open") in found
