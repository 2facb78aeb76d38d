"""The database's standing of a party is that of a plain reading of the rules, whatever was recorded."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.domain.questionnaire import read_questionnaire
from accounts.models import (
    AcknowledgementChannel,
    DisclosureVersion,
    IdentityOutcome,
    Party,
    PartyLocale,
    QuestionnaireVersion,
    Screening,
)
from accounts.queries.suitability import standings
from accounts.services.actor import acting
from accounts.services.disclosures import acknowledge_disclosure
from accounts.services.suitability import assess_suitability
from tests.accounts.builders import EXPOSED, NAMESAKE, REASON, SANCTIONED, Desk, in_days, set_up_desk

DAYS = st.integers(0, 4)
DECISIONS = {"namesake": NAMESAKE, "sanctioned": SANCTIONED, "exposed": EXPOSED}


@dataclass(frozen=True)
class Facts:
    """Everything recorded of a party, in the order of recording; days are offsets."""

    checks: list[tuple[int, int, int, bool]]  # checked, expires, next review, passed
    screenings: list[tuple[int, int, str, str, str]]  # screened, valid until, scope, list, what came of it
    assessments: list[tuple[int, int, int]]  # assessed, expires, tier
    acknowledged: int | None
    status: str
    kind: str


FACTS = st.builds(
    Facts,
    checks=st.lists(
        st.tuples(DAYS, DAYS, DAYS, st.booleans()).map(lambda c: (c[0], c[0] + c[1], c[0] + c[2] + 1, c[3])),
        max_size=3,
    ),
    screenings=st.lists(
        st.tuples(
            DAYS,
            DAYS,
            st.sampled_from(["sanctions", "exposure", "both"]),
            st.sampled_from(["UN", "EU"]),
            st.sampled_from(["clear", "possible", *DECISIONS]),
        ).map(lambda s: (s[0], s[0] + s[1], *s[2:])),
        max_size=4,
    ),
    assessments=st.lists(
        st.tuples(DAYS, DAYS, st.integers(1, 5)).map(lambda a: (a[0], a[0] + a[1] + 1, a[2])), max_size=2
    ),
    acknowledged=st.none() | DAYS,
    status=st.sampled_from(["active", "active", "suspended", "closed"]),
    kind=st.sampled_from(["client", "client", "client", "funder"]),
)


def newest(rows: list[Any], on: int) -> Any:
    """The last recorded among those of the latest day, not after `on`."""
    past = [row for row in rows if row[0] <= on]
    return max(enumerate(past), key=lambda pair: (pair[1][0], pair[0]))[1] if past else None


def stands(facts: Facts, index: int) -> bool:
    day, _, _, name, came = facts.screenings[index]
    lifted = any(
        later[3] == name and later[4] == "namesake" and (later[0], number) > (day, index)
        for number, later in enumerate(facts.screenings)
    )
    return came == "possible" or (came == "sanctioned" and not lifted)


def told(facts: Facts, on: int) -> tuple[int | None, list[str]]:
    """Tier and faults, read off the rules of docs/rules/accounts.md."""
    found = []
    check = newest(facts.checks, on)
    if check is None or not check[3]:
        found.append("identity_missing")
    else:
        found += ["identity_expired"] * (check[1] < on) + ["identity_review_overdue"] * (check[2] < on)
    scopes = {row[2] for row in facts.screenings if row[0] <= on <= row[1]}
    if not ("both" in scopes or {"sanctions", "exposure"} <= scopes):
        found.append("screening_missing")
    if any(row[0] <= on and stands(facts, index) for index, row in enumerate(facts.screenings)):
        found.append("screening_not_clear")
    assessment = newest(facts.assessments, on)
    if facts.kind == "client":
        if assessment is None:
            found.append("suitability_missing")
        elif assessment[1] < on:
            found.append("suitability_expired")
        if facts.acknowledged is None or facts.acknowledged > on:
            found.append("disclosure_missing")
    sanctioned = any(row[4] == "sanctioned" for row in facts.screenings)
    if facts.status != "active" or sanctioned:
        found.append("party_not_active")
    return assessment[2] if assessment and assessment[1] >= on else None, found


def record(desk: Desk, facts: Facts) -> None:
    for checked, expires, review, passed in facts.checks:
        desk.reviewed(
            IdentityOutcome.PASSED if passed else IdentityOutcome.FAILED,
            checked_on=in_days(checked),
            expires_on=in_days(expires),
            next_review_on=in_days(review),
        )
    rows: list[tuple[Screening, str]] = []
    for screened, until, scope, name, came in facts.screenings:
        made = desk.screened(
            screened_on=in_days(screened),
            valid_until=in_days(until),
            scope=scope,
            list_name=name,
            is_sanctioned=came != "clear",
        )
        rows.append((made, came))
    for made, came in rows:
        if came in DECISIONS:
            desk.decided(made, DECISIONS[came])
    version = QuestionnaireVersion.objects.get()
    asked = read_questionnaire(version.content)
    for assessed, expires, tier in facts.assessments:
        assess_suitability(
            party_id=desk.ada.pk,
            version_id=version.pk,
            answers=asked.answers_for(tier),
            assessed_on=in_days(assessed),
            expires_on=in_days(expires),
            maker_id=desk.mei.pk,
        )
    if facts.acknowledged is not None:
        text = DisclosureVersion.objects.get()
        acknowledge_disclosure(
            party_id=desk.ada.pk,
            version_id=text.pk,
            locale=PartyLocale.ENGLISH,
            text_sha256=bytes.fromhex(text.texts["en"]["sha256"]),
            acknowledged_on=in_days(facts.acknowledged),
            acknowledged_at=dt.datetime.combine(in_days(facts.acknowledged), dt.time(9), dt.UTC),
            channel=AcknowledgementChannel.PORTAL,
            maker_id=desk.mei.pk,
        )
    with acting(actor_id=desk.mei.pk, reason=REASON):
        fresh = Party.objects.filter(pk=desk.ada.pk)
        if facts.status != "active":
            fresh.update(status=facts.status)


@pytest.mark.django_db
class TestStandings:
    @settings(max_examples=12)
    @given(facts=FACTS)
    def test_are_as_the_rules_read(self, facts: Facts) -> None:
        with transaction.atomic():
            desk = set_up_desk(facts.kind)
            record(desk, facts)
            for on in range(9):
                tier, faults = told(facts, on)
                standing = standings(party_ids=[desk.ada.pk], on=in_days(on))[desk.ada.pk]
                assert (standing.tier, [fault.value for fault in standing.faults]) == (tier, faults), on
                with connection.cursor() as cursor:
                    cursor.execute("SELECT accounts_suitability_faults(%s, %s)", [desk.ada.pk, in_days(on)])
                    assert cursor.fetchone() == (faults,)
            transaction.set_rollback(True)
