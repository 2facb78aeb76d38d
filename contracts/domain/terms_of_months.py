"""Months of a calendar, as the database adds them: the same day, or the last one of a shorter month."""

import calendar
import datetime as dt


def months_after(day: dt.date, months: int) -> dt.date:
    """Return the day so many months later; months is not negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
