"""Accrue interest for the whole book: exact, set-based, once a date.

Both sides of a contract are counted from the postings of its principal accounts by value date: the client's
side from the loan, each funder's from what it funded. For a rate r and a basis B the exact interest before a
day n is

    sum over postings of amount * r * (n - value_date) / (B * 1,000,000)

so one pass adds integers, and only the quotient is rounded, half up, once. What is posted is the rounded
cumulative figure less what was posted before: a missed day, a weekend and a back-dated posting correct
themselves with the next run. The spread takes the residual. Postings of closed days never change and are
carried as one sum from row to row (`closed_*`), so a run reads only what has been booked since the last one.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from contracts.domain.day_count import DayCount
from contracts.domain.interest import interest_denominator
from contracts.domain.states import ACCRUING
from contracts.models import InterestRun
from contracts.services.entries import CALLER
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from ledger.services.posting import EntryHeader, post_journal_entries_from_select


class PrincipalValuedAhead(ContractRefusal):
    """A posting of principal has a value date after its booking date; interest on it can't be counted."""

    code = "contracts_interest_principal_not_valued_ahead"
    sentence = _("Principal was booked with a later value date; reverse it and book it on its day.")


@dataclass(frozen=True, slots=True)
class ContractRange:
    """A chunk of contracts by id, both ends included."""

    first_id: int
    last_id: int


@dataclass(frozen=True, slots=True)
class AccrualResult:
    """What a run did. `contracts` is 0 where the date had been accrued before."""

    accrual_date: dt.date
    contracts: int
    client_minor: int
    """Posted to the clients' debit in all, of every currency."""
    entry_id: int | None


# Contracts whose last accrual lies before the date, with where their postings have been read up to.
_DUE = """
SELECT
    c.id,
    c.terms_id,
    c.unit_id,
    c.principal_account_id,
    c.interest_account_id,
    last.accrual_date,
    coalesce(last.accrual_date, c.opened_on) AS since,
    coalesce(last.closed_principal_minor, 0) AS closed_principal_minor,
    coalesce(last.closed_numerator, 0) AS closed_numerator,
    coalesce(last.cumulative_posted_minor, 0) AS cumulative_posted_minor
FROM contracts_financingcontract AS c
LEFT JOIN LATERAL (
    SELECT
        a.accrual_date, a.closed_principal_minor,
        a.closed_numerator + coalesce(late.closed_numerator, 0) AS closed_numerator,
        a.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS cumulative_posted_minor
    FROM contracts_interestaccrual AS a
    LEFT JOIN LATERAL (
        SELECT sum(j.closed_numerator) AS closed_numerator, sum(j.posted_minor)::bigint AS posted_minor
        FROM contracts_interestadjustment AS j
        WHERE j.contract_id = a.contract_id AND j.accrual_date = a.accrual_date AND j.tranche_id IS NULL
    ) AS late ON true
    WHERE a.contract_id = c.id AND a.tranche_id IS NULL
    ORDER BY a.accrual_date DESC
    LIMIT 1
) AS last ON true
WHERE c.book_id = %(book_id)s
    AND c.state = ANY(%(states)s)
    AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.opened_on <= %(date)s
    AND coalesce(last.accrual_date < %(date)s, true)
"""

_SURVEY = """
WITH due AS MATERIALIZED ({due})
SELECT count(*), min(due.since) FROM due
"""

