"""The statements of the accrual: what is due, what it comes to, and its postings.

For a side of a contract let G(d) be its rate summed over nights before day d, each night with its weight in
parts of a year. The exact interest before n is the sum over postings p of its principal account

    amount(p) * (G(n) - G(value date of p))

and since G is common to all contracts of the same terms (and origin, where 30/360 needs one), a run asks for
it once per terms and day, and once more per day that something was booked back to.
"""

# What the newest run before the date has kept, if it was one run: read in one piece, it answers for all its
# contracts, where their last accrual would be looked up one by one.
FRESH = """
    SELECT
        a.run_id, a.contract_id, a.tranche_id, a.accrual_date, a.closed_principal_minor, a.closed_numerator,
        a.same_day_numerator, a.cumulative_numerator, a.cumulative_posted_minor
    FROM contracts_interestaccrual AS a
    WHERE a.run_id = (SELECT %(newest_run)s::bigint)
"""

# Contracts whose last accrual lies before the date, with where their postings have been read up to. Those
# with the same path and origin have the same rates and weights; one that was amended, or on which penalty
# runs instead, has a path of its own.
DUE = """
SELECT
    c.id,
    c.principal_account_id,
    c.interest_account_id,
    t.same_day_rule = 'ONE_DAY' AS counts_same_day,
    t.day_count LIKE 'THIRTY%%' AS has_origin,
    CASE
        WHEN amended.contract_id IS NOT NULL
            OR t.penalty_mode = 'INSTEAD' AND c.matures_on + t.penalty_grace_days < %(date)s
            THEN c.id
        ELSE -c.terms_id
    END AS path_id,
    CASE
        WHEN amended.contract_id IS NOT NULL OR t.day_count NOT LIKE 'THIRTY%%' THEN 'infinity'::date
        ELSE contracts_interest_origin(c.principal_account_id, c.opened_on)
    END AS origin,
    CASE
        WHEN t.day_count = 'THIRTY_E_360_ISDA' THEN coalesce(c.matures_on, 'infinity'::date)
        ELSE 'infinity'::date
    END AS terminates,
    c.terms_id,
    fresh.run_id IS NOT NULL AS is_fresh,
    coalesce(fresh.run_id, last.run_id) AS run_id,
    coalesce(fresh.accrual_date, last.accrual_date) AS accrual_date,
    coalesce(fresh.accrual_date, last.accrual_date, c.opened_on) AS since,
    coalesce(fresh.closed_principal_minor, last.closed_principal_minor, 0) AS closed_principal_minor,
    coalesce(fresh.closed_numerator, last.closed_numerator, 0) AS closed_numerator,
    coalesce(fresh.same_day_numerator, last.same_day_numerator, 0) AS same_day_numerator,
    coalesce(fresh.cumulative_numerator, last.cumulative_numerator, 0) AS cumulative_numerator,
    coalesce(fresh.cumulative_posted_minor, last.cumulative_posted_minor, 0) AS cumulative_posted_minor
FROM contracts_financingcontract AS c
INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
LEFT JOIN contracts_amendedcontract AS amended ON amended.contract_id = c.id
LEFT JOIN fresh ON fresh.contract_id = c.id AND fresh.tranche_id IS NULL
LEFT JOIN LATERAL (
    SELECT
        a.run_id, a.accrual_date, a.closed_principal_minor, a.closed_numerator, a.same_day_numerator,
        a.cumulative_numerator, a.cumulative_posted_minor
    FROM contracts_interestaccrual AS a
    WHERE fresh.run_id IS NULL AND a.contract_id = c.id AND a.tranche_id IS NULL
    ORDER BY a.accrual_date DESC
    LIMIT 1
) AS last ON true
WHERE c.book_id = %(book_id)s
    AND c.state = ANY(%(states)s)
    AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.opened_on <= %(date)s
    AND {which}
"""

NOT_YET = "coalesce(fresh.accrual_date, last.accrual_date, '-infinity') < %(date)s"
CONCERNED = "coalesce(fresh.run_id, last.run_id) IS NOT NULL AND c.id = ANY(%(contract_ids)s)"

