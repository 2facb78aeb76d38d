"""The statements of the accrual: what is due, what it comes to, and its postings.

For a side of a contract let G(d) be its rate summed over nights before day d, each night with its weight in
parts of a year. The exact interest before n is the sum over postings p of its principal account

    amount(p) * (G(n) - G(value date of p))

and since G is common to all contracts of the same terms (and origin, where 30/360 needs one), a run asks for
it once per terms and day, and once more per day that something was booked back to.
"""

# Contracts whose last accrual lies before the date, with where their postings have been read up to. Those with
# the same path and origin have the same rates and weights; one that was amended, or on which penalty runs
# instead, has a path of its own.
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
    last.run_id,
    last.accrual_date,
    coalesce(last.accrual_date, c.opened_on) AS since,
    coalesce(last.closed_principal_minor, 0) AS closed_principal_minor,
    coalesce(last.closed_numerator, 0) AS closed_numerator,
    coalesce(last.same_day_numerator, 0) AS same_day_numerator,
    coalesce(last.cumulative_numerator, 0) AS cumulative_numerator,
    coalesce(last.cumulative_posted_minor, 0) AS cumulative_posted_minor
FROM contracts_financingcontract AS c
INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
LEFT JOIN contracts_amendedcontract AS amended ON amended.contract_id = c.id
LEFT JOIN LATERAL (
    SELECT
        a.run_id, a.accrual_date, a.closed_principal_minor, a.closed_numerator, a.same_day_numerator,
        a.cumulative_numerator, a.cumulative_posted_minor
    FROM contracts_interestaccrual AS a
    WHERE a.contract_id = c.id AND a.tranche_id IS NULL
    ORDER BY a.accrual_date DESC
    LIMIT 1
) AS last ON true
WHERE c.book_id = %(book_id)s
    AND c.state = ANY(%(states)s)
    AND c.id BETWEEN %(first_id)s AND %(last_id)s
    AND c.opened_on <= %(date)s
    AND {which}
