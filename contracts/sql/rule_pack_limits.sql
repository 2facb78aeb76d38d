-- The version of a pack that holds for contracts opened on a day: the newest that is effective by then.
CREATE OR REPLACE FUNCTION contracts_pack_in_force(wanted_pack bigint, on_date date) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT v.id
    FROM contracts_rulepackversion AS v
    WHERE v.pack_id = wanted_pack AND v.state = 'active' AND v.effective_from <= on_date
    ORDER BY v.effective_from DESC, v.version DESC
    LIMIT 1;
$$;

-- The first parameter of some terms that is looser than a pack; NULL where they are within it. The same in
-- contracts/domain/rule_pack.py, and a test compares the two. Whole parts per million; what does not come out whole is
-- compared at the part on the terms' side.
CREATE OR REPLACE FUNCTION contracts_looser_terms(terms jsonb, pack jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT rule.name
    FROM (
        SELECT
            (pack ->> 'initial_margin_ppm')::numeric AS initial_ppm,
            pack ->> 'initial_margin_of' = 'financed' AS of_financed
    ) AS given
    CROSS JOIN LATERAL (
        SELECT
            CASE
                WHEN given.of_financed THEN div(given.initial_ppm * 1000000, 1000000 + given.initial_ppm)
                ELSE given.initial_ppm
            END AS initial_ppm,
            CASE
                WHEN pack ->> 'maintenance_measure' = 'coverage'
                    THEN div(
                        ((pack ->> 'maintenance_ppm')::numeric - 1000000) * 1000000,
                        (pack ->> 'maintenance_ppm')::numeric
                    )
                ELSE (pack ->> 'maintenance_ppm')::numeric
            END AS equity_ratio_ppm,
            CASE
                WHEN pack ->> 'maintenance_measure' = 'coverage' THEN (pack ->> 'maintenance_ppm')::numeric
                ELSE div(1000000000000, 1000000 - (pack ->> 'maintenance_ppm')::numeric)
            END AS coverage_ppm,
            CASE
                WHEN pack ->> 'maintenance_measure' = 'coverage'
                    THEN div(
                        (pack ->> 'maintenance_ppm')::numeric * (pack ->> 'warning_multiple_ppm')::numeric, 1000000
                    )
                ELSE div(
                    1000000 * (pack ->> 'warning_multiple_ppm')::numeric,
                    1000000 - (pack ->> 'maintenance_ppm')::numeric
                )
            END AS warn_ppm,
            div(1000000000000, given.initial_ppm)
            + CASE WHEN mod(1000000000000, given.initial_ppm) > 0 THEN 1 ELSE 0 END
            + CASE WHEN given.of_financed THEN 1000000 ELSE 0 END AS leverage_ppm
    ) AS bound
    CROSS JOIN LATERAL (
        VALUES
        (1, 'initial_margin_ppm', (terms ->> 'initial_margin_ppm')::numeric >= bound.initial_ppm),
        (2, 'maintenance_ppm', (terms ->> 'maintenance_ppm')::numeric >= bound.equity_ratio_ppm),
        (3, 'call_ppm', (terms ->> 'call_ppm')::numeric >= bound.coverage_ppm),
        (4, 'warn_ppm', (terms ->> 'warn_ppm')::numeric >= bound.warn_ppm),
        (5, 'liquidate_ppm', (terms ->> 'liquidate_ppm')::numeric >= (pack ->> 'liquidation_line_ppm')::numeric),
        (
            6, 'withdrawal_line_ppm',
            (terms ->> 'withdrawal_line_ppm')::numeric >= (pack ->> 'withdrawal_line_ppm')::numeric
        ),
        (7, 'haircut_ppm', (terms ->> 'haircut_ppm')::numeric >= (pack ->> 'haircut_floor_ppm')::numeric),
        (8, 'max_leverage_ppm', (terms ->> 'max_leverage_ppm')::numeric <= bound.leverage_ppm),
        (
            9, 'concentration_cap_ppm',
            (terms ->> 'concentration_cap_ppm')::numeric <= (pack ->> 'concentration_cap_ppm')::numeric
        ),
        (
            10, 'call_deadline_sessions',
            (terms ->> 'call_deadline_sessions')::numeric <= (pack ->> 'call_deadline_sessions')::numeric
        ),
        (11, 'day_count', pack -> 'day_counts' ? (terms ->> 'day_count')),
        (
            12, 'capitalisation_allowed',
            NOT (terms ->> 'capitalisation_allowed')::boolean OR (pack ->> 'capitalisation_permitted')::boolean
        ),
        (
            13, 'negative_balance_protection',
            (terms ->> 'negative_balance_protection')::boolean
            OR NOT (pack ->> 'negative_balance_protection')::boolean
        )
    ) AS rule (step, name, kept)
    WHERE NOT rule.kept
    ORDER BY rule.step
    LIMIT 1;
$$;

REVOKE ALL ON FUNCTION contracts_pack_in_force(bigint, date) FROM public;
REVOKE ALL ON FUNCTION contracts_looser_terms(jsonb, jsonb) FROM public;
GRANT EXECUTE ON FUNCTION contracts_pack_in_force(bigint, date) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION contracts_looser_terms(jsonb, jsonb) TO plimsoll_app;