# Who must be worked out again from the first posting on: what was changed back to a day counted on already
# (terms or fixings), and 30/360 whose principal was, since its origin may have moved.
SURVEY = """
WITH fresh AS NOT MATERIALIZED ({fresh}), due AS MATERIALIZED (
    SELECT
        every.id, every.principal_account_id, every.has_origin, every.run_id, every.accrual_date, every.since
    FROM ({due}) AS every
), changed AS (
    SELECT ch.benchmark_id, ch.contract_id, ch.from_date, ch.after_run
    FROM contracts_interestchange AS ch
    WHERE ch.after_run >= (SELECT min(due.run_id) FROM due)
), concerned AS (
    SELECT due.id, ch.from_date
    FROM changed AS ch
    INNER JOIN due
        ON due.id = ch.contract_id AND due.run_id <= ch.after_run AND due.accrual_date > ch.from_date
    UNION ALL
    SELECT due.id, ch.from_date
    FROM changed AS ch
    INNER JOIN contracts_termsversion AS t ON t.benchmark_id = ch.benchmark_id
    INNER JOIN contracts_termsspan AS span ON span.terms_id = t.id
    INNER JOIN due
        ON due.id = span.contract_id AND due.run_id <= ch.after_run AND due.accrual_date > ch.from_date
    UNION ALL
    SELECT due.id, p.value_date
    FROM due
    CROSS JOIN LATERAL (
        SELECT own.value_date
        FROM ledger_posting AS own
        WHERE due.has_origin AND own.account_id = due.principal_account_id
            AND own.booking_date BETWEEN due.accrual_date AND %(date)s AND own.value_date < due.accrual_date
    ) AS p
), each AS (
    SELECT concerned.id, min(concerned.from_date) AS from_date FROM concerned GROUP BY concerned.id
)
SELECT
    (SELECT count(*) FROM due),
    (SELECT min(due.since) FROM due),
    (SELECT array_agg(each.id ORDER BY each.id) FROM each),
    (SELECT array_agg(each.from_date ORDER BY each.id) FROM each)
"""

# Each side with what it has carried, and what adjustments have added to that. Signed from the client's point
# of view: a funder's side is a credit and is turned round.
SIDES = """
late AS MATERIALIZED (
    SELECT
        j.contract_id,
        j.tranche_id,
        j.accrual_date,
        sum(j.closed_numerator) AS closed_numerator,
        sum(j.same_day_numerator) AS same_day_numerator,
        sum(j.cumulative_numerator) AS cumulative_numerator,
        sum(j.posted_minor)::bigint AS posted_minor
    FROM contracts_interestadjustment AS j
    WHERE j.accrual_date >= %(since)s
    GROUP BY j.contract_id, j.tranche_id, j.accrual_date
), side AS MATERIALIZED (
    SELECT
        due.id AS contract_id,
        NULL::bigint AS tranche_id,
        due.principal_account_id AS account_id,
        1 AS sign,
        NULL::integer AS rate_ppm,
        due.counts_same_day,
        due.path_id,
        due.origin,
        due.terminates,
        due.accrual_date,
        due.since,
        due.closed_principal_minor,
        due.closed_numerator,
        due.same_day_numerator,
        due.cumulative_numerator,
        due.cumulative_posted_minor,
        -- What has been collected can't be taken back from a debt that is nought: the rest waits for later
        -- interest.
        -receivable.balance_minor AS least_minor
    FROM due
    INNER JOIN ledger_balance AS receivable ON receivable.account_id = due.interest_account_id
    UNION ALL
    SELECT
        due.id,
        f.id,
        f.funded_account_id,
        -1,
        f.rate_ppm,
        due.counts_same_day,
        due.path_id,
        due.origin,
        due.terminates,
        coalesce(fresh.accrual_date, last.accrual_date),
        due.since,
        coalesce(fresh.closed_principal_minor, last.closed_principal_minor, 0),
        coalesce(fresh.closed_numerator, last.closed_numerator, 0),
        coalesce(fresh.same_day_numerator, last.same_day_numerator, 0),
        coalesce(fresh.cumulative_numerator, last.cumulative_numerator, 0),
        coalesce(fresh.cumulative_posted_minor, last.cumulative_posted_minor, 0),
        NULL
    FROM due
    INNER JOIN contracts_fundingtranche AS f ON f.contract_id = due.id AND f.funder_id IS NOT NULL
    LEFT JOIN fresh ON due.is_fresh AND fresh.contract_id = due.id AND fresh.tranche_id = f.id
    LEFT JOIN LATERAL (
        SELECT
            a.accrual_date, a.closed_principal_minor, a.closed_numerator, a.same_day_numerator,
            a.cumulative_numerator, a.cumulative_posted_minor
        FROM contracts_interestaccrual AS a
        WHERE fresh.run_id IS NULL AND a.contract_id = due.id AND a.tranche_id = f.id
            AND a.accrual_date = due.accrual_date
        OFFSET 0
    ) AS last ON true
)
"""

