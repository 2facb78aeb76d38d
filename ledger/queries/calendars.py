"""Trading calendars from the table of sessions."""

import datetime as dt
from functools import lru_cache

from django.db import connection
from django.db.models import Count, Max

from ledger.domain.calendars import CalendarExhausted, TradingCalendar
from ledger.models import TradingSession


def load_calendar(*, code: str) -> TradingCalendar:
    """The calendar of an exchange, as far as its sessions are seeded.

    :raises CalendarExhausted: nothing is seeded for this exchange; run `seed_calendars`.
    """
    rows = TradingSession.objects.filter(calendar_code=code).aggregate(
        n=Count("id"), last=Max("session_date")
    )
    if not rows["n"]:
        raise CalendarExhausted(f"calendar {code} has no sessions: run `manage.py seed_calendars`")
    return _load(str(connection.settings_dict["NAME"]), code, rows["n"], rows["last"])


@lru_cache(maxsize=32)
def _load(database: str, code: str, count: int, last: dt.date) -> TradingCalendar:
    """Read the sessions. They are only ever added at the end: count and last day say whether any were."""
    sessions = tuple(
        TradingSession.objects.filter(calendar_code=code, session_date__lte=last)
        .order_by("session_date")
        .values_list("session_date", flat=True)
    )
    if len(sessions) != count:
        raise CalendarExhausted(f"calendar {code} of {database} changed while it was read; try again")
    return TradingCalendar(code=code, sessions=sessions, first_covered=sessions[0], last_covered=sessions[-1])
