"""Trading calendars: sessions are looked up, never guessed."""

from datetime import date

import pytest

from ledger.domain.calendars import CalendarExhausted, InvalidCalendar, TradingCalendar

MONDAY, TUESDAY, THURSDAY, FRIDAY = (date(2026, 1, day) for day in (5, 6, 8, 9))
HOLIDAY_WEDNESDAY = date(2026, 1, 7)
SATURDAY = date(2026, 1, 10)
NEXT_MONDAY = date(2026, 1, 12)
WEEK = TradingCalendar(
    code="XNYS",
    sessions=(MONDAY, TUESDAY, THURSDAY, FRIDAY, NEXT_MONDAY),
    first_covered=date(2026, 1, 3),
    last_covered=date(2026, 1, 13),
)


class TestIsSession:
    def test_knows_the_sessions_of_its_table(self) -> None:
        assert WEEK.is_session(MONDAY)
        assert not WEEK.is_session(HOLIDAY_WEDNESDAY)
        assert not WEEK.is_session(WEEK.last_covered)

    @pytest.mark.parametrize("day", [date(2026, 1, 2), date(2026, 1, 14)])
    def test_refuses_a_day_beyond_the_table(self, day: date) -> None:
        with pytest.raises(CalendarExhausted, match="XNYS"):
            WEEK.is_session(day)


class TestNeighbours:
    def test_are_strictly_after_and_before(self) -> None:
        assert WEEK.next_session(TUESDAY) == THURSDAY
        assert WEEK.next_session(HOLIDAY_WEDNESDAY) == THURSDAY
        assert WEEK.previous_session(THURSDAY) == TUESDAY
        assert WEEK.previous_session(SATURDAY) == FRIDAY

    def test_are_refused_at_the_ends_of_the_table(self) -> None:
        with pytest.raises(CalendarExhausted):
            WEEK.next_session(NEXT_MONDAY)
        with pytest.raises(CalendarExhausted):
            WEEK.previous_session(MONDAY)


class TestAddSessions:
    @pytest.mark.parametrize(
        ("day", "count", "expected"),
        [
            (MONDAY, 0, MONDAY),
            (MONDAY, 1, TUESDAY),
            (MONDAY, 2, THURSDAY),
            (FRIDAY, 1, NEXT_MONDAY),
            (SATURDAY, 0, NEXT_MONDAY),
            (SATURDAY, 1, NEXT_MONDAY),
            (FRIDAY, -3, MONDAY),
            (HOLIDAY_WEDNESDAY, -1, TUESDAY),
        ],
    )
    def test_counts_sessions_and_not_days(self, day: date, count: int, expected: date) -> None:
        assert WEEK.add_sessions(day, count) == expected

    @pytest.mark.parametrize(("day", "count"), [(MONDAY, 5), (MONDAY, -1), (WEEK.last_covered, 0)])
    def test_refuses_an_answer_beyond_the_table(self, day: date, count: int) -> None:
        with pytest.raises(CalendarExhausted):
            WEEK.add_sessions(day, count)


class TestSessionsBetween:
    def test_counts_both_ends(self) -> None:
        assert WEEK.sessions_between(TUESDAY, FRIDAY) == (TUESDAY, THURSDAY, FRIDAY)
        assert WEEK.sessions_between(SATURDAY, SATURDAY) == ()
        assert WEEK.sessions_between(FRIDAY, MONDAY) == ()

    def test_refuses_an_end_beyond_the_table(self) -> None:
        with pytest.raises(CalendarExhausted):
            WEEK.sessions_between(MONDAY, date(2026, 1, 14))


class TestAgeInSessions:
    def test_is_zero_on_its_own_day_and_grows_by_sessions(self) -> None:
        assert WEEK.age_in_sessions(MONDAY, MONDAY) == 0
        assert WEEK.age_in_sessions(MONDAY, HOLIDAY_WEDNESDAY) == 1
        assert WEEK.age_in_sessions(FRIDAY, NEXT_MONDAY) == 1
        assert WEEK.age_in_sessions(FRIDAY, MONDAY) == 0


class TestTable:
    @pytest.mark.parametrize(
        ("sessions", "first", "last"),
        [
            ((TUESDAY, MONDAY), MONDAY, FRIDAY),
            ((MONDAY, MONDAY), MONDAY, FRIDAY),
            ((MONDAY, FRIDAY), TUESDAY, FRIDAY),
            ((MONDAY, FRIDAY), MONDAY, THURSDAY),
            ((), FRIDAY, MONDAY),
        ],
    )
    def test_is_refused_where_it_contradicts_itself(
        self, sessions: tuple[date, ...], first: date, last: date
    ) -> None:
        with pytest.raises(InvalidCalendar):
            TradingCalendar("XNYS", sessions, first, last)
