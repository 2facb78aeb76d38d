"""Trading calendars from the table of sessions."""

from functools import lru_cache

from ledger.domain.calendars import CalendarExhausted, TradingCalendar
from ledger.models import TradingSession


def load_calendar(*, code: str) -> TradingCalendar:
    """The calendar of an exchange, as far as its sessions are seeded.

    :raises CalendarExhausted: nothing is seeded for this exchange; run `seed_calendars`.
    """
    newest = (
        TradingSession.objects.filter(calendar_code=code)
        .order_by("-session_date")
        .values_list("id", "session_date")
        .first()
    )
    if newest is None:
        raise CalendarExhausted(f"calendar {code} has no sessions: run `manage.py seed_calendars`")
    return _load(code, newest)


@lru_cache(maxsize=32)
def _load(code: str, newest: tuple[int, object]) -> TradingCalendar:
    """Sessions are only ever added at the end, so the newest row says whether the table has changed."""
    sessions = tuple(
        TradingSession.objects.filter(calendar_code=code)
        .order_by("session_date")
        .values_list("session_date", flat=True)
    )
    return TradingCalendar(code=code, sessions=sessions, first_covered=sessions[0], last_covered=sessions[-1])
