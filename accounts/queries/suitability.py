"""Who stands how: what is missing before a party may borrow, and what it is asked and told on a day."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, models
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import DisclosureVersion, QuestionnaireVersion, VersionState

STANDINGS = "SELECT party_id, tier, faults FROM accounts_standings(%s::bigint[], %s::date)"


class SuitabilityFault(models.TextChoices):
    """Why a party may not borrow, in the order in which they are told."""

    IDENTITY_MISSING = "identity_missing", _("No identity check has been passed")
    IDENTITY_EXPIRED = "identity_expired", _("The identity document has expired")
    IDENTITY_REVIEW_OVERDUE = "identity_review_overdue", _("The identity review is overdue")
    SCREENING_MISSING = (
        "screening_missing",
        _("No valid screening for both sanctions and political exposure"),
    )
    SCREENING_NOT_CLEAR = "screening_not_clear", _("A screening hit stands")
    SUITABILITY_MISSING = "suitability_missing", _("No suitability assessment")
    SUITABILITY_EXPIRED = "suitability_expired", _("The suitability assessment has expired")
    DISCLOSURE_MISSING = "disclosure_missing", _("A risk disclosure in force is not acknowledged")
    PARTY_NOT_ACTIVE = "party_not_active", _("The party is not active")


@dataclass(frozen=True, slots=True)
class Standing:
    """No faults: may borrow. `tier` (1 to 5) is that of an assessment that holds on the day, else None."""

    party_id: int
    tier: int | None
    faults: tuple[SuitabilityFault, ...]


def standings(*, party_ids: Iterable[int], on: dt.date) -> dict[int, Standing]:
    """Each party's standing on a day, by one statement; one that does not exist has every fault.

    What was recorded later about earlier days counts: it is judged as known now. The database's guards ask
    `accounts_suitability_faults`, which is this for one party.

    Source: DESIGN 5 (suitability); DESIGN 1, rule 6 (fail closed).
    """
    wanted = list(party_ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, [wanted, on])
        return {
            party_id: Standing(party_id, tier, tuple(SuitabilityFault(fault) for fault in faults))
            for party_id, tier, faults in cursor.fetchall()
        }


def questionnaires_in_force(*, on: dt.date) -> QuerySet[QuestionnaireVersion]:
    """The newest active version of each questionnaire on a day."""
    return (
        QuestionnaireVersion.objects.filter(state=VersionState.ACTIVE, effective_from__lte=on)
        .order_by("code", "-effective_from", "-version")
        .distinct("code")
    )


def disclosures_in_force(*, on: dt.date) -> QuerySet[DisclosureVersion]:
    """The newest active version of each disclosure on a day: what a client must have acknowledged."""
    return (
        DisclosureVersion.objects.filter(state=VersionState.ACTIVE, effective_from__lte=on)
        .order_by("code", "-effective_from", "-version")
        .distinct("code")
    )
