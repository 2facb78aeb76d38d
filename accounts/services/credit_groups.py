"""Put related clients into one credit group, from a day and until a day."""

import datetime as dt

from accounts.models import CreditGroup, CreditGroupMember, CreditRelation
from accounts.services.actor import acting
from accounts.services.due_diligence import MembershipEnded, UnknownDueDiligence, named_refusals


def create_credit_group(*, code: str, name: str, actor_id: int, reason: str) -> CreditGroup:
    """Create a group, as yet of nobody. Joins or opens an atomic block.

    :raises GroupExists: the code is taken.
    :raises UnfitGroupCode: the code is not well formed.
    Source: issue "Stage 3" (related clients as a credit group).
    """
    with acting(actor_id=actor_id, reason=reason), named_refusals():
        return CreditGroup.objects.create(code=code, name=name)


def join_credit_group(
    *,
    group_id: int,
    party_id: int,
    relation: CreditRelation | str,
    member_from: dt.date,
    actor_id: int,
    reason: str,
) -> CreditGroupMember:
    """Make a party a member from a day on. Joins or opens an atomic block.

    :raises InAnotherGroup: it is in a group on that day or a later one.
    Source: issue "Stage 3" (related clients as a credit group).
    """
    with acting(actor_id=actor_id, reason=reason), named_refusals():
        return CreditGroupMember.objects.create(
            group_id=group_id, party_id=party_id, relation=relation, member_from=member_from
        )


def leave_credit_group(
    *, member_id: int, member_until: dt.date, actor_id: int, reason: str
) -> CreditGroupMember:
    """End a membership: on `member_until` the party is a member no longer. Joins or opens an atomic block.

    :raises UnknownDueDiligence: no such membership.
    :raises MembershipEnded: it has its end.
    :raises MembershipDatesOutOfOrder: it began later.
    Source: issue "Stage 3" (related clients as a credit group).
    """
    with acting(actor_id=actor_id, reason=reason), named_refusals():
        member = CreditGroupMember.objects.select_for_update().filter(pk=member_id).first()
        if member is None:
            raise UnknownDueDiligence(str(member_id))
        if member.member_until is not None:
            raise MembershipEnded
        member.member_until = member_until
        member.save(update_fields=["member_until"])
    return member