"""

NOT_YET = "coalesce(last.accrual_date < %(date)s, true)"
CONCERNED = "last.accrual_date IS NOT NULL AND c.id = ANY(%(contract_ids)s)"

# Who must be worked out again from the first posting on: what was changed back to a day counted on already
# (terms or fixings), and 30/360 whose principal was, since its origin may have moved.
SURVEY = """
WITH due AS MATERIALIZED ({due}), changed AS (
    SELECT ch.benchmark_id, ch.contract_id, ch.from_date, ch.after_run
    FROM contracts_interestchange AS ch
    WHERE ch.after_run >= (SELECT min(due.run_id) FROM due)
), concerned AS (
    SELECT due.id, ch.from_date
    FROM changed AS ch
    INNER JOIN due ON due.id = ch.contract_id AND due.run_id <= ch.after_run AND due.accrual_date > ch.from_date
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

# Each side with what it has carried, and what adjustments have added to that. Signed from the client's point of
# view: a funder's side is a credit and is turned round.
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
        last.accrual_date,
        due.since,
        coalesce(last.closed_principal_minor, 0),
        coalesce(last.closed_numerator, 0),
        coalesce(last.same_day_numerator, 0),
        coalesce(last.cumulative_numerator, 0),
        coalesce(last.cumulative_posted_minor, 0),
        NULL
    FROM due
    INNER JOIN contracts_fundingtranche AS f ON f.contract_id = due.id AND f.funder_id IS NOT NULL
    LEFT JOIN contracts_interestaccrual AS last
        ON last.contract_id = due.id AND last.tranche_id = f.id AND last.accrual_date = due.accrual_date
)
"""

ACCRUE = """
WITH due AS MATERIALIZED ({due}), {sides}, moved AS MATERIALIZED (
    SELECT
        side.contract_id,
        side.tranche_id,
        side.path_id,
        side.origin,
        side.terminates,
        side.rate_ppm,
        side.counts_same_day,
        side.account_id,
        side.sign,
        side.accrual_date,
        p.booking_date,
        p.value_date,
        side.sign * p.amount_minor AS amount_minor
    FROM side
    CROSS JOIN LATERAL (
        SELECT own.booking_date, own.value_date, own.amount_minor
        FROM ledger_posting AS own
        WHERE own.account_id = side.account_id
            AND own.booking_date >= side.since
            AND own.booking_date BETWEEN %(since)s AND %(date)s
        OFFSET 0
    ) AS p
), span AS MATERIALIZED (
    SELECT asked.path_id, asked.origin, asked.terminates, asked.from_date, w.parts, w.rate_parts, w.is_fixed
    FROM (
        SELECT day.path_id, day.origin, day.terminates, day.from_date, min(day.contract_id) AS contract_id
        FROM (
            SELECT due.path_id, due.origin, due.terminates, due.accrual_date AS from_date, due.id AS contract_id
            FROM due
            WHERE due.accrual_date IS NOT NULL
            UNION ALL
            SELECT moved.path_id, moved.origin, moved.terminates, moved.value_date, moved.contract_id
            FROM moved
        ) AS day
        GROUP BY day.path_id, day.origin, day.terminates, day.from_date
    ) AS asked
    CROSS JOIN LATERAL contracts_interest_weigh(asked.contract_id, asked.from_date, %(date)s::date) AS w
), unfixed AS MATERIALIZED (
    SELECT due.id AS contract_id, missing.from_date, missing.benchmark_id
    FROM due
    INNER JOIN span USING (path_id, origin, terminates)
    CROSS JOIN LATERAL (
        SELECT s.from_date, t.benchmark_id
        FROM contracts_interest_segments(due.id, due.since, %(date)s::date) AS s
        INNER JOIN contracts_termsversion AS t ON t.id = s.terms_id
        WHERE s.rate_ppm IS NULL
        ORDER BY s.from_date
        LIMIT 1
    ) AS missing
    WHERE NOT span.is_fixed AND span.from_date = due.since
    UNION
    SELECT moved.contract_id, span.from_date, NULL
    FROM moved
    INNER JOIN span USING (path_id, origin, terminates)
    WHERE NOT span.is_fixed AND span.from_date = moved.value_date
), step AS MATERIALIZED (
    SELECT s.tranche_id, s.from_date, s.delta_ppm::numeric AS delta_ppm
    FROM contracts_ratestep AS s
    WHERE s.tranche_id IS NOT NULL
), unit AS MATERIALIZED (
    -- What a minor unit has earned from a posting's value date on, and what of it since the last accrual.
    SELECT
        moved.contract_id,
        moved.tranche_id,
        moved.booking_date,
        moved.value_date,
        moved.amount_minor,
        moved.value_date < moved.accrual_date AS is_late,
        CASE
            WHEN moved.tranche_id IS NULL THEN span.rate_parts
            ELSE moved.rate_ppm * span.parts + coalesce(stepped.rate_parts, 0)
        END AS whole,
        CASE
            WHEN moved.tranche_id IS NULL THEN gap.rate_parts
            ELSE moved.rate_ppm * gap.parts + coalesce(stepped.gap_parts, 0)
        END AS gap
    FROM moved
    INNER JOIN span
        ON span.path_id = moved.path_id AND span.origin = moved.origin AND span.terminates = moved.terminates
            AND span.from_date = moved.value_date
    LEFT JOIN span AS gap
        ON gap.path_id = moved.path_id AND gap.origin = moved.origin AND gap.terminates = moved.terminates
            AND gap.from_date = moved.accrual_date
    LEFT JOIN LATERAL (
        SELECT
            sum(step.delta_ppm * own.parts) AS rate_parts,
            sum(step.delta_ppm * own_gap.parts) AS gap_parts
        FROM step
        CROSS JOIN LATERAL contracts_interest_weigh(
            moved.contract_id, greatest(moved.value_date, step.from_date), %(date)s::date
        ) AS own
        CROSS JOIN LATERAL contracts_interest_weigh(
            moved.contract_id, greatest(moved.accrual_date, step.from_date), %(date)s::date
        ) AS own_gap
        WHERE step.tranche_id = moved.tranche_id
    ) AS stepped ON moved.tranche_id IS NOT NULL
), booked AS MATERIALIZED (
    SELECT
        unit.contract_id,
        unit.tranche_id,
        sum(unit.amount_minor) FILTER (WHERE unit.booking_date < %(date)s) AS closed_minor,
        sum(unit.amount_minor * unit.whole) FILTER (WHERE unit.booking_date < %(date)s) AS closed_numerator,
        sum(unit.amount_minor * unit.whole) FILTER (WHERE unit.booking_date = %(date)s) AS open_numerator,
        sum(unit.amount_minor * (unit.whole - unit.gap)) FILTER (WHERE unit.is_late) AS late_numerator,
        min(unit.value_date) FILTER (WHERE unit.is_late) AS late_since,
        bool_or(unit.value_date > unit.booking_date) AS is_ahead
    FROM unit
    GROUP BY unit.contract_id, unit.tranche_id
), stepped AS MATERIALIZED (
    -- From the day of a step on its difference is earned as well; most sides have none.
    SELECT side.tranche_id, sum(step.delta_ppm * w.parts * side.closed_principal_minor) AS numerator
    FROM step
    INNER JOIN side ON side.tranche_id = step.tranche_id
    CROSS JOIN LATERAL contracts_interest_weigh(
        side.contract_id, greatest(side.accrual_date, step.from_date), %(date)s::date
    ) AS w
    WHERE side.accrual_date IS NOT NULL
    GROUP BY side.tranche_id
), one_day AS MATERIALIZED ({one_day}), counted AS (
    SELECT
        side.contract_id,
        side.tranche_id,
        side.least_minor,
        side.accrual_date,
        side.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS posted_before_minor,
        side.closed_principal_minor + coalesce(booked.closed_minor, 0) AS closed_principal_minor,
        side.closed_numerator + coalesce(late.closed_numerator, 0)
        + coalesce(
            side.closed_principal_minor
            * CASE WHEN side.tranche_id IS NULL THEN span.rate_parts ELSE side.rate_ppm * span.parts END,
            0
        )
        + coalesce(booked.closed_numerator, 0) + coalesce(stepped.numerator, 0) AS closed_numerator,
        coalesce(booked.open_numerator, 0) AS open_numerator,
        coalesce(
            one_day.numerator, side.same_day_numerator + coalesce(late.same_day_numerator, 0)
        ) AS same_day_numerator,
        -- The exact figure of the last accrual as it would have been, had all been booked in time.
        CASE
            WHEN booked.late_since IS NOT NULL
                THEN side.closed_numerator + coalesce(late.closed_numerator, 0) + booked.late_numerator
                    + side.same_day_numerator + coalesce(late.same_day_numerator, 0)
        END AS fresh_numerator,
        side.cumulative_numerator + coalesce(late.cumulative_numerator, 0) AS known_numerator,
        booked.late_since,
        booked.is_ahead
    FROM side
    LEFT JOIN span
        ON span.path_id = side.path_id AND span.origin = side.origin AND span.terminates = side.terminates
            AND span.from_date = side.accrual_date
    LEFT JOIN booked
        ON booked.contract_id = side.contract_id AND booked.tranche_id IS NOT DISTINCT FROM side.tranche_id
    LEFT JOIN late
        ON late.contract_id = side.contract_id AND late.accrual_date = side.accrual_date
            AND late.tranche_id IS NOT DISTINCT FROM side.tranche_id
    LEFT JOIN stepped ON stepped.tranche_id = side.tranche_id
    LEFT JOIN one_day
        ON one_day.contract_id = side.contract_id AND one_day.tranche_id IS NOT DISTINCT FROM side.tranche_id
    LEFT JOIN unfixed ON unfixed.contract_id = side.contract_id
    WHERE unfixed.contract_id IS NULL
), adjusting AS (
    SELECT
        counted.*,
        counted.closed_numerator + counted.open_numerator + counted.same_day_numerator AS numerator,
        CASE
            WHEN counted.fresh_numerator <> counted.known_numerator
                THEN greatest(
                    {round_fresh} - counted.posted_before_minor, counted.least_minor
                )::bigint
        END AS adjusted_minor
    FROM counted
), rounded AS MATERIALIZED (
    SELECT
        adjusting.*,
        adjusting.posted_before_minor + coalesce(adjusting.adjusted_minor, 0) AS cumulative_posted_minor,
        adjusting.least_minor - coalesce(adjusting.adjusted_minor, 0) AS still_least_minor,
        {round_all} AS cumulative_minor
    FROM adjusting
), adjusted AS (
    INSERT INTO contracts_interestadjustment (
        run_id, contract_id, tranche_id, accrual_date, booking_date, value_date, closed_numerator,
        same_day_numerator, cumulative_numerator, posted_minor
    )
    SELECT
        %(run_id)s, r.contract_id, r.tranche_id, r.accrual_date, %(date)s,
        min(r.late_since) OVER (PARTITION BY r.contract_id), 0, 0, r.fresh_numerator - r.known_numerator,
        r.adjusted_minor
    FROM rounded AS r
    WHERE r.adjusted_minor IS NOT NULL
    RETURNING tranche_id, posted_minor
), held AS (
    INSERT INTO contracts_interesthold (contract_id, reason, benchmark_id, missing_from, held_on)
    SELECT u.contract_id, 'fixing_missing', max(u.benchmark_id), min(u.from_date), %(date)s
    FROM unfixed AS u
    WHERE NOT EXISTS (
        SELECT FROM contracts_interesthold AS h WHERE h.contract_id = u.contract_id AND h.lifted_on IS NULL
    )
    GROUP BY u.contract_id
), lifted AS (
    UPDATE contracts_interesthold AS h
    SET lifted_on = %(date)s
    FROM due
    WHERE h.contract_id = due.id AND h.lifted_on IS NULL
        AND NOT EXISTS (SELECT FROM unfixed AS u WHERE u.contract_id = due.id)
), accrued AS (
    INSERT INTO contracts_interestaccrual (
        run_id, contract_id, tranche_id, accrual_date, closed_principal_minor, closed_numerator,
        same_day_numerator, cumulative_numerator, cumulative_posted_minor, posted_minor
    )
    SELECT
        %(run_id)s,
        rounded.contract_id,
        rounded.tranche_id,
        %(date)s,
        rounded.closed_principal_minor,
        rounded.closed_numerator,
        rounded.same_day_numerator,
        rounded.numerator,
        greatest(rounded.cumulative_minor, rounded.cumulative_posted_minor + rounded.still_least_minor),
        greatest(rounded.cumulative_minor - rounded.cumulative_posted_minor, rounded.still_least_minor)
    FROM rounded
    RETURNING tranche_id, posted_minor
)
SELECT
    (SELECT count(*) FROM accrued AS a WHERE a.tranche_id IS NULL),
    (SELECT coalesce(sum(a.posted_minor), 0) FROM accrued AS a WHERE a.tranche_id IS NULL),
    (SELECT coalesce(sum(a.posted_minor), 0) FROM adjusted AS a WHERE a.tranche_id IS NULL),
    (SELECT count(DISTINCT u.contract_id) FROM unfixed AS u),
    (
        SELECT string_agg(DISTINCT c.code, ', ')
        FROM counted
        INNER JOIN contracts_financingcontract AS c ON c.id = counted.contract_id
        WHERE counted.is_ahead
    )
