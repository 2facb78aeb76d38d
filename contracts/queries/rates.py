"""Rates as they are counted with: the terms' or tranche's own, and the steps that corrections have made."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

from contracts.models import FundingTranche, TermsVersion

_STEPS = """
SELECT s.from_date, s.rate_ppm, s.delta_ppm
FROM contracts_ratestep AS s
WHERE s.terms_id = %(terms_id)s OR s.tranche_id = %(tranche_id)s
ORDER BY s.from_date
"""


_FLOATING = """
SELECT s.rate_ppm
FROM contracts_ratesegment AS s
WHERE s.terms_id = %(terms_id)s AND s.from_date < %(day)s AND s.until_date >= %(day)s
"""


class FixingMissing(LookupError):
    """The terms float on a benchmark that has no fixing for the day; set it first."""

    code = "contracts_rate_is_fixed"


@dataclass(frozen=True, slots=True)
class RateStep:
    """From a day on a corrected rate, and by how much it differs from the one before; parts per million."""

    from_date: dt.date
    rate_ppm: int
    delta_ppm: int


def rate_steps(*, terms_id: int | None, tranche_id: int | None) -> list[RateStep]:
    """Return the corrected rates of one side in force, ascending; none where nothing was corrected."""
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, {"terms_id": terms_id, "tranche_id": tranche_id})
        return [RateStep(*row) for row in cursor.fetchall()]


def rate_in_force(*, terms_id: int | None, tranche_id: int | None, on: dt.date) -> int:
    """Return the rate that a side is counted with on a day.

    :raises TermsVersion.DoesNotExist, FundingTranche.DoesNotExist: there is no such side.
    :raises FixingMissing: the terms float on a benchmark that has no fixing for the day.
    """
    return rate_before(terms_id=terms_id, tranche_id=tranche_id, day=on + dt.timedelta(days=1))


def rate_before(*, terms_id: int | None, tranche_id: int | None, day: dt.date) -> int:
    """Return the rate that a side is counted with on the eve of a day. As `rate_in_force`.

    :raises FixingMissing: the terms float on a benchmark that has no fixing for the day.
    """
    steps = [step for step in rate_steps(terms_id=terms_id, tranche_id=tranche_id) if step.from_date < day]
    if steps:
        return steps[-1].rate_ppm
    if terms_id is not None:
        terms = TermsVersion.objects.get(pk=terms_id)
        return terms.client_rate_ppm if terms.benchmark_id is None else _floating(terms, day)
    assert tranche_id is not None, "a side is of terms or of a tranche"
    return FundingTranche.objects.get(pk=tranche_id).rate_ppm


def _floating(terms: TermsVersion, day: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FLOATING, {"terms_id": terms.pk, "day": day})
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise FixingMissing(f"{terms}, {day}")
    return int(row[0])
