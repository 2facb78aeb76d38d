"""The day counts of the database and those of the domain give every night the same weight."""

from datetime import date, timedelta

from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts.domain.day_count import DayCount, period_weight, weight_basis
from contracts.domain.interest import PARTS_OF_YEAR
from contracts.models.product import TermsDayCount

DAYS = st.dates(min_value=date(1895, 1, 1), max_value=date(2110, 12, 31))
MONTH_ENDS = st.builds(
    lambda year, month: date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1),
    st.integers(1896, 2110),
    st.integers(0, 11),
)
PERIODS = st.lists(
    st.tuples(DAYS | MONTH_ENDS, DAYS | MONTH_ENDS, st.none() | DAYS | MONTH_ENDS), min_size=1, max_size=40
)

_WEIGHTS = """
SELECT contracts_day_weight(%(day_count)s, p.origin, p.until, p.terminates)
FROM unnest(%(origins)s::date[], %(untils)s::date[], %(terminates)s::date[])
WITH ORDINALITY AS p (origin, until, terminates, ordinal)
ORDER BY p.ordinal
"""


class TestDayWeights(TestCase):
    @settings(max_examples=15)
    @given(periods=PERIODS, at_the_end=st.booleans())
    @example(periods=[(date(2026, 1, 31), date(2026, 2, 28), date(2026, 2, 28))], at_the_end=True)
    def test_are_those_of_the_domain(
        self, periods: list[tuple[date, date, date | None]], at_the_end: bool
    ) -> None:
        spans = [(min(a, b), max(a, b), max(a, b) if at_the_end else end) for a, b, end in periods]
        for day_count in DayCount:
            with connection.cursor() as cursor:
                cursor.execute(
                    _WEIGHTS,
                    {
                        "day_count": day_count.value,
                        "origins": [origin for origin, _, _ in spans],
                        "untils": [until for _, until, _ in spans],
                        "terminates": [end for _, _, end in spans],
                    },
                )
                found = [weight for (weight,) in cursor.fetchall()]
            assert found == [
                period_weight(day_count, origin, until, termination_date=end) for origin, until, end in spans
            ]

    def test_make_a_year_of_the_same_parts(self) -> None:
        for day_count in DayCount:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT contracts_year_parts(%s, '2026-01-01', '2026-01-01', '2026-01-02', NULL)",
                    [day_count.value],
                )
                (parts,) = cursor.fetchone()
            weight = period_weight(day_count, date(2026, 1, 1), date(2026, 1, 2))
            assert parts * weight_basis(day_count) == PARTS_OF_YEAR * weight

    def test_are_offered_by_terms(self) -> None:
        assert {one.value for one in DayCount} == set(TermsDayCount.values)