# Loans that came and went within a day, of the sides that something was booked on since the last accrual:
# nothing owed before the day and nothing after it, one day on the largest principal in between.
ONE_DAY = """
    SELECT
        loan.contract_id,
        loan.tranche_id,
        sum(loan.largest_minor * CASE
            WHEN loan.tranche_id IS NULL THEN seg.rate_ppm
            ELSE loan.rate_ppm + coalesce((
                SELECT sum(step.delta_ppm)
                FROM step
                WHERE step.tranche_id = loan.tranche_id AND step.from_date <= loan.value_date
            ), 0)
        END * CASE WHEN seg.day_count LIKE 'THIRTY%%' THEN 4453 ELSE seg.parts END) AS numerator
    FROM (
        SELECT
            day.*,
            lag(day.closing_minor, 1, 0) OVER (
                PARTITION BY day.contract_id, day.tranche_id ORDER BY day.value_date
            ) AS opening_minor
        FROM (
            SELECT
                run.contract_id, run.tranche_id, run.rate_ppm, run.value_date,
                max(run.balance_minor) AS largest_minor,
                (
                    array_agg(run.balance_minor ORDER BY run.entry_id DESC, run.posting_no DESC)
                )[1] AS closing_minor
            FROM (
                SELECT
                    own.contract_id, own.tranche_id, own.rate_ppm, p.value_date, p.entry_id, p.posting_no,
                    sum(own.sign * p.amount_minor) OVER (
                        PARTITION BY own.contract_id, own.tranche_id
                        ORDER BY p.value_date, p.entry_id, p.posting_no
                    ) AS balance_minor
                FROM (
                    SELECT DISTINCT
                        m.contract_id, m.tranche_id, m.rate_ppm, m.account_id, m.sign, m.accrual_date
                    FROM moved AS m
                    WHERE m.counts_same_day
                ) AS own
                INNER JOIN ledger_posting AS p
                    ON p.account_id = own.account_id AND p.booking_date <= %(date)s
                        AND p.value_date <= {until}
            ) AS run
            GROUP BY run.contract_id, run.tranche_id, run.rate_ppm, run.value_date
        ) AS day
    ) AS loan
    CROSS JOIN LATERAL contracts_interest_segments(
        loan.contract_id, loan.value_date, loan.value_date + 1
    ) AS seg
    WHERE loan.opening_minor = 0 AND loan.closing_minor = 0 AND loan.largest_minor > 0
    GROUP BY loan.contract_id, loan.tranche_id
"""


def rounded(*, numerator: str) -> str:
    """An exact numerator over the common denominator, rounded half away from nought, as SQL."""
    whole = "%(denominator)s::numeric"
    return f"sign({numerator}) * div(2 * abs({numerator}) + {whole}, 2 * {whole})"


SURVEY_STATEMENT = SURVEY.format(fresh=FRESH.strip(), due=DUE.format(which=NOT_YET))

# The run is asked for by a subquery, which the planner judges by the average run: of one that is younger than
# its statistics it would expect a single row, and join a million of them one by one.
POSTINGS = """
WITH accrued AS MATERIALIZED (
    SELECT a.tranche_id, a.posted_minor, c.interest_account_id, c.book_id, c.unit_id
    FROM contracts_interestaccrual AS a
    INNER JOIN contracts_financingcontract AS c ON c.id = a.contract_id
    WHERE a.run_id = (SELECT %(run_id)s::bigint) AND a.posted_minor <> 0
)
SELECT 0 AS entry_no, a.interest_account_id AS account_id, a.posted_minor AS amount_minor
FROM accrued AS a
WHERE a.tranche_id IS NULL
UNION ALL
SELECT 0, t.interest_account_id, -a.posted_minor
FROM accrued AS a
INNER JOIN contracts_fundingtranche AS t ON t.id = a.tranche_id
UNION ALL
SELECT 0, spread.id, rest.amount_minor
FROM (
    SELECT
        a.book_id,
        a.unit_id,
        sum(CASE WHEN a.tranche_id IS NULL THEN -a.posted_minor ELSE a.posted_minor END)::bigint
            AS amount_minor
    FROM accrued AS a
    GROUP BY a.book_id, a.unit_id
) AS rest
INNER JOIN ledger_account AS spread
    ON spread.book_id = rest.book_id AND spread.address = 'house/income/spread'
        AND spread.unit_id = rest.unit_id
WHERE rest.amount_minor <> 0
"""