# Signed integers, from the client's point of view positive; a funder's side is a credit and is turned round.
_ACCRUE = """
WITH due AS MATERIALIZED ({due}), step AS MATERIALIZED (
    SELECT s.terms_id, s.tranche_id, s.from_date, s.delta_ppm::numeric AS delta_ppm
    FROM contracts_ratestep AS s
), side AS (
    SELECT
        due.id AS contract_id,
        NULL::bigint AS tranche_id,
        due.terms_id,
        due.principal_account_id AS account_id,
        1 AS sign,
        t.client_rate_ppm AS rate_ppm,
        CASE t.day_count WHEN 'ACT_360' THEN %(act_360)s ELSE %(act_365f)s END::numeric AS denominator,
        due.accrual_date,
        due.since,
        due.closed_principal_minor,
        due.closed_numerator,
        due.cumulative_posted_minor,
        -- What has been collected can't be taken back from a debt that is nought: the rest waits for later
        -- interest.
        -receivable.balance_minor AS least_minor
    FROM due
    INNER JOIN contracts_termsversion AS t ON t.id = due.terms_id
    INNER JOIN ledger_balance AS receivable ON receivable.account_id = due.interest_account_id
    UNION ALL
    SELECT
        due.id,
        f.id,
        NULL,
        f.funded_account_id,
        -1,
        f.rate_ppm,
        CASE t.day_count WHEN 'ACT_360' THEN %(act_360)s ELSE %(act_365f)s END::numeric,
        due.accrual_date,
        due.since,
        coalesce(last.closed_principal_minor, 0),
        coalesce(last.closed_numerator + coalesce(late.closed_numerator, 0), 0),
        coalesce(last.cumulative_posted_minor + coalesce(late.posted_minor, 0), 0)::bigint,
        NULL
    FROM due
    INNER JOIN contracts_termsversion AS t ON t.id = due.terms_id
    INNER JOIN contracts_fundingtranche AS f ON f.contract_id = due.id AND f.funder_id IS NOT NULL
    LEFT JOIN contracts_interestaccrual AS last
        ON last.contract_id = due.id AND last.tranche_id = f.id AND last.accrual_date = due.accrual_date
    LEFT JOIN LATERAL (
        SELECT sum(j.closed_numerator) AS closed_numerator, sum(j.posted_minor) AS posted_minor
        FROM contracts_interestadjustment AS j
        WHERE j.contract_id = due.id AND j.accrual_date = due.accrual_date AND j.tranche_id = f.id
    ) AS late ON true
), counted AS (
    SELECT
        side.contract_id,
        side.tranche_id,
        side.denominator,
        side.cumulative_posted_minor,
        side.least_minor,
        side.closed_principal_minor + side.sign * coalesce(moved.closed_minor, 0) AS closed_principal_minor,
        side.closed_numerator
        + side.rate_ppm::numeric * (
            side.closed_principal_minor * coalesce(%(date)s::date - side.accrual_date, 0)
            + side.sign * coalesce(moved.closed_minor_days, 0)
        ) + coalesce(stepped.closed_numerator, 0) AS closed_numerator,
        side.rate_ppm::numeric * side.sign * coalesce(moved.open_minor_days, 0)
        + coalesce(stepped.open_numerator, 0) AS open_numerator,
        moved.is_ahead
    FROM side
    LEFT JOIN LATERAL (
        SELECT
            sum(p.amount_minor) FILTER (WHERE p.booking_date < %(date)s) AS closed_minor,
            sum(p.amount_minor::numeric * (%(date)s::date - p.value_date))
            FILTER (WHERE p.booking_date < %(date)s) AS closed_minor_days,
            sum(p.amount_minor::numeric * (%(date)s::date - p.value_date))
            FILTER (WHERE p.booking_date = %(date)s) AS open_minor_days,
            bool_or(p.value_date > p.booking_date) AS is_ahead
        FROM ledger_posting AS p
        WHERE p.account_id = side.account_id
            AND p.booking_date >= side.since
            AND p.booking_date BETWEEN %(since)s AND %(date)s
    ) AS moved ON true
    -- From the day of a step on its difference is earned as well; most sides have none.
    LEFT JOIN LATERAL (
        SELECT
            sum(step.delta_ppm * (
                side.closed_principal_minor
                * greatest(%(date)s::date - greatest(side.accrual_date, step.from_date), 0)
                + side.sign * coalesce(late.closed_minor_days, 0)
            )) AS closed_numerator,
            sum(step.delta_ppm * side.sign * coalesce(late.open_minor_days, 0)) AS open_numerator
        FROM step
        CROSS JOIN LATERAL (
            SELECT
                sum(p.amount_minor::numeric * greatest(
                    %(date)s::date - greatest(p.value_date, step.from_date), 0
                )) FILTER (WHERE p.booking_date < %(date)s) AS closed_minor_days,
                sum(p.amount_minor::numeric * greatest(
                    %(date)s::date - greatest(p.value_date, step.from_date), 0
                )) FILTER (WHERE p.booking_date = %(date)s) AS open_minor_days
            FROM ledger_posting AS p
            WHERE p.account_id = side.account_id
                AND p.booking_date >= side.since
                AND p.booking_date BETWEEN %(since)s AND %(date)s
        ) AS late
        WHERE step.terms_id = side.terms_id OR step.tranche_id = side.tranche_id
    ) AS stepped ON true
), rounded AS (
    SELECT
        counted.*,
        counted.closed_numerator + counted.open_numerator AS numerator,
        sign(counted.closed_numerator + counted.open_numerator) * div(
            2 * abs(counted.closed_numerator + counted.open_numerator) + counted.denominator,
            2 * counted.denominator
        ) AS cumulative_minor
    FROM counted
), accrued AS (
    INSERT INTO contracts_interestaccrual (
        run_id, contract_id, tranche_id, accrual_date, closed_principal_minor, closed_numerator,
        cumulative_numerator, cumulative_posted_minor, posted_minor
    )
    SELECT
        %(run_id)s,
        rounded.contract_id,
        rounded.tranche_id,
        %(date)s,
        rounded.closed_principal_minor,
        rounded.closed_numerator,
        rounded.numerator,
        greatest(rounded.cumulative_minor, rounded.cumulative_posted_minor + rounded.least_minor),
        greatest(rounded.cumulative_minor - rounded.cumulative_posted_minor, rounded.least_minor)
    FROM rounded
    RETURNING tranche_id, posted_minor
)
SELECT
    count(*) FILTER (WHERE accrued.tranche_id IS NULL),
    coalesce(sum(accrued.posted_minor) FILTER (WHERE accrued.tranche_id IS NULL), 0),
    (
        SELECT string_agg(DISTINCT c.code, ', ')
        FROM counted
        INNER JOIN contracts_financingcontract AS c ON c.id = counted.contract_id
        WHERE counted.is_ahead
    )
FROM accrued
"""

