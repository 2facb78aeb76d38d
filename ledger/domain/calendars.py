"""Trading calendars as immutable tables of sessions.

A calendar knows the days from ``first_covered`` to ``last_covered`` and nothing beyond: asked about another
day it raises, and the caller turns that into a hold. It never guesses that a weekday trades.

Source: DESIGN 1, rule 6 (fail closed); FACTS (calendars).
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


class InvalidCalendar(ValueError):
    """The sessions are not ascending, or lie outside the covered span."""


class CalendarExhausted(LookupError):
    """The day, or the answer, lies beyond the calendar's table."""


@dataclass(frozen=True, slots=True)
class TradingCalendar:
    """The sessions of a market. ``sessions`` ascend without repeats and lie within the covered span."""

    code: str
    sessions: tuple[date, ...]
    first_covered: date
    last_covered: date

    def __post_init__(self) -> None:
        if any(earlier >= later for earlier, later in pairwise(self.sessions)):
            raise InvalidCalendar(f"{self.code}: the sessions do not ascend")
        outside = self.sessions and not self.first_covered <= self.sessions[0] <= self.sessions[-1]
        if outside or (self.sessions and self.sessions[-1] > self.last_covered):
            raise InvalidCalendar(
                f"{self.code}: sessions outside {self.first_covered} to {self.last_covered}"
            )
        if self.last_covered < self.first_covered:
            raise InvalidCalendar(f"{self.code}: covers nothing, {self.first_covered} to {self.last_covered}")

    def is_session(self, day: date) -> bool:
        """Return whether the market trades on the day.

        :raises CalendarExhausted: the day is not covered.
        """
        self._refuse_uncovered(day)
        index = bisect_left(self.sessions, day)
        return index < len(self.sessions) and self.sessions[index] == day

    def next_session(self, day: date) -> date:
        """Return the first session strictly after the day.

        :raises CalendarExhausted: the day is not covered, or no later session is.
        """
        return self.add_sessions(day, 1)

    def previous_session(self, day: date) -> date:
        """Return the last session strictly before the day.

        :raises CalendarExhausted: the day is not covered, or no earlier session is.
        """
        return self.add_sessions(day, -1)

    def add_sessions(self, day: date, count: int) -> date:
        """Return the ``count``-th session after the day (before it where negative).

        Zero is the day itself where it is a session, else the next one: from a day without a session, zero
        and one give the same.

        :raises CalendarExhausted: the day is not covered, or the table ends before the answer.
        """
        self._refuse_uncovered(day)
        if count > 0:
            index = bisect_right(self.sessions, day) + count - 1
        else:
            index = bisect_left(self.sessions, day) + count
        if not 0 <= index < len(self.sessions):
            raise CalendarExhausted(
                f"{self.code}: {count} sessions from {day} lie beyond "
                f"{self.first_covered} to {self.last_covered}"
            )
        return self.sessions[index]

    def sessions_between(self, first_day: date, last_day: date) -> tuple[date, ...]:
        """Return the sessions from ``first_day`` to ``last_day``, both counted; none where they cross.

        :raises CalendarExhausted: either day is not covered.
        """
        self._refuse_uncovered(first_day)
        self._refuse_uncovered(last_day)
        return self.sessions[bisect_left(self.sessions, first_day) : bisect_right(self.sessions, last_day)]

    def age_in_sessions(self, since: date, until: date) -> int:
        """Return the sessions after ``since``, up to and with ``until``: a break's age, zero on its day.

        :raises CalendarExhausted: either day is not covered.
        """
        self._refuse_uncovered(since)
        self._refuse_uncovered(until)
        return max(0, bisect_right(self.sessions, until) - bisect_right(self.sessions, since))

    def _refuse_uncovered(self, day: date) -> None:
        if not self.first_covered <= day <= self.last_covered:
            raise CalendarExhausted(
                f"{self.code}: {day} lies beyond the table, {self.first_covered} to {self.last_covered}"
            )
