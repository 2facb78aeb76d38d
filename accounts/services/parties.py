"""Register parties and change their status."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Party, PartyKind, PartyLocale, PartyStatus
from accounts.services.actor import acting
from accounts.services.due_diligence import named_refusals
from accounts.services.violations import refusing


class DuplicateParty(Exception):
    """A party with this code exists already; a code is given once."""


class UnfitPartyCode(Exception):
    """A party's code is part of addresses: capital letters, digits, dots, dashes and underscores only."""


class PartyMissing(Exception):
    """There is no such party."""


class PartyClosed(Exception):
    """A closed party stays closed; register a new one."""


@dataclass(frozen=True, kw_only=True)
class PartyDraft:
    code: str
    kind: PartyKind | str
    display_name: str
    locale: PartyLocale | str = PartyLocale.ENGLISH


def register_party(
    *,
    code: str,
    kind: PartyKind | str,
    display_name: str,
    locale: PartyLocale | str = PartyLocale.ENGLISH,
    actor_id: int,
    reason: str,
) -> Party:
    """Register one party. Joins or opens an atomic block.

    :raises DuplicateParty: the code is taken.
    :raises UnfitPartyCode: the code cannot be part of a ledger address.
    Source: DESIGN 2 and 3 (addresses hold codes, never names).
    """
    draft = PartyDraft(code=code, kind=kind, display_name=display_name, locale=locale)
    return register_parties(drafts=[draft], actor_id=actor_id, reason=reason)[0]


def register_parties(*, drafts: Sequence[PartyDraft], actor_id: int, reason: str) -> list[Party]:
    """Register any number of parties by one statement, all or none. Joins or opens an atomic block.

    :raises DuplicateParty: one of the codes is taken, or given twice.
    :raises UnfitPartyCode: one of the codes cannot be part of a ledger address.
    Source: DESIGN 2 and 3.
    """
    refusals = {
        "accounts_party_code_unique": DuplicateParty(),
        "accounts_party_code_fits_addresses": UnfitPartyCode(),
    }
    with acting(actor_id=actor_id, reason=reason), refusing(refusals=refusals):
        return Party.objects.bulk_create(
            Party(
                code=draft.code,
                kind=draft.kind,
                display_name=draft.display_name,
                locale=draft.locale,
                status=PartyStatus.ACTIVE,
            )
            for draft in drafts
        )


def change_party_status(*, party_id: int, status: PartyStatus, actor_id: int, reason: str) -> Party:
    """Suspend, reactivate or close a party. Joins or opens an atomic block; locks the row.

    The same status again changes nothing and leaves no history row.

    :raises PartyMissing: no such party.
    :raises PartyClosed: the party is closed and another status is asked for.
    :raises PartySanctioned: a confirmed sanction stands against it.
    Source: DESIGN 2.
    """
    with acting(actor_id=actor_id, reason=reason), named_refusals():
        party = Party.objects.select_for_update().filter(pk=party_id).first()
        if party is None:
            raise PartyMissing
        if party.status == PartyStatus.CLOSED != status:
            raise PartyClosed
        if party.status != status:
            party.status = status
            party.save(update_fields=["status"])
        return party
