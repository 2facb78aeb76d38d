"""How a contract's interest over a span came about, as a statement keeps it."""

import datetime as dt

from django.db import connection

from contracts.documents.inputs import SegmentInputs
from contracts.queries.interest_segments import interest_segments

_RATE = """
SELECT s.rate_ppm
FROM contracts_interest_segments(%(contract_id)s, %(since)s, %(until)s) AS s
"""


class RateUnknown(LookupError):
    """A fixing of the benchmark is missing, so the rate of these days is not known."""


def interest_lines(*, contract_id: int, since: dt.date, until: dt.date) -> list[SegmentInputs]:
    """Return the segments between two days, the last not counted, with what each earned.

    As known on the last day. Source: DESIGN 5.

    :raises RateUnknown: a fixing is missing within the span.
    """
    found: list[SegmentInputs] = []
    if since >= until:
        return found
    for one in interest_segments(contract_id=contract_id, since=since, until=until, known_on=until):
        if one.rate_ppm is None or one.interest_minor is None:
            raise RateUnknown(f"{one.from_date} to {one.until_date}")
        found.append(
            SegmentInputs(
                since=one.from_date.isoformat(),
                until=one.until_date.isoformat(),
                days=one.days,
                principal_minor=one.principal_minor,
                rate_ppm=one.rate_ppm,
                day_count=one.day_count,
                interest_minor=one.interest_minor,
            )
        )
    return found


def rate_on(*, contract_id: int, on: dt.date) -> int | None:
    """Return the client's rate on a day, in parts per million; None where a fixing is missing."""
    day: dict[str, int | dt.date] = {
        "contract_id": contract_id,
        "since": on,
        "until": on + dt.timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RATE, day)
        row = cursor.fetchone()
    return None if row is None else row[0]
