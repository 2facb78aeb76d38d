"""Fill the table of trading sessions."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from ledger.models import TradingSession


class CalendarContradicted(Exception):
    """The given sessions differ from the table within the span that it covers."""


def add_sessions(*, calendar_code: str, sessions: Sequence[dt.date]) -> int:
    """Append the sessions of an exchange that lie after those in the table. Joins the caller's transaction.

    Sessions within the covered span are compared, never changed: decisions were made by them.

    :returns: how many were added.
    :raises CalendarContradicted: the table and the given sessions differ where both cover a day.
    """
    with transaction.atomic():
        known = set(
            TradingSession.objects.filter(calendar_code=calendar_code).values_list("session_date", flat=True)
        )
        new = sorted(sessions)
        if known:
            first, last = min(known), max(known)
            differing = {day for day in new if first <= day <= last} ^ {day for day in known if day >= new[0]}
            if differing:
                raise CalendarContradicted(f"{calendar_code}: {sorted(differing)[:5]}")
            new = [day for day in new if day > last]
        TradingSession.objects.bulk_create(
            [TradingSession(calendar_code=calendar_code, session_date=day) for day in new]
        )
    return len(new)
