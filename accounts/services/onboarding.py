"""Take many clients on at once for a set-up: real rows of due diligence, under the same rules."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.domain.questionnaire import read_questionnaire
from accounts.models import AcknowledgementChannel, DisclosureVersion, QuestionnaireVersion
from accounts.queries.suitability import disclosures_in_force, questionnaires_in_force
from accounts.services.actor import acting
from accounts.services.approvals import SelfApproval
from accounts.services.due_diligence import QuestionnaireNotInForce, named_refusals

REVIEW_DAYS = 3 * 365
EXPIRY_DAYS = 10 * 365
SCREENING_DAYS = 366

# The number names the party by its code: no document of a set-up is anybody's.
CHECKS = """
INSERT INTO accounts_identitycheck (
    party_id, kind, document_kind, issuing_country, number, issued_on, expires_on, checked_on, next_review_on,
    outcome, maker_id
)
SELECT
    party.id, 'onboarding', 'passport', 'XX', 'SET-UP-' || party.code, NULL, %(on)s::date + %(expiry)s,
    %(on)s::date, %(on)s::date + %(review)s, 'pending', %(maker)s
FROM accounts_party AS party WHERE party.id = ANY(%(parties)s)
RETURNING id
"""
DOCUMENTS = """
INSERT INTO accounts_identitydocument (identity_check_id, name, media_type, content, sha256, maker_id)
SELECT identity.id, 'set-up.txt', 'text/plain', written.bytes, sha256(written.bytes), %(maker)s
FROM accounts_identitycheck AS identity
INNER JOIN accounts_party AS party ON identity.party_id = party.id
CROSS JOIN LATERAL (
    SELECT convert_to(format('Set-up of %%s on %%s', party.code, identity.checked_on), 'UTF8') AS bytes
) AS written
WHERE identity.id = ANY(%(checks)s)
"""
# The canonical text of the payload, as accounts.domain.payloads writes it.
APPROVALS = """
INSERT INTO accounts_approval (book_code, kind, subject, payload, payload_hash, maker_id, status, comment)
SELECT
    '', 'review_identity', 'identity/' || document.identity_check_id, said.text::jsonb,
    sha256(convert_to(said.text, 'UTF8')), %(maker)s, 'proposed', ''
FROM accounts_identitydocument AS document
CROSS JOIN LATERAL (
    SELECT format(
        '{"check":%%s,"documents":["%%s"],"outcome":"passed"}',
        document.identity_check_id, encode(document.sha256, 'hex')
    ) AS text
) AS said
WHERE document.identity_check_id = ANY(%(checks)s)
RETURNING id
"""
APPROVE = """
UPDATE accounts_approval SET status = 'approved', checker_id = %(checker)s, decided_at = clock_timestamp()
WHERE id = ANY(%(approvals)s)
"""
EXECUTE = """
UPDATE accounts_approval SET status = 'executed', executed_at = clock_timestamp()
WHERE id = ANY(%(approvals)s)
"""
REVIEW = """
UPDATE accounts_identitycheck AS identity SET outcome = 'passed', approval_id = approval.id
FROM accounts_approval AS approval
WHERE approval.id = ANY(%(approvals)s) AND identity.id = (approval.payload ->> 'check')::bigint
"""
SCREENINGS = """
INSERT INTO accounts_screening (
    party_id, scope, list_name, list_version, screened_on, valid_until, result, is_sanctioned,
    is_politically_exposed, finding, maker_id
)
SELECT
    party.id, 'both', 'SET-UP', %(on)s, %(on)s::date, %(on)s::date + %(screening)s, 'clear', false, false, '',
    %(maker)s
FROM accounts_party AS party WHERE party.id = ANY(%(parties)s)
"""
ASSESSMENTS = """
INSERT INTO accounts_suitabilityassessment (
    party_id, questionnaire_id, answers, score, tier, assessed_on, expires_on, maker_id
)
SELECT
    party.id, asked.id, %(answers)s::jsonb, %(score)s, %(tier)s, %(on)s::date,
    %(on)s::date + asked.valid_days, %(maker)s
FROM accounts_party AS party
INNER JOIN accounts_questionnaireversion AS asked ON asked.id = %(questionnaire)s
WHERE party.id = ANY(%(parties)s) AND party.kind = 'client'
"""
ACKNOWLEDGEMENTS = """
INSERT INTO accounts_disclosureacknowledgement (
    party_id, disclosure_id, locale, text_sha256, acknowledged_on, acknowledged_at, channel, maker_id
)
SELECT
    party.id, told.id, party.locale, decode(told.texts -> party.locale ->> 'sha256', 'hex'), %(on)s::date,
    %(on)s::date + interval '12 hours', %(channel)s, %(maker)s
FROM accounts_party AS party
INNER JOIN accounts_disclosureversion AS told ON told.id = ANY(%(disclosures)s)
WHERE party.id = ANY(%(parties)s) AND party.kind = 'client'
ON CONFLICT (party_id, disclosure_id, locale) DO NOTHING
"""


def onboard_clients(
    *, party_ids: Sequence[int], on: dt.date, maker_id: int, checker_id: int, tier: int = 4
) -> int:
    """Check, screen, assess and inform parties in a few statements; return how many.

    Joins or opens an atomic block. For set-ups of demos, tests and measurements, whose documents say so
    themselves. Every client gets the given tier by answers to the questionnaire in force, and acknowledges
    each disclosure in force in its own language; of other kinds of parties only identity and screening are
    asked. Holds a year from `on`.

    :raises SelfApproval: maker and checker are one.
    :raises QuestionnaireNotInForce: none is, or no disclosure is, on the day.
    :raises UnfitAnswers: no answers to it give the tier.
    :raises DueDiligenceRefusal: as each rule of the tables says.
    Source: DESIGN 1, rule 8; DESIGN 5 (suitability).
    """
    if not party_ids:
        return 0
    if maker_id == checker_id:
        raise SelfApproval
    questionnaire = questionnaires_in_force(on=on).first()
    disclosures = list(disclosures_in_force(on=on))
    if questionnaire is None or not disclosures:
        raise QuestionnaireNotInForce
    given = _parameters(questionnaire, disclosures, tier)
    given |= {"parties": list(party_ids), "on": on.isoformat(), "maker": maker_id, "checker": checker_id}
    with (
        acting(actor_id=maker_id, reason="due diligence of a set-up"),
        named_refusals(),
        connection.cursor() as cursor,
    ):
        cursor.execute(CHECKS, given)
        given["checks"] = [key for (key,) in cursor.fetchall()]
        cursor.execute(DOCUMENTS, given)
        cursor.execute(APPROVALS, given)
        given["approvals"] = [key for (key,) in cursor.fetchall()]
        for statement in (APPROVE, EXECUTE, REVIEW, SCREENINGS, ASSESSMENTS, ACKNOWLEDGEMENTS):
            cursor.execute(statement, given)
    return len(given["checks"])


def _parameters(
    questionnaire: QuestionnaireVersion, disclosures: Sequence[DisclosureVersion], tier: int
) -> dict[str, Any]:
    asked = read_questionnaire(questionnaire.content)
    answers = asked.answers_for(tier)
    return {
        "expiry": EXPIRY_DAYS,
        "review": REVIEW_DAYS,
        "screening": SCREENING_DAYS,
        "questionnaire": questionnaire.pk,
        "answers": json.dumps(answers),
        "score": asked.score(answers).points,
        "tier": tier,
        "disclosures": [disclosure.pk for disclosure in disclosures],
        "channel": AcknowledgementChannel.IN_PERSON.value,
    }
