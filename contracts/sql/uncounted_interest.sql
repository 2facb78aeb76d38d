-- One day's interest of the loans that came and went within a day, of one contract up to a day: over the common
-- denominator, as the accrual counts it where the terms do.
CREATE OR REPLACE FUNCTION contracts_one_day_interest(contract bigint, until date) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        sum(
            loan.largest_minor * seg.rate_ppm::numeric
            * CASE WHEN seg.day_count LIKE 'THIRTY%' THEN 4453 ELSE seg.parts END
        ), 0
    )
    FROM (
        SELECT day.*, lag(day.closing_minor, 1, 0::numeric) OVER (ORDER BY day.value_date) AS opening_minor
        FROM (
            SELECT
                run.value_date,
                max(run.balance_minor) AS largest_minor,
                (
                    array_agg(run.balance_minor ORDER BY run.entry_id DESC, run.posting_no DESC)
                )[1] AS closing_minor
            FROM (
                SELECT
                    p.value_date, p.entry_id, p.posting_no,
                    sum(p.amount_minor) OVER (ORDER BY p.value_date, p.entry_id, p.posting_no) AS balance_minor
                FROM contracts_financingcontract AS c
                INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id AND t.same_day_rule = 'ONE_DAY'
                INNER JOIN ledger_posting AS p ON p.account_id = c.principal_account_id AND p.value_date <= until
                WHERE c.id = contract
            ) AS run
            GROUP BY run.value_date
        ) AS day
    ) AS loan
    CROSS JOIN LATERAL contracts_interest_segments(contract, loan.value_date, loan.value_date + 1) AS seg
    WHERE loan.opening_minor = 0 AND loan.closing_minor = 0 AND loan.largest_minor > 0
$$;

-- What a contract owes of interest by a day and nobody has posted: the next accrual's posting to the client. Below
-- nought where more was posted; empty where a rate is missing. Goes on from the newest accrual, as the run does.
CREATE OR REPLACE FUNCTION contracts_uncounted_interest(contract bigint, until date) RETURNS numeric
LANGUAGE sql STABLE AS $$
    SELECT
        sign(exact.numerator) * div(2 * abs(exact.numerator) + 1603080000000, 3206160000000) - exact.posted_minor
    FROM contracts_financingcontract AS c
    LEFT JOIN LATERAL (
        SELECT a.*
        FROM contracts_interestaccrual AS a
        WHERE a.contract_id = c.id AND a.tranche_id IS NULL
        ORDER BY a.accrual_date DESC
        LIMIT 1
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(j.closed_numerator), 0) AS closed_numerator,
            coalesce(sum(j.posted_minor), 0) AS posted_minor
        FROM contracts_interestadjustment AS j
        WHERE j.contract_id = c.id AND j.tranche_id IS NULL AND j.accrual_date = last.accrual_date
    ) AS late
    CROSS JOIN LATERAL (
        SELECT
            coalesce(sum(p.amount_minor * w.rate_parts), 0) AS numerator,
            coalesce(bool_and(w.is_fixed), true) AS is_fixed
        FROM ledger_posting AS p
        CROSS JOIN LATERAL contracts_interest_weigh(c.id, p.value_date, until) AS w
        WHERE p.account_id = c.principal_account_id
            AND p.booking_date >= coalesce(last.accrual_date, c.opened_on)
    ) AS moved
    CROSS JOIN LATERAL (
        SELECT w.rate_parts, w.is_fixed
        FROM contracts_interest_weigh(c.id, last.accrual_date, until) AS w
    ) AS since
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN moved.is_fixed AND (since.is_fixed OR coalesce(last.closed_principal_minor, 0) = 0)
                    THEN coalesce(last.closed_numerator, 0) + late.closed_numerator
                        + coalesce(last.closed_principal_minor * since.rate_parts, 0) + moved.numerator
                        + contracts_one_day_interest(c.id, until)
            END AS numerator,
            coalesce(last.cumulative_posted_minor, 0) + late.posted_minor AS posted_minor
    ) AS exact
    WHERE c.id = contract
$$;

REVOKE ALL ON FUNCTION contracts_one_day_interest(bigint, date) FROM public;
REVOKE ALL ON FUNCTION contracts_uncounted_interest(bigint, date) FROM public;
GRANT EXECUTE ON FUNCTION contracts_one_day_interest(bigint, date) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION contracts_uncounted_interest(bigint, date) TO plimsoll_app;
