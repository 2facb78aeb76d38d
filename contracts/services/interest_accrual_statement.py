"""The statement that counts and keeps a run's exact figures, side by side, and holds what has no rate.

In this order: what is due and its sides; what was booked since the last accrual (`moved`), which is little;
the rates and weights of each path from the days asked for to the date (`span`), once for all contracts that
share it; contracts without a rate (`unfixed`); what a minor unit has earned from each posting on (`unit`),
summed by side (`booked`); the exact figure of each side (`counted`), and what of it should have been posted
by the last accrual, had all been booked in time (`adjusting`); rounded, and kept.
"""

from contracts.services.interest_statements import DUE, FRESH, NOT_YET, ONE_DAY, SIDES, rounded

ACCRUE = """
WITH fresh AS MATERIALIZED ({fresh}), due AS MATERIALIZED ({due}), {sides}, moved AS MATERIALIZED (
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
            SELECT
                due.path_id, due.origin, due.terminates, due.accrual_date AS from_date,
                due.id AS contract_id
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
        booked.late_since
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
        FROM booked
        INNER JOIN contracts_financingcontract AS c ON c.id = booked.contract_id
        WHERE booked.is_ahead AND NOT EXISTS (
            SELECT FROM unfixed AS u WHERE u.contract_id = booked.contract_id
        )
    )
"""

ACCRUE_STATEMENT = ACCRUE.format(
    fresh=FRESH.strip(),
    due=DUE.format(which=NOT_YET),
    sides=SIDES.strip(),
    one_day=ONE_DAY.format(until="%(date)s"),
    round_fresh=rounded(numerator="counted.fresh_numerator"),
    round_all=rounded(numerator="(adjusting.numerator)"),
)
