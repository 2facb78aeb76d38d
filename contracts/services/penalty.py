"""Accrue penalty on what is overdue, set-based and exact, once a date.

Overdue from the maturity on are the principal and the interest earned before it, less what was paid since.
Once the grace is over the contract's rate times the terms' multiple runs on that, counted in the terms' day
count from the first day that bears penalty. What is posted is the rounded cumulative figure less what was
posted before, so that a late or back-dated payment puts itself right.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Max

from contracts.domain.interest import EVERY_DENOMINATOR, PARTS_PER_MILLION
from contracts.domain.states import ACCRUING
from contracts.models import PenaltyRun
from contracts.services.entries import CALLER
from contracts.services.interest import ContractRange
from contracts.services.refusals import named_contract_refusals
from ledger.services.posting import EntryHeader, post_journal_entries_from_select


@dataclass(frozen=True, slots=True)
class PenaltyResult:
    """What a run did; `contracts` is 0 where nobody is overdue, or the date had been accrued before."""

    accrual_date: dt.date
    contracts: int
    penalty_minor: int
    entry_id: int | None


_ACCRUE = """
WITH due AS MATERIALIZED (
    SELECT
        c.id, c.principal_account_id, c.interest_account_id, c.penalty_account_id, c.matures_on,
        c.matures_on + t.penalty_grace_days AS first_day, t.id AS terms_id, t.day_count,
        t.penalty_multiple_ppm, coalesce(last.cumulative_posted_minor, 0) AS posted_before_minor
    FROM contracts_financingcontract AS c
    INNER JOIN contracts_termsspan AS span
        ON span.contract_id = c.id AND span.from_date <= c.matures_on AND span.until_date > c.matures_on
    INNER JOIN contracts_termsversion AS t ON t.id = span.terms_id
    LEFT JOIN LATERAL (
        SELECT a.accrual_date, a.cumulative_posted_minor
        FROM contracts_penaltyaccrual AS a
        WHERE a.contract_id = c.id
        ORDER BY a.accrual_date DESC
        LIMIT 1
    ) AS last ON true
    WHERE c.book_id = %(book_id)s
        AND c.state = ANY(%(states)s)
        AND c.id BETWEEN %(first_id)s AND %(last_id)s
        AND c.matures_on + t.penalty_grace_days < %(date)s
        AND coalesce(last.accrual_date < %(date)s, true)
        -- A default ends contract interest, not the penalty on what stays owed.
        AND (c.state <> 'defaulted' OR EXISTS (
            SELECT FROM ledger_balance AS owed
            WHERE owed.account_id IN (c.principal_account_id, c.interest_account_id)
                AND owed.balance_minor > 0
        ))
        AND NOT EXISTS (
            SELECT FROM contracts_interesthold AS h WHERE h.contract_id = c.id AND h.lifted_on IS NULL
        )
), matured AS (
    SELECT
        due.id,
        sign(sum(p.amount_minor * w.rate_parts)) * div(
            2 * abs(sum(p.amount_minor * w.rate_parts)) + %(denominator)s::numeric,
            2 * %(denominator)s::numeric
        ) AS interest_minor
    FROM due
    INNER JOIN ledger_posting AS p
        ON p.account_id = due.principal_account_id AND p.booking_date <= %(date)s
            AND p.value_date < due.matures_on
    CROSS JOIN LATERAL contracts_interest_weigh(due.id, p.value_date, due.matures_on) AS w
    GROUP BY due.id
), event AS (
    SELECT
        due.id, greatest(p.value_date, due.first_day) AS day, p.amount_minor AS principal_minor,
        0 AS paid_minor
    FROM due
    INNER JOIN ledger_posting AS p
        ON p.account_id = due.principal_account_id AND p.booking_date <= %(date)s AND p.value_date < %(date)s
    UNION ALL
    SELECT due.id, greatest(p.value_date, due.first_day), 0, -p.amount_minor
    FROM due
    INNER JOIN ledger_posting AS p
        ON p.account_id = due.interest_account_id AND p.booking_date <= %(date)s AND p.value_date < %(date)s
    INNER JOIN ledger_journalentry AS e
        ON e.id = p.entry_id AND e.kind_id NOT IN ('interest_accrued', 'interest_adjusted')
    UNION ALL
    SELECT due.id, due.first_day, 0, 0
    FROM due
), day AS (
    SELECT
        event.id, event.day, sum(event.principal_minor) AS principal_minor,
        sum(event.paid_minor) AS paid_minor
    FROM event
    GROUP BY event.id, event.day
), running AS (
    SELECT
        day.id,
        day.day AS from_date,
        lead(day.day, 1, %(date)s::date) OVER (PARTITION BY day.id ORDER BY day.day) AS until_date,
        greatest(sum(day.principal_minor) OVER so_far, 0)
        + greatest(coalesce(matured.interest_minor, 0) - sum(day.paid_minor) OVER so_far, 0) AS overdue_minor
    FROM day
    LEFT JOIN matured ON matured.id = day.id
    WINDOW so_far AS (PARTITION BY day.id ORDER BY day.day)
), counted AS (
    SELECT
        due.id,
        due.penalty_account_id,
        due.posted_before_minor,
        (array_agg(running.overdue_minor ORDER BY running.from_date DESC))[1] AS overdue_minor,
        due.penalty_multiple_ppm * coalesce(sum(
            running.overdue_minor * rate.rate_ppm::numeric * contracts_year_parts(
                due.day_count, due.first_day, greatest(running.from_date, rate.from_date),
                least(running.until_date, rate.until_date), NULL
            )
        ), 0) AS numerator,
        bool_and(rate.rate_ppm IS NOT NULL) AS is_fixed
    FROM due
    INNER JOIN running ON running.id = due.id
    INNER JOIN contracts_ratesegment AS rate
        ON rate.terms_id = due.terms_id AND rate.from_date < running.until_date
            AND rate.until_date > running.from_date
    GROUP BY due.id, due.penalty_account_id, due.posted_before_minor, due.penalty_multiple_ppm
), rounded AS (
    SELECT
        counted.*,
        div(2 * counted.numerator + %(whole)s::numeric, 2 * %(whole)s::numeric) AS cumulative_minor,
        -- What has been collected or waived can't be taken back from a debt that is nought.
        -receivable.balance_minor AS least_minor
    FROM counted
    INNER JOIN ledger_balance AS receivable ON receivable.account_id = counted.penalty_account_id
    WHERE counted.is_fixed
), accrued AS (
    INSERT INTO contracts_penaltyaccrual (
        run_id, contract_id, accrual_date, overdue_minor, cumulative_numerator, cumulative_posted_minor,
        posted_minor
    )
    SELECT
        %(run_id)s, r.id, %(date)s, r.overdue_minor, r.numerator,
        greatest(r.cumulative_minor, r.posted_before_minor + r.least_minor),
        greatest(r.cumulative_minor - r.posted_before_minor, r.least_minor)
    FROM rounded AS r
    RETURNING posted_minor
)
SELECT count(*), coalesce(sum(a.posted_minor), 0) FROM accrued AS a
"""

_POSTINGS = """
SELECT 0 AS entry_no, c.penalty_account_id AS account_id, a.posted_minor AS amount_minor
FROM contracts_penaltyaccrual AS a
INNER JOIN contracts_financingcontract AS c ON c.id = a.contract_id
WHERE a.run_id = %(run_id)s AND a.posted_minor <> 0
UNION ALL
SELECT 0, income.id, -sum(a.posted_minor)::bigint
FROM contracts_penaltyaccrual AS a
INNER JOIN contracts_financingcontract AS c ON c.id = a.contract_id
INNER JOIN ledger_account AS income
    ON income.book_id = c.book_id AND income.address = 'house/income/penalty' AND income.unit_id = c.unit_id
