"""Assess how much risk a client bears, by its answers to the questionnaire in force."""

import datetime as dt
from collections.abc import Mapping

from accounts.domain.questionnaire import UnfitAnswers, read_questionnaire
from accounts.models import QuestionnaireVersion, SuitabilityAssessment
from accounts.services.due_diligence import UnknownDueDiligence, WronglyScored, named_refusals


def assess_suitability(
    *,
    party_id: int,
    version_id: int,
    answers: Mapping[str, str],
    assessed_on: dt.date,
    expires_on: dt.date | None,
    maker_id: int,
) -> SuitabilityAssessment:
    """Score a client's answers and keep them; from now on they count. Joins or opens an atomic block.

    Without `expires_on` it holds as long as the questionnaire allows.

    :raises UnknownDueDiligence: no such version.
    :raises WronglyScored: a question has no answer, or not one of its own.
    :raises QuestionnaireNotInForce: another version is in force on the day.
    :raises AssessmentHoldsTooLong: the expiry is later than the questionnaire allows.
    Source: DESIGN 5 (questionnaire with score and expiry, tier).
    """
    version = QuestionnaireVersion.objects.filter(pk=version_id).first()
    if version is None:
        raise UnknownDueDiligence(str(version_id))
    try:
        score = read_questionnaire(version.content).score(answers)
    except UnfitAnswers as error:
        raise WronglyScored(str(error)) from error
    with named_refusals():
        return SuitabilityAssessment.objects.create(
            party_id=party_id,
            questionnaire=version,
            answers=dict(answers),
            score=score.points,
            tier=score.tier,
            assessed_on=assessed_on,
            expires_on=expires_on or assessed_on + dt.timedelta(days=version.valid_days),
            maker_id=maker_id,
        )
