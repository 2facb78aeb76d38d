"""Scores and tiers, and what a questionnaire must have."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from accounts.domain.questionnaire import UnfitAnswers, UnfitQuestionnaire, read_questionnaire

SHIPPED = Path(__file__).parents[3] / "accounts" / "shipped" / "suitability_v1.json"
CONTENT: dict[str, Any] = json.loads(SHIPPED.read_text("utf-8"))
ASKED = read_questionnaire(CONTENT)
BOLDEST = {question.code: question.answers[-1].code for question in ASKED.questions}


class TestScore:
    def test_adds_the_points_up(self) -> None:
        score = ASKED.score(BOLDEST)
        assert (score.points, score.tier) == (40, 5)

    def test_is_capped_by_an_answer_that_says_so(self) -> None:
        """Whoever can bear no loss at all is conservative, whatever else was answered."""
        score = ASKED.score({**BOLDEST, "loss": "a"})
        assert (score.points, score.tier) == (36, 1)

    @pytest.mark.parametrize(
        ("changes", "points", "tier"),
        [({"reaction": "a", "income": "b"}, 33, 5), ({"reaction": "a", "income": "a"}, 32, 4)],
    )
    def test_reaches_a_tier_at_its_first_point(self, changes: dict[str, str], points: int, tier: int) -> None:
        score = ASKED.score({**BOLDEST, **changes})
        assert (score.points, score.tier) == (points, tier)

    @pytest.mark.parametrize(
        "answers", [{}, {**BOLDEST, "loss": "z"}, {**BOLDEST, "luck": "a"}, {"loss": "a"}]
    )
    def test_needs_one_answer_to_each_question(self, answers: dict[str, str]) -> None:
        with pytest.raises(UnfitAnswers):
            ASKED.score(answers)

    @pytest.mark.parametrize("tier", [1, 2, 3, 4, 5])
    def test_is_found_backwards(self, tier: int) -> None:
        assert ASKED.score(ASKED.answers_for(tier)).tier == tier

    def test_of_no_tier_is_found_never(self) -> None:
        with pytest.raises(UnfitAnswers):
            ASKED.answers_for(6)


class TestReadQuestionnaire:
    @pytest.mark.parametrize(
        ("path", "value"),
        [
            (("title", "zh-hant"), " "),
            (("questions",), []),
            (("questions", 0, "code"), ""),
            (("questions", 0, "code"), "loss"),
            (("questions", 0, "text"), "in English only"),
            (("questions", 0, "answers", 0, "points"), -1),
            (("questions", 0, "answers", 0, "points"), 1.5),
            (("questions", 0, "answers", 0, "points"), True),
            (("questions", 0, "answers", 0, "max_tier"), 6),
            (("questions", 0, "answers", 0, "code"), "b"),
            (("questions", 0, "answers"), [CONTENT["questions"][0]["answers"][0]]),
            (("tiers", 0, "from_points"), 1),
            (("tiers", 1, "from_points"), 17),
            (("tiers", 4, "tier"), 4),
        ],
    )
    def test_refuses_what_gives_no_tier(self, path: tuple[str | int, ...], value: object) -> None:
        spoiled = copy.deepcopy(CONTENT)
        place: Any = spoiled
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value
        with pytest.raises(UnfitQuestionnaire):
            read_questionnaire(spoiled)

    def test_refuses_what_is_no_questionnaire(self) -> None:
        with pytest.raises(UnfitQuestionnaire):
            read_questionnaire([])