WHERE a.run_id = %(run_id)s
GROUP BY income.id
HAVING sum(a.posted_minor) <> 0
"""

_ANYBODY = """
SELECT EXISTS (
    SELECT FROM contracts_financingcontract AS c
    WHERE c.book_id = %(book_id)s AND c.state = ANY(%(states)s)
        AND c.id BETWEEN %(first_id)s AND %(last_id)s AND c.matures_on < %(date)s
)
"""

_EVERY_CONTRACT = ContractRange(first_id=0, last_id=2**63 - 1)


def accrue_penalties(
    *,
    book_id: int,
    business_date: dt.date,
    maker_id: int,
    contract_range: ContractRange | None = None,
) -> PenaltyResult:
    """Accrue what every overdue contract of the book, or of a chunk, owes of penalty before `business_date`.

    Joins the caller's transaction, else is its own; after the date's interest. All of it is the house's
    income. A contract that was accrued for the date is left alone: a second run does nothing. One whose
    interest is held waits with it.

    :raises LedgerRefusal: the day is not open.
    Source: DESIGN 5 (penalty after grace, instead of or on top of contract interest), 4 (penalty accrued).
    """
    chunk = contract_range or _EVERY_CONTRACT
    params: dict[str, int | dt.date | list[str]] = {
        "book_id": book_id,
        "states": sorted(ACCRUING | {"defaulted"}),
        "first_id": chunk.first_id,
        "last_id": chunk.last_id,
        "date": business_date,
        "denominator": EVERY_DENOMINATOR,
        "whole": EVERY_DENOMINATOR * PARTS_PER_MILLION,
    }
    with named_contract_refusals(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ANYBODY, params)
        if not cursor.fetchone()[0]:
            return PenaltyResult(business_date, contracts=0, penalty_minor=0, entry_id=None)
        run = _start_run(book_id, business_date, chunk)
        cursor.execute(_ACCRUE, {**params, "run_id": run.id})
        contracts, penalty_minor = cursor.fetchone()
        entry_id = _post(run, maker_id) if contracts else None
    return PenaltyResult(business_date, contracts, int(penalty_minor), entry_id)


def _start_run(book_id: int, business_date: dt.date, chunk: ContractRange) -> PenaltyRun:
    """As the runs of interest: numbered by contracts, so that chunks never wait for a number."""
    first = max(chunk.first_id, 1)
    newest = PenaltyRun.objects.filter(
        book_id=book_id, accrual_date=business_date, sequence__gte=first, sequence__lte=chunk.last_id
    ).aggregate(newest=Max("sequence"))["newest"]
    return PenaltyRun.objects.create(
        book_id=book_id, accrual_date=business_date, sequence=(newest or first - 1) + 1
    )


def _post(run: PenaltyRun, maker_id: int) -> int | None:
    posted = post_journal_entries_from_select(
        book_id=run.book_id,
        booking_date=run.accrual_date,
        headers=[
            EntryHeader(
                entry_no=0,
                kind="penalty_accrued",
                value_date=run.accrual_date,
                narration=f"Penalty accrued up to {run.accrual_date}",
                source_reference=f"contracts.penaltyrun:{run.pk}",
                idempotency_key=f"penalty-accrued:{run.accrual_date}:{run.sequence}",
            )
        ],
        postings_sql=_POSTINGS,
        params={"run_id": run.pk},
        caller=CALLER,
        maker_id=maker_id,
    )
    if not posted:
        return None
    PenaltyRun.objects.filter(pk=run.pk).update(entry_id=posted[0].entry_id)
    return posted[0].entry_id
