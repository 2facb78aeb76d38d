"""How a contract's interest over a span came about: the days on which principal and rate stayed the same."""

import datetime as dt
from itertools import pairwise

from django.db import connection

from contracts.documents.inputs import SegmentInputs
from contracts.domain.day_count import DayCount
from contracts.domain.interest import AccrualBasis, Segment, cumulative_rounded
from contracts.models import FinancingContract, TermsVersion
from contracts.queries.rates import rate_in_force, rate_steps
from contracts.queries.terms_in_force import spans_of_terms

_PRINCIPAL = """
SELECT p.value_date, sum(p.amount_minor)::bigint
FROM ledger_posting AS p
WHERE p.account_id = %(account_id)s AND p.booking_date < %(until)s AND p.value_date < %(until)s
GROUP BY p.value_date
HAVING sum(p.amount_minor) <> 0
ORDER BY p.value_date
"""


def interest_lines(*, contract_id: int, since: dt.date, until: dt.date) -> list[SegmentInputs]:
    """Return the segments between two days, the last not counted, with what each earned.

    From the postings of the principal by value date, as booked before `until`. Each figure is the rounded
    exact interest up to the segment's end less that up to its start, so that they add up. Source: DESIGN 5.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    history = _history(contract, until)
    found = []
    for terms, segments in history:
        basis = AccrualBasis(DayCount(terms.day_count), termination_date=contract.matures_on)
        for index, segment in enumerate(segments):
            start, end = max(segment.start, since), min(segment.end or until, until)
            if end <= start or not segment.principal_minor:
                continue
            before = segments[: index + 1]
            earned_minor = cumulative_rounded(before, end, basis=basis) - cumulative_rounded(
                before, start, basis=basis
            )
            found.append(
                SegmentInputs(
                    since=start.isoformat(),
                    until=end.isoformat(),
                    days=(end - start).days,
                    principal_minor=segment.principal_minor,
                    rate_ppm=segment.rate_ppm,
                    day_count=terms.day_count,
                    interest_minor=earned_minor,
                )
            )
    return found


def _history(contract: FinancingContract, until: dt.date) -> list[tuple[TermsVersion, list[Segment]]]:
    """The segments of all time, grouped by runs of one day count: only within one does interest add up."""
    with connection.cursor() as cursor:
        cursor.execute(_PRINCIPAL, {"account_id": contract.principal_account_id, "until": until})
        moved: list[tuple[dt.date, int]] = cursor.fetchall()
    if not moved:
        return []
    spans = spans_of_terms(contract_id=contract.pk)
    terms = TermsVersion.objects.in_bulk({span.terms_id for span in spans})
    edges = {day for day, _ in moved} | {until}
    edges |= {span.from_date for span in spans if moved[0][0] < span.from_date < until}
    for span in spans:
        steps = rate_steps(terms_id=span.terms_id, tranche_id=None)
        edges |= {step.from_date for step in steps if moved[0][0] < step.from_date < until}
    history: list[tuple[TermsVersion, list[Segment]]] = []
    for start, end in pairwise(sorted(edges)):
        held = [span for span in spans if span.from_date <= start] or spans[:1]
        own = terms[held[-1].terms_id]
        principal_minor = sum(amount for day, amount in moved if day <= start)
        rate_ppm = rate_in_force(terms_id=own.pk, tranche_id=None, on=start)
        if not history or history[-1][0].day_count != own.day_count:
            history.append((own, []))
        segments = history[-1][1]
        last = segments[-1] if segments else None
        if last is not None and (last.principal_minor, last.rate_ppm) == (principal_minor, rate_ppm):
            segments[-1] = Segment(last.start, end, principal_minor, rate_ppm)
        else:
            segments.append(Segment(start, end, principal_minor, rate_ppm))
    return history
