"""The ladder in the database and the ladder in Python give the same level, whatever the figures."""

import random

import pytest
from django.db import connection

from clearing.domain.ladder import LADDER_STEPS, LadderLines, Level, level_for, next_level
from clearing.margin.models import MarginLevel

_PPM = 1_000_000
LINES = LadderLines()

BOTH = """
SELECT
    margin_level(figure.c, figure.d, figure.h, figure.lines[6], figure.lines[5], figure.lines[4],
        figure.lines[3], figure.lines[2], figure.lines[1], 0),
    margin_next_level(
        figure.previous,
        margin_level(figure.c, figure.d, figure.h, figure.lines[6], figure.lines[5], figure.lines[4],
            figure.lines[3], figure.lines[2], figure.lines[1], 0),
        margin_level(figure.c, figure.d, figure.h, figure.lines[6], figure.lines[5], figure.lines[4],
            figure.lines[3], figure.lines[2], figure.lines[1], figure.hysteresis)
    )
FROM (
    SELECT
        ordinal, c, d, h, previous, hysteresis, string_to_array(lines, ',', '-')::bigint[] AS lines
    FROM unnest(%s::numeric[], %s::numeric[], %s::numeric[], %s::smallint[], %s::bigint[], %s::text[])
        WITH ORDINALITY AS given (c, d, h, previous, hysteresis, lines, ordinal)
) AS figure
ORDER BY figure.ordinal
"""


def figures(seed: int) -> tuple[int, int, int | None, Level | None, int, LadderLines]:
    """Random figures, half of them a cent from a line, at it, or a line's hysteresis away."""
    chance = random.Random(seed)
    debt = chance.choice([0, 1, chance.randrange(1, 100), chance.randrange(1, 10**13)])
    hysteresis = chance.choice([0, 1, 20_000, 50_000])
    ordered = sorted(chance.sample(range(500_000, 3_000_000), 6))
    emergency = chance.choice([ordered[1], None])
    lines = chance.choice(
        [
            LINES,
            LadderLines(
                insolvent_ppm=ordered[0],
                emergency_ppm=emergency,
                liquidate_ppm=ordered[2],
                call_ppm=ordered[3],
                restrict_ppm=ordered[4],
                warn_ppm=ordered[5],
            ),
        ]
    )
    line = chance.choice([one for one in lines.worst_first() if one is not None])
    at_line = debt * (line + chance.choice([0, hysteresis])) // _PPM + chance.choice([-1, 0, 1])
    collateral = chance.choice([at_line, chance.randrange(-(10**6), 3 * 10**13), 0])
    lending = chance.choice([None, debt, debt - 1, debt + 1, chance.randrange(10**13)])
    previous = chance.choice([None, *Level])
    return collateral, debt, lending, previous, hysteresis, lines


@pytest.mark.django_db
class TestLadderInSql:
    def test_agrees_with_the_domain(self) -> None:
        drawn = [figures(seed) for seed in range(5_000)]
        columns: list[list[int] | list[int | None] | list[str]] = [
            [collateral for collateral, *_ in drawn],
            [debt for _, debt, *_ in drawn],
            [lending for _, _, lending, *_ in drawn],
            [None if previous is None else int(previous) for *_, previous, _, _ in drawn],
            [hysteresis for *_, hysteresis, _ in drawn],
            [
                ",".join("-" if line is None else str(line) for line in lines.worst_first())
                for *_, lines in drawn
            ],
        ]
        with connection.cursor() as cursor:
            cursor.execute(BOTH, columns)
            rows = cursor.fetchall()
        expected = [
            (
                level_for(collateral, debt, lines, lending_value_minor=lending),
                next_level(
                    previous,
                    collateral,
                    debt,
                    lines,
                    hysteresis_ppm=hysteresis,
                    lending_value_minor=lending,
                ),
            )
            for collateral, debt, lending, previous, hysteresis, lines in drawn
        ]
        assert rows == expected
        assert {raw for raw, _ in rows} == set(Level)

    def test_has_the_levels_of_the_domain(self) -> None:
        assert [(level.name, level.value) for level in MarginLevel] == [
            (level.name, level.value) for level in Level
        ]
        assert {step.level for step in LADDER_STEPS} | {Level.NORMAL} == set(Level)
