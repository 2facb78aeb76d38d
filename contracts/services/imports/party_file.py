"""A file of clients and funders: its form, its checks and their registration."""

import re
from collections.abc import Callable, Sequence

from django.utils.translation import gettext_lazy as _

from accounts.models import Party, PartyKind, PartyLocale
from accounts.services.parties import PartyDraft, register_parties
from contracts.services.imports.form import Column, Fault, Line

COLUMNS = (
    Column("code", _("Code of the party: capitals, digits, dots, dashes, underscores; at most 32"), "C-0001"),
    Column("kind", _("client or funder"), "client"),
    Column("name", _("Name, as it stands in its papers"), "Chen Wei 陈伟"),
    Column("language", _("en, zh-hans or zh-hant; empty is en"), "zh-hans", is_required=False),
)
CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
KINDS = frozenset({PartyKind.CLIENT.value, PartyKind.FUNDER.value})
LANGUAGES = frozenset(PartyLocale.values)
LONGEST_NAME = 200
CHUNK = 10_000

SENTENCES = {
    "unfit_code": _("A code has capitals, digits, dots, dashes and underscores, at most 32 of them."),
    "party_exists": _("A party of this code exists; choose another, or remove the line."),
    "duplicate_line": _("The file names this party twice; remove one line."),
    "unknown_kind": _("Write client or funder."),
    "unknown_language": _("Write en, zh-hans or zh-hant."),
    "name_too_long": _("A name has at most 200 characters; shorten it."),
}


def check_parties(*, lines: Sequence[Line]) -> list[Fault]:
    """Every fault of the lines; which codes are taken is asked by one statement."""
    taken = set(
        Party.objects.filter(code__in=[line.cells["code"] for line in lines]).values_list("code", flat=True)
    )
    seen: set[str] = set()
    faults: list[Fault] = []
    for line in lines:
        cells = line.cells
        code, kind, language = cells["code"], cells["kind"], cells["language"]
        for column, name, is_so in (
            ("code", "unfit_code", not CODE.fullmatch(code)),
            ("code", "party_exists", code in taken),
            ("code", "duplicate_line", code in seen),
            ("kind", "unknown_kind", kind not in KINDS),
            ("language", "unknown_language", bool(language) and language not in LANGUAGES),
            ("name", "name_too_long", len(cells["name"]) > LONGEST_NAME),
        ):
            if is_so and cells[column]:
                faults.append(Fault(line.line_no, column, name, SENTENCES[name], cells[column][:60]))
        seen.add(code)
    return faults


def register_listed(
    *, lines: Sequence[Line], actor_id: int, reason: str, progress: Callable[[int], object]
) -> int:
    """Register every party of the file, a statement a chunk. Joins the caller's transaction."""
    for first in range(0, len(lines), CHUNK):
        chunk = lines[first : first + CHUNK]
        register_parties(
            drafts=[
                PartyDraft(
                    code=line.cells["code"],
                    kind=line.cells["kind"],
                    display_name=line.cells["name"],
                    locale=line.cells["language"] or PartyLocale.ENGLISH,
                )
                for line in chunk
            ],
            actor_id=actor_id,
            reason=reason,
        )
        progress(len(chunk))
    return len(lines)
