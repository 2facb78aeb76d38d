"""Months and years of the books: calendar months, and the calendar year."""

import datetime as dt


def month_of(day: dt.date) -> dt.date:
    """The first day of the month of a day."""
    return day.replace(day=1)


def month_code(day: dt.date) -> str:
    """`2008-09`, as approvals name a month."""
    return f"{day.year:04d}-{day.month:02d}"


def year_end(year: int) -> dt.date:
    """The day for which a year's result is carried to equity."""
    return dt.date(year, 12, 31)