"""

# Loans that came and went within a day, of the sides that something was booked on since the last accrual: nothing
# owed before the day and nothing after it, one day on the largest principal in between.
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
                (array_agg(run.balance_minor ORDER BY run.entry_id DESC, run.posting_no DESC))[1] AS closing_minor
            FROM (
                SELECT
                    own.contract_id, own.tranche_id, own.rate_ppm, p.value_date, p.entry_id, p.posting_no,
                    sum(own.sign * p.amount_minor) OVER (
                        PARTITION BY own.contract_id, own.tranche_id
                        ORDER BY p.value_date, p.entry_id, p.posting_no
                    ) AS balance_minor
                FROM (
                    SELECT DISTINCT m.contract_id, m.tranche_id, m.rate_ppm, m.account_id, m.sign, m.accrual_date
                    FROM moved AS m
                    WHERE m.counts_same_day
                ) AS own
                INNER JOIN ledger_posting AS p
                    ON p.account_id = own.account_id AND p.booking_date <= %(date)s AND p.value_date <= {until}
            ) AS run
            GROUP BY run.contract_id, run.tranche_id, run.rate_ppm, run.value_date
        ) AS day
    ) AS loan
    CROSS JOIN LATERAL contracts_interest_segments(loan.contract_id, loan.value_date, loan.value_date + 1) AS seg
    WHERE loan.opening_minor = 0 AND loan.closing_minor = 0 AND loan.largest_minor > 0
    GROUP BY loan.contract_id, loan.tranche_id
"""


def rounded(numerator: str) -> str:
    """An exact numerator over the common denominator, rounded half away from nought, as SQL."""
    return f"sign({numerator}) * div(2 * abs({numerator}) + %(denominator)s::numeric, 2 * %(denominator)s::numeric)"


SURVEY_STATEMENT = SURVEY.format(due=DUE.format(which=NOT_YET))
ACCRUE_STATEMENT = ACCRUE.format(
    due=DUE.format(which=NOT_YET),
    sides=SIDES.strip(),
    one_day=ONE_DAY.format(until="%(date)s"),
    round_fresh=rounded("counted.fresh_numerator"),
    round_all=rounded("(adjusting.numerator)"),
)

POSTINGS = """
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
