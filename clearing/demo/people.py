"""The staff of the demo, two of each role, and its clients, funders and banks. All of them invented."""

import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from accounts.models import Party, User
from accounts.services.parties import PartyDraft, register_parties
from accounts.services.staff import register_staff
from clearing.demo.chance import draw
from clearing.demo.plans import Scenario, client_code, funder_code

STAFF = {
    "operations": (("mei.chen", "Mei Chen"), ("tom.baker", "Tom Baker")),
    "risk": (("ana.silva", "Ana Silva"), ("raj.patel", "Raj Patel")),
    "finance": (("lin.fen", "Lin Fen"), ("john.reed", "John Reed")),
    "compliance": (("eva.novak", "Eva Novak"), ("kofi.mensah", "Kofi Mensah")),
    "auditor": (("ida.berg", "Ida Berg"), ("omar.aziz", "Omar Aziz")),
}
BANK_NAMES = {
    "ASHFORD": "Ashford Custody (invented)",
    "BELLWEATHER": "Bellweather Trust (invented)",
    "CARRICK": "Carrick Custody (invented)",
    "DUNMORE": "Dunmore Trust (invented)",
}
_SURNAMES = ("Wang", "Okafor", "Silva", "Novak", "Tanaka", "Haddad", "Larsen", "Cheung", "Moreau", "Iyer")
_GIVEN = ("Amara", "Bao", "Chiara", "Dmitri", "Elif", "Farid", "Grace", "Hiro", "Ines", "Jonas")
_LOCALES = ("en", "zh-hans", "zh-hant")


@dataclass(frozen=True, slots=True)
class Team:
    """Who acts in the demo, by id: the first of a role proposes, the second checks."""

    runner: int
    operations: tuple[int, int]
    risk: tuple[int, int]
    finance: tuple[int, int]


def register_team(*, actor_id: int) -> Team:
    """Register the staff that is not there yet. Nobody can sign in before `set_demo_password`."""
    ids: dict[str, list[int]] = {}
    known = dict(User.objects.values_list("username", "id"))
    for role, people in STAFF.items():
        for username, full_name in people:
            user_id = (
                known.get(username)
                or register_staff(
                    username=username,
                    full_name=full_name,
                    role=role,
                    password=None,
                    actor_id=actor_id,
                    reason="staff of the demo",
                ).pk
            )
            ids.setdefault(role, []).append(user_id)
    return Team(
        runner=actor_id,
        operations=(ids["operations"][0], ids["operations"][1]),
        risk=(ids["risk"][0], ids["risk"][1]),
        finance=(ids["finance"][0], ids["finance"][1]),
    )


def set_demo_password() -> str:
    """Give all demo staff one new random password and return it: it is printed, and kept nowhere else."""
    password = secrets.token_urlsafe(9)
    names = [username for people in STAFF.values() for username, _ in people]
    User.objects.filter(username__in=names).update(password=make_password(password))
    return password


def register_cast(scenario: Scenario, *, actor_id: int) -> dict[str, Party]:
    """Register banks, funders and clients that are not there yet; all of them by code."""
    drafts = [
        PartyDraft(code=code, kind="custodian", display_name=BANK_NAMES[code]) for code in scenario.banks
    ]
    drafts += [
        PartyDraft(code=funder_code(number), kind="funder", display_name=f"Funder {number} (invented)")
        for number in range(1, scenario.funders + 1)
    ]
    drafts += [
        PartyDraft(
            code=client_code(number),
            kind="client",
            display_name=_name(number),
            locale=_LOCALES[draw(len(_LOCALES), "locale", number)],
        )
        for number in range(1, scenario.clients + 1)
    ]
    known = set(Party.objects.values_list("code", flat=True))
    register_parties(
        drafts=[draft for draft in drafts if draft.code not in known],
        actor_id=actor_id,
        reason="cast of the demo",
    )
    return {party.code: party for party in Party.objects.filter(code__in=[draft.code for draft in drafts])}


def _name(number: int) -> str:
    given = _GIVEN[draw(len(_GIVEN), "given", number)]
    return f"{given} {_SURNAMES[draw(len(_SURNAMES), 'surname', number)]}"