_POSTINGS = """
WITH accrued AS MATERIALIZED (
    SELECT a.contract_id, a.tranche_id, a.posted_minor
    FROM contracts_interestaccrual AS a
    WHERE a.run_id = %(run_id)s AND a.posted_minor <> 0
)
SELECT 0 AS entry_no, c.interest_account_id AS account_id, a.posted_minor AS amount_minor
FROM accrued AS a
INNER JOIN contracts_financingcontract AS c ON c.id = a.contract_id
WHERE a.tranche_id IS NULL
UNION ALL
SELECT 0, t.interest_account_id, -a.posted_minor
FROM accrued AS a
INNER JOIN contracts_fundingtranche AS t ON t.id = a.tranche_id
UNION ALL
SELECT
    0,
    spread.id,
    sum(CASE WHEN a.tranche_id IS NULL THEN -a.posted_minor ELSE a.posted_minor END)::bigint
FROM accrued AS a
INNER JOIN contracts_financingcontract AS c ON c.id = a.contract_id
INNER JOIN ledger_account AS spread
    ON spread.book_id = c.book_id AND spread.address = 'house/income/spread' AND spread.unit_id = c.unit_id
GROUP BY spread.id
HAVING sum(CASE WHEN a.tranche_id IS NULL THEN -a.posted_minor ELSE a.posted_minor END) <> 0
"""

INTEREST_LOCK = 0x504C494E
"""First key ("PLIN") of the lock that accruals share and a correction of rates takes alone; then the book."""

_EVERY_CONTRACT = ContractRange(first_id=0, last_id=2**63 - 1)


def accrue_interest(
    *,
    book_id: int,
    business_date: dt.date,
    maker_id: int,
    contract_range: ContractRange | None = None,
) -> AccrualResult:
    """Accrue what every contract of the book, or of a chunk, has earned before `business_date`.

    Joins the caller's transaction, else is its own. Two statements, whatever the size: the first counts and
    keeps the exact figures, the second posts one entry of all changes. Calendar days since the last run are
    covered, first day in, last day out. A contract that was accrued for the date or a later one is left
    alone: a second run does nothing.

    :raises PrincipalValuedAhead: principal was booked with a later value date; nothing is accrued.
    :raises AccruedTwice: another run did the same at the same time.
    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 5 (interest), 4 (interest accrued).
    """
    chunk = contract_range or _EVERY_CONTRACT
    params: dict[str, int | dt.date | list[str]] = {
        "book_id": book_id,
        "states": sorted(ACCRUING),
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
        "date": business_date,
        "act_360": interest_denominator(DayCount.ACT_360),
        "act_365f": interest_denominator(DayCount.ACT_365F),
    }
    with named_contract_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [INTEREST_LOCK, book_id])
        cursor.execute(_SURVEY.format(due=_DUE), params)
        due, params["since"] = cursor.fetchone()
        if due == 0:
            return AccrualResult(accrual_date=business_date, contracts=0, client_minor=0, entry_id=None)
        run = _start_run(book_id, business_date, chunk)
        cursor.execute(_ACCRUE.format(due=_DUE), {**params, "run_id": run.id})
        contracts, client_minor, ahead = cursor.fetchone()
        if ahead is not None:
            raise PrincipalValuedAhead(ahead)
        entry_id = _post(run, maker_id)
    return AccrualResult(
        accrual_date=business_date, contracts=contracts, client_minor=int(client_minor), entry_id=entry_id
    )


def _start_run(book_id: int, business_date: dt.date, chunk: ContractRange) -> InterestRun:
    """Number the run by its contracts, so that chunks accrued side by side never wait for a number."""
    first = max(chunk.first_id, 1)
    earlier = InterestRun.objects.filter(
        book_id=book_id, accrual_date=business_date, sequence__gte=first, sequence__lte=chunk.last_id
    )
    newest = earlier.aggregate(newest=Max("sequence"))["newest"] or first - 1
    return InterestRun.objects.create(book_id=book_id, accrual_date=business_date, sequence=newest + 1)


def _post(run: InterestRun, maker_id: int) -> int | None:
    """Post the run's accruals as one entry, unless all of them are nought."""
    posted = post_journal_entries_from_select(
        book_id=run.book_id,
        booking_date=run.accrual_date,
        headers=[
            EntryHeader(
                entry_no=0,
                kind="interest_accrued",
                value_date=run.accrual_date,
                narration=f"Interest accrued up to {run.accrual_date}",
                source_reference=f"contracts.interestrun:{run.id}",
                idempotency_key=f"interest-accrued:{run.accrual_date}:{run.sequence}",
            )
        ],
        postings_sql=_POSTINGS,
        params={"run_id": run.id},
        caller=CALLER,
        maker_id=maker_id,
    )
    if not posted:
        return None
    InterestRun.objects.filter(pk=run.id).update(entry_id=posted[0].entry_id)
    return posted[0].entry_id
