"""Issue margin calls, follow them, and close them."""

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from accounts.services.actor import acting
from clearing.domain.cures import cure_coverage
from clearing.margin.models import MarginCall, MarginCallStatus
from ledger.domain.calendars import CalendarExhausted
from ledger.queries.calendars import load_calendar

_TO_CALL = """
SELECT
    valuation.contract_id, valuation.id, valuation.collateral_minor, valuation.debt_minor,
    greatest(terms.target_coverage_ppm, terms.call_ppm + terms.hysteresis_ppm),
    terms.external_cost_sell_ppm + terms.commission_ppm, terms.calendar_code, terms.call_deadline_sessions
FROM margin_contractlevel AS in_force
INNER JOIN margin_valuation AS valuation
    ON valuation.contract_id = in_force.contract_id AND valuation.business_date = %(business_date)s
INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
INNER JOIN contracts_financingcontract AS contract ON contract.id = in_force.contract_id
WHERE in_force.book_id = %(book_id)s AND in_force.level >= 3 AND in_force.side_state = ''
    AND contract.state NOT IN ('liquidating', 'defaulted')
    AND NOT EXISTS (
        SELECT FROM margin_margincall AS standing
        WHERE standing.contract_id = in_force.contract_id
            AND (standing.closed_on IS NULL OR standing.valuation_id = valuation.id)
    )
ORDER BY in_force.contract_id
"""

_STANDING = """
SELECT
    standing.id, standing.status, standing.deadline_on, standing.opened_on, terms.calendar_code,
    terms.call_deadline_sessions, contract.state IN ('closed', 'defaulted'),
    coalesce(in_force.side_state = '' AND in_force.level < 3, false), appeal.is_open, appeal.is_upheld
FROM margin_margincall AS standing
INNER JOIN contracts_financingcontract AS contract ON contract.id = standing.contract_id
LEFT JOIN contracts_amended_terms(%(business_date)s) AS amended ON amended.contract_id = contract.id
INNER JOIN contracts_termsversion AS terms ON terms.id = coalesce(amended.terms_id, contract.terms_id)
LEFT JOIN margin_contractlevel AS in_force ON in_force.contract_id = standing.contract_id
CROSS JOIN LATERAL (
    SELECT
        coalesce(bool_or(dispute.state = 'open'), false) AS is_open,
        coalesce(bool_or(dispute.state = 'upheld'), false) AS is_upheld
    FROM contracts_dispute AS dispute
    WHERE dispute.contract_id = standing.contract_id AND dispute.subject_kind = 'call'
        AND dispute.subject_reference = 'call:' || standing.id
) AS appeal
WHERE standing.book_id = %(book_id)s AND standing.closed_on IS NULL AND standing.opened_on < %(business_date)s
ORDER BY standing.id
"""


@dataclass(frozen=True, slots=True)
class FollowedCalls:
    """How the standing calls moved."""

    met: int
    expired: int
    superseded: int
    dated: int
    """Got the deadline that the calendar could not give before."""


def call_deadline(*, calendar_code: str, opened_on: date, sessions: int) -> tuple[date | None, str]:
    """Return the session so many after the opening, and an empty reason; or no date and why there is none.

    Reads only. Source: DESIGN 6 (deadline in trading days), FACTS (a day beyond the table is a hold).
    """
    try:
        return load_calendar(code=calendar_code).add_sessions(opened_on, sessions), ""
    except CalendarExhausted as exhausted:
        return None, _("The trading calendar ends before the deadline; seed it further. %(detail)s") % {
            "detail": exhausted
        }


