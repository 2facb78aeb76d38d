"""How a contract's interest over a span came about: the days on which principal and rate stayed the same."""

import datetime as dt
from itertools import pairwise
from typing import Any

from django.db import connection

from contracts.documents.inputs import SegmentInputs
from contracts.domain.interest import EVERY_DENOMINATOR
from contracts.models import FinancingContract
from ledger.domain.money import round_half_up

_PRINCIPAL = """
SELECT p.value_date, sum(p.amount_minor)::bigint
FROM ledger_posting AS p
WHERE p.account_id = %(account_id)s AND p.booking_date <= %(until)s AND p.value_date < %(until)s
GROUP BY p.value_date
HAVING sum(p.amount_minor) <> 0
ORDER BY p.value_date
"""

_RATES = """
SELECT s.from_date, s.until_date, s.rate_ppm, s.parts, s.day_count
FROM contracts_interest_segments(%(contract_id)s, %(since)s, %(until)s) AS s
ORDER BY s.from_date
"""


class RateUnknown(LookupError):
    """A fixing of the benchmark is missing, so the rate of these days is not known."""


def interest_lines(*, contract_id: int, since: dt.date, until: dt.date) -> list[SegmentInputs]:
    """Return the segments between two days, the last not counted, with what each earned.

    From the principal by value date and the segments of the rate by which the runs count. A line is the
    rounded exact interest up to its end less that up to its start, so that lines add up. Source: DESIGN 5.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    :raises RateUnknown: a fixing is missing within the span.
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    moved = _rows(_PRINCIPAL, {"account_id": contract.principal_account_id, "until": until})
    edges = sorted(
        {day for day, _ in moved} | ({since} if moved and since > moved[0][0] else set()) | {until}
    )
    found: list[SegmentInputs] = []
    numerator = principal_minor = 0
    changes = dict(moved)
    for start, end in pairwise(edges):
        principal_minor += changes.get(start, 0)
        for from_date, until_date, rate_ppm, parts, day_count in _rows(
            _RATES, {"contract_id": contract_id, "since": start, "until": end}
        ):
            if rate_ppm is None:
                raise RateUnknown(f"{contract.code}: {from_date} to {until_date}")
            before, numerator = numerator, numerator + principal_minor * rate_ppm * parts
            if from_date < since or not principal_minor:
                continue
            found.append(
                SegmentInputs(
                    since=from_date.isoformat(),
                    until=until_date.isoformat(),
                    days=(until_date - from_date).days,
                    principal_minor=principal_minor,
                    rate_ppm=rate_ppm,
                    day_count=day_count,
                    interest_minor=_rounded(numerator) - _rounded(before),
                )
            )
    return found


def rate_on(*, contract_id: int, on: dt.date) -> int | None:
    """Return the client's rate on a day, in parts per million; None where a fixing is missing."""
    day = {"contract_id": contract_id, "since": on, "until": on + dt.timedelta(days=1)}
    rows = _rows(_RATES, day)
    return rows[0][2] if rows else None


def _rounded(numerator: int) -> int:
    return round_half_up(numerator, EVERY_DENOMINATOR)


def _rows(statement: str, arguments: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return list(cursor.fetchall())
