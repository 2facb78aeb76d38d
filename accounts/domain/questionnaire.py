"""Questionnaires: questions whose answers carry points, and tiers that begin at scores.

`content` as it is stored: texts in three languages, integers, no floats.

    {"title": {"en": .., "zh-hans": .., "zh-hant": ..},
     "questions": [{"code": "horizon", "text": {..},
                    "answers": [{"code": "a", "text": {..}, "points": 0, "max_tier": 1}, ..]}, ..],
     "tiers": [{"tier": 1, "from_points": 0}, ..]}

An answer may say at most which tier (`max_tier`) whoever gives it can have, whatever the score. The database
computes the same (accounts/sql/questionnaire_scoring.sql).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LOCALES = ("en", "zh-hans", "zh-hant")
HIGHEST_TIER = 5
MOST_POINTS = 9_999


class UnfitQuestionnaire(Exception):
    """The questionnaire lacks something: texts in three languages, questions, answers, or all five tiers."""


class UnfitAnswers(Exception):
    """Each question takes exactly one of its own answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    code: str
    text: Mapping[str, str]
    points: int
    max_tier: int = HIGHEST_TIER


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    text: Mapping[str, str]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Score:
    points: int
    tier: int


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """`tier_points[i]` is the score at which tier i + 1 begins; they ascend from 0."""

    title: Mapping[str, str]
    questions: tuple[Question, ...]
    tier_points: tuple[int, ...]

    def score(self, answers: Mapping[str, str]) -> Score:
        """The points and tier of one answer per question.

        :raises UnfitAnswers: one is missing, unknown or too many.
        """
        if set(answers) != {question.code for question in self.questions}:
            raise UnfitAnswers
        given = []
        for question in self.questions:
            chosen = [answer for answer in question.answers if answer.code == answers[question.code]]
            if not chosen:
                raise UnfitAnswers(question.code)
            given += chosen
        points = sum(answer.points for answer in given)
        reached = sum(1 for begin in self.tier_points if begin <= points)
        return Score(points, min(reached, *(answer.max_tier for answer in given)))

    def answers_for(self, tier: int) -> dict[str, str]:
        """Answers that give this tier, the lowest score that does.

        :raises UnfitAnswers: none do.
        """
        reachable: dict[int, dict[str, str]] = {0: {}}
        for question in self.questions:
            reachable = {
                points + answer.points: {**answers, question.code: answer.code}
                for points, answers in sorted(reachable.items(), reverse=True)
                for answer in question.answers
                if answer.max_tier >= tier
            }
        for _, answers in sorted(reachable.items()):
            if len(answers) == len(self.questions) and self.score(answers).tier == tier:
                return answers
        raise UnfitAnswers(str(tier))


def read_questionnaire(content: object) -> Questionnaire:
    """The questionnaire that a stored content describes.

    :raises UnfitQuestionnaire: something is missing, doubled or out of order; the argument says what.
    """
    whole = _object(content, "content")
    questions = tuple(_question(one) for one in _list(whole, "questions"))
    codes = [question.code for question in questions]
    if len(set(codes)) != len(codes):
        raise UnfitQuestionnaire("questions")
    return Questionnaire(_text(whole, "title"), questions, _tier_points(_list(whole, "tiers")))


def _question(value: object) -> Question:
    whole = _object(value, "question")
    code = _code(whole)
    answers = tuple(_answer(one) for one in _list(whole, "answers"))
    if len(answers) < 2 or len({answer.code for answer in answers}) != len(answers):
        raise UnfitQuestionnaire(code)
    return Question(code, _text(whole, "text"), answers)


def _answer(value: object) -> Answer:
    whole = _object(value, "answer")
    code = _code(whole)
    points = _whole_number(whole.get("points"), code)
    max_tier = _whole_number(whole.get("max_tier", HIGHEST_TIER), code)
    if points > MOST_POINTS or not 1 <= max_tier <= HIGHEST_TIER:
        raise UnfitQuestionnaire(code)
    return Answer(code, _text(whole, "text"), points, max_tier)


def _tier_points(values: Sequence[object]) -> tuple[int, ...]:
    bands = [_object(value, "tiers") for value in values]
    tiers = [_whole_number(band.get("tier"), "tiers") for band in bands]
    points = [_whole_number(band.get("from_points"), "tiers") for band in bands]
    ordered = sorted(zip(tiers, points, strict=True))
    begins = tuple(begin for _, begin in ordered)
    if [tier for tier, _ in ordered] != [1, 2, 3, 4, 5] or begins[0] != 0:
        raise UnfitQuestionnaire("tiers")
    if not all(lower < higher for lower, higher in pairwise(begins)):
        raise UnfitQuestionnaire("tiers")
    return begins


def _object(value: object, where: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise UnfitQuestionnaire(where)
    return value


def _list(whole: Mapping[str, object], name: str) -> Sequence[object]:
    value = whole.get(name)
    if not isinstance(value, list | tuple) or not value:
        raise UnfitQuestionnaire(name)
    return value


def _code(whole: Mapping[str, object]) -> str:
    value = whole.get("code")
    if not isinstance(value, str) or not value.strip():
        raise UnfitQuestionnaire("code")
    return value


def _text(whole: Mapping[str, object], name: str) -> Mapping[str, str]:
    said = _object(whole.get(name), name)
    texts = {locale: said.get(locale) for locale in LOCALES}
    found = {locale: text for locale, text in texts.items() if isinstance(text, str) and text.strip()}
    if len(found) != len(LOCALES):
        raise UnfitQuestionnaire(name)
    return found


def _whole_number(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise UnfitQuestionnaire(where)
    return value