def issue_calls(*, book_id: int, business_date: date, maker_id: int) -> int:
    """Call every contract that stands at CALL or worse, is not on hold and has no standing call; return how
    many.

    The call states the three amounts, in minor units of the contract's currency, of which each alone leads
    back to the target coverage of the terms, or past the hysteresis where that is more, so that paying it
    meets the call, sale costs counted; and the deadline, so many sessions of the
    terms' calendar after the business date. A calendar that ends before it makes a call without deadline, on
    which nothing is liquidated. Run again on the date, it issues nothing twice.

    Owns its transaction or joins one. Source: DESIGN 6 (CALL, actionable amounts).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TO_CALL, {"book_id": book_id, "business_date": business_date})
        rows = cursor.fetchall()
    calls = []
    for (
        contract_id,
        valuation_id,
        collateral_minor,
        debt_minor,
        target_ppm,
        cost_ppm,
        calendar,
        sessions,
    ) in rows:
        cure = cure_coverage(collateral_minor, debt_minor, target_ppm=target_ppm, cost_ppm=cost_ppm)
        deadline_on, hold_reason = call_deadline(
            calendar_code=calendar, opened_on=business_date, sessions=sessions
        )
        calls.append(
            MarginCall(
                book_id=book_id,
                contract_id=contract_id,
                valuation_id=valuation_id,
                opened_on=business_date,
                deadline_on=deadline_on,
                hold_reason=hold_reason,
                target_ppm=target_ppm,
                deposit_minor=cure.deposit_minor,
                repay_minor=cure.repay_minor,
                sell_minor=cure.sell_minor,
            )
        )
    if calls:
        with acting(actor_id=maker_id, reason=f"margin calls of {business_date}"):
            MarginCall.objects.bulk_create(calls)
    return len(calls)


def follow_calls(*, book_id: int, business_date: date, maker_id: int) -> FollowedCalls:
    """Move the calls of earlier days on: met, expired on the evening of the deadline, superseded by the
    contract's end.

    A call is met when the level in force is better than CALL, which it is not while a hold lasts. One that
    waits for a calendar gets its deadline when the table has grown: the one it would have had, or the next
    session if that is past. One that the client disputes does not expire before the answer; one whose dispute
    was upheld is superseded, and what the figures of the evening ask for is called anew. Run again on the
    date, it changes nothing.

    Owns its transaction or joins one. Source: DESIGN 6 (CALL), 7 (dispute), the life of
    :class:`MarginCallStatus`.
    """
    met, expired, superseded, dated = [], [], [], []
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"book_id": book_id, "business_date": business_date})
        rows = cursor.fetchall()
    for (
        call_id,
        status,
        deadline_on,
        opened_on,
        calendar,
        sessions,
        has_ended,
        is_cured,
        is_disputed,
        is_upheld,
    ) in rows:
        if has_ended or is_upheld:
            superseded.append(call_id)
        elif is_cured:
            met.append(call_id)
        elif deadline_on is None:
            found, _reason = call_deadline(calendar_code=calendar, opened_on=opened_on, sessions=sessions)
            if found is not None and found <= business_date:
                found, _reason = call_deadline(calendar_code=calendar, opened_on=business_date, sessions=1)
            if found is not None:
                dated.append(MarginCall(pk=call_id, deadline_on=found, hold_reason=""))
        elif status == MarginCallStatus.OPEN and deadline_on <= business_date and not is_disputed:
            expired.append(call_id)
    if met or expired or superseded or dated:
        with acting(actor_id=maker_id, reason=f"margin calls followed on {business_date}"):
            _close(met, MarginCallStatus.MET, business_date)
            _close(superseded, MarginCallStatus.SUPERSEDED, business_date)
            MarginCall.objects.filter(pk__in=expired).update(status=MarginCallStatus.EXPIRED)
            MarginCall.objects.bulk_update(dated, ["deadline_on", "hold_reason"])
    return FollowedCalls(met=len(met), expired=len(expired), superseded=len(superseded), dated=len(dated))


def _close(call_ids: list[int], status: MarginCallStatus, business_date: date) -> None:
    MarginCall.objects.filter(pk__in=call_ids).update(status=status, closed_on=business_date)
