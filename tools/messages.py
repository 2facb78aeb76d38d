"""The catalogues of the languages: `python -m tools.messages` brings them up to date with the source.

Needs no gettext. Every string of our apps that people see is found (calls of gettext in Python and templates,
and the docstrings of exceptions, which are what a person reads of a refusal), new ones are added to each
`django.po` without a translation, unused ones are dropped, and each `django.mo` is written anew. Tests hold
the result complete.
"""

import ast
import builtins
import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import cleandoc
from pathlib import Path
from typing import Protocol

from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "config" / "locale"
LANGUAGES = ("zh_Hans", "zh_Hant")
PLACES = ("accounts", "ledger", "custody", "contracts", "clearing", "config")
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
TEMPLATE_CALL = re.compile(r"""\b(?:gettext|_)\(u?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")
# Sentences of exceptions that only a terminal shows.
NOT_SHOWN = {"demo", "management", "simulator", "migrations"}
# Words of the admin's own templates that its authors have not translated into Chinese.
FOREIGN = LOCALE / "foreign.txt"

Key = tuple[str, str]
"""Context, empty for none, and the English text."""


@dataclass(slots=True)
class Message:
    key: Key
    plural: str = ""
    places: list[str] = field(default_factory=list)
    translations: list[str] = field(default_factory=list)

    @property
    def is_translated(self) -> bool:
        return bool(self.translations) and all(self.translations)


def source_files(pattern: str) -> Iterator[Path]:
    for place in PLACES:
        for path in sorted((ROOT / place).rglob(pattern)):
            if "migrations" not in path.parts:
                yield path


def found_messages() -> dict[Key, Message]:
    """Every message of the source, by context and text."""
    found: dict[Key, Message] = {}

    def add(text: str, place: str, *, context: str = "", plural: str = "") -> None:
        message = found.setdefault((context, text), Message((context, text), plural))
        if place not in message.places:
            message.places.append(place)

    trees = {path: ast.parse(path.read_text(), str(path)) for path in source_files("*.py")}
    for path, tree in trees.items():
        place = str(path.relative_to(ROOT))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                add_call(node, place, add)
    for path, sentence in refusal_sentences(trees):
        add(sentence, str(path.relative_to(ROOT)))
    for path in source_files("templates/**/*.html"):
        for literal in TEMPLATE_CALL.findall(templatize(path.read_text())):
            add(ast.literal_eval(literal), str(path.relative_to(ROOT)))
    if FOREIGN.exists():
        for line in FOREIGN.read_text().splitlines():
            if line and not line.startswith("#"):
                add(line, str(FOREIGN.relative_to(ROOT)))
    return found


def add_call(node: ast.Call, place: str, add: "Adder") -> None:
    name = getattr(node.func, "id", "")
    texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name in PLAIN and len(texts) == 1:
        add(texts[0], place)
    elif name in PLURAL and len(texts) >= 2:
        add(texts[0], place, plural=texts[1])
    elif name in IN_CONTEXT and len(texts) == 2:
        add(texts[1], place, context=texts[0])


class Adder(Protocol):
    """How a message is taken down."""

    def __call__(self, text: str, place: str, *, context: str = "", plural: str = "") -> None:
        """Take down a message found at a place."""


def refusal_sentences(trees: dict[Path, ast.Module]) -> Iterator[tuple[Path, str]]:
    """The first paragraph of the docstring of each exception that has no `sentence` of its own."""
    classes = {
        node.name: (path, node)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def lineage(name: str) -> Iterator[str | ast.ClassDef]:
        if name not in classes:
            yield name
            return
        node = classes[name][1]
        yield node
        for base in node.bases:
            yield from lineage(getattr(base, "id", ""))

    for name, (path, node) in sorted(classes.items(), key=lambda item: (str(item[1][0]), item[1][1].lineno)):
        line = list(lineage(name))
        is_exception = any(
            isinstance(one, str)
            and isinstance(getattr(builtins, one, None), type)
            and issubclass(getattr(builtins, one), Exception)
            for one in line
        )
        has_sentence = any(isinstance(one, ast.ClassDef) and says_sentence(one) for one in line)
        doc = ast.get_docstring(node)
        if is_exception and not has_sentence and doc and not NOT_SHOWN & set(path.parts):
            yield path, " ".join(cleandoc(doc).split("\n\n")[0].split())


def says_sentence(node: ast.ClassDef) -> bool:
    targets: list[ast.expr] = [one.target for one in node.body if isinstance(one, ast.AnnAssign)]
    targets += [target for one in node.body if isinstance(one, ast.Assign) for target in one.targets]
    return any(getattr(target, "id", "") == "sentence" for target in targets)


def po_path(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read_po(path: Path) -> tuple[str, dict[Key, Message]]:
    """The header and the messages of a catalogue."""
    header, found = "", {}
    for block in re.split(r"\n\s*\n", path.read_text()) if path.exists() else []:
        entry = read_entry(block)
        if entry is None:
            continue
        if entry.key == ("", ""):
            header = entry.translations[0]
        else:
            found[entry.key] = entry
    return header, found


def read_entry(block: str) -> Message | None:
    parts: dict[str, str] = {}
    current = ""
    places: list[str] = []
    for line in block.splitlines():
        if line.startswith("#:"):
            places += line[2:].split()
        if not line or line.startswith("#"):
            continue
        keyword = re.match(r"(msgctxt|msgid_plural|msgid|msgstr(?:\[\d+\])?)\s+(.*)", line)
        if keyword:
            current = keyword[1]
            parts[current] = ""
            line = keyword[2]
        parts[current] += ast.literal_eval(line)
    if "msgid" not in parts:
        return None
    translations = [text for name, text in sorted(parts.items()) if name.startswith("msgstr")]
    return Message(
        (parts.get("msgctxt", ""), parts["msgid"]), parts.get("msgid_plural", ""), places, translations
    )


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def written_entry(message: Message) -> str:
    context, text = message.key
    lines = [f"#: {place}" for place in sorted(message.places)]
    if "%(" in text or "%s" in text:
        lines.append("#, python-format")
    if context:
        lines.append(f"msgctxt {quoted(context)}")
    lines.append(f"msgid {quoted(text)}")
    if message.plural:
        lines += [
            f"msgid_plural {quoted(message.plural)}",
            f"msgstr[0] {quoted((message.translations or [''])[0])}",
        ]
    else:
        lines.append(f"msgstr {quoted((message.translations or [''])[0])}")
    return "\n".join(lines)


def write_po(path: Path, header: str, messages: dict[Key, Message]) -> None:
    first = "\n".join(['msgid ""', 'msgstr ""', *(quoted(line + "\n") for line in header.splitlines())])
    entries = [
        written_entry(messages[key]) for key in sorted(messages, key=lambda one: (one[1].lower(), one))
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join([first, *entries]) + "\n")


def mo_bytes(header: str, messages: dict[Key, Message]) -> bytes:
    """A compiled catalogue, as GNU gettext lays it out."""
    pairs = {b"": header.encode()}
    for (context, text), message in messages.items():
        if message.is_translated:
            original = f"{text}\0{message.plural}" if message.plural else text
            key = f"{context}\x04{original}" if context else original
            pairs[key.encode()] = "\0".join(message.translations).encode()
    keys = sorted(pairs)
    start = 7 * 4 + len(keys) * 16
    body = b""
    places = []
    for part in [*keys, *(pairs[key] for key in keys)]:
        places.append((len(part), start + len(body)))
        body += part + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + len(keys) * 8, 0, start)
    return head + b"".join(struct.pack("<2I", *place) for place in places) + body


HEADER = """\
Project-Id-Version: Plimsoll
Language: {language}
MIME-Version: 1.0
Content-Type: text/plain; charset=UTF-8
Content-Transfer-Encoding: 8bit
Plural-Forms: nplurals=1; plural=0;"""


def merged(language: str) -> tuple[str, dict[Key, Message]]:
    """The catalogue as it should be: the source's messages with the translations that there are."""
    _, known = read_po(po_path(language))
    messages = found_messages()
    for key, message in messages.items():
        message.translations = known[key].translations if key in known else []
    return HEADER.format(language=language), messages


def main() -> int:
    missing = 0
    for language in LANGUAGES:
        header, messages = merged(language)
        write_po(po_path(language), header, messages)
        po_path(language).with_suffix(".mo").write_bytes(mo_bytes(header, messages))
        bare = [message for message in messages.values() if not message.is_translated]
        missing += len(bare)
        print(f"{language}: {len(messages)} messages, {len(bare)} without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
