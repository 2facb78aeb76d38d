"""Impose and lift restrictions on accounts: how the apps above stop money from leaving."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ledger.models import Restriction
from ledger.services.refusals import named_refusals


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """A restriction to be imposed; `scope` is `outflow` or `financing`, `source` names who decides."""

    account_id: int
    scope: str
    reason: str
    source: str


def impose_restrictions(*, drafts: Sequence[RestrictionDraft], business_date: dt.date) -> int:
    """Impose restrictions; one already in force from the same source stays. Joins the caller's transaction.

    Waits for postings under way on the accounts, in account order; the next posting sees the restriction.

    :returns: how many were imposed.
    """
    ordered = sorted(drafts, key=lambda draft: (draft.account_id, draft.scope, draft.source))
    with named_refusals(), transaction.atomic():
        in_force = set(
            Restriction.objects.filter(
                account_id__in={draft.account_id for draft in ordered}, lifted_on__isnull=True
            ).values_list("account_id", "scope", "source")
        )
        new = [
            Restriction(
                account_id=draft.account_id,
                scope=draft.scope,
                reason=draft.reason,
                source=draft.source,
                imposed_on=business_date,
            )
            for draft in ordered
            if (draft.account_id, draft.scope, draft.source) not in in_force
        ]
        Restriction.objects.bulk_create(new)
    return len(new)


def lift_restrictions(*, account_ids: Sequence[int], scope: str, source: str, business_date: dt.date) -> int:
    """Lift what this source imposed on these accounts. Joins the caller's transaction.

    :returns: how many were lifted.
    """
    return Restriction.objects.filter(
        account_id__in=account_ids, scope=scope, source=source, lifted_on__isnull=True
    ).update(lifted_on=business_date)
