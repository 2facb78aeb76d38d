"""Erase the personal data of a party, by two people, once records of it need be kept no longer."""

import datetime as dt

from django.utils.translation import gettext_lazy as _

from accounts.models import Approval, ApprovalKind, Party, PartyErasure
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from accounts.services.due_diligence import EVERY_BOOK, DueDiligenceRefusal, UnknownDueDiligence
from accounts.services.violations import refusing


class ErasureRefusal(DueDiligenceRefusal):
    """A party may not be erased."""

    code = "accounts_partyerasure_refused"


class NotClosed(ErasureRefusal):
    """The party is active or suspended."""

    code = "accounts_partyerasure_party_closed"
    sentence = _("Only a closed party is erased; close it first.")


class StillOpen(ErasureRefusal):
    """A contract, balance, hold or dispute of the party is open."""

    code = "accounts_partyerasure_nothing_open"
    sentence = _("Something of this party is still open: a contract, a balance, a hold or a dispute; end it:")


class RetentionRuns(ErasureRefusal):
    """The time that records are kept is not over."""

    code = "accounts_partyerasure_retention_over"
    sentence = _("Records of this party must still be kept: twenty years from the last of them.")


class HitStands(ErasureRefusal):
    """A screening hit stands against the party."""

    code = "accounts_partyerasure_no_hit_stands"
    sentence = _("A screening hit of this party stands; what it is about is kept.")


class ErasedAlready(ErasureRefusal):
    """The party has been erased."""

    code = "accounts_partyerasure_party_id_key"
    sentence = _("The personal data of this party has been erased already.")


class AnotherErasureDay(ErasureRefusal):
    """An erasure is dated on another day than today."""

    code = "accounts_partyerasure_day_is_today"
    sentence = _("An erasure is dated on the day on which it is done.")


def propose_erasure(*, party_id: int, maker_id: int) -> Approval:
    """Ask a second person to erase a party's personal data. Joins or opens an atomic block.

    Whether it may be erased is looked at when it is done.

    :raises UnknownDueDiligence: no such party.
    :raises NotClosed: it is not closed.
    :raises ErasedAlready: it was erased.
    Source: DESIGN 3 (erasure must not break a seal); DESIGN 1, rule 9.
    """
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise UnknownDueDiligence(str(party_id))
    if PartyErasure.objects.filter(party=party).exists():
        raise ErasedAlready(party.code)
    if party.status != "closed":
        raise NotClosed(party.code)
    return propose_approval(
        book_code=EVERY_BOOK,
        kind=ApprovalKind.ERASE_PARTY,
        subject=_subject(party),
        payload=_payload(party),
        maker_id=maker_id,
    )


def erase_party(*, party_id: int, approval_id: int, erased_on: dt.date, actor_id: int) -> PartyErasure:
    """Erase a party's personal data in every app, for good. Joins or opens an atomic block; locks the party.

    One row; the database does the rest by triggers, and refuses who may not be erased. `erased_on` is the day
    of the caller's clock. Stays: codes, amounts, days, digests, scores, numbers of documents, decisions.

    :raises UnknownDueDiligence: no such party.
    :raises NotClosed, HitStands, StillOpen, RetentionRuns, ErasedAlready: by the name of the rule.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalPayloadChanged: see `execute_approval`.
    Source: DESIGN 3 (erasure must not break a seal).
    """
    party = Party.objects.filter(pk=party_id).first()
    if party is None:
        raise UnknownDueDiligence(str(party_id))
    refusals = {one.code: one(party.code) for one in ErasureRefusal.__subclasses__()}
    with (
        acting(actor_id=actor_id, reason=f"erasure of {party.code}"),
        refusing(refusals=refusals),
    ):
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.ERASE_PARTY,
            subject=_subject(party),
            payload=_payload(party),
        )
        return PartyErasure.objects.create(
            party=party, erased_on=erased_on, approval=approval, erased_by_id=actor_id
        )


def _subject(party: Party) -> str:
    return f"party/{party.code}"


def _payload(party: Party) -> dict[str, object]:
    return {"party": party.code}
