-- Which rate the clients of some terms are counted with from which day to which: the terms' own, or a benchmark's
-- fixing and spread between floor and cap; corrected rates win. No rate where a fixing is missing or too old.
-- A reset of n months takes place on the first day of each nth month of the year, one of none with every fixing.
CREATE OR REPLACE VIEW contracts_ratesegment AS
WITH fixing AS (
    SELECT DISTINCT ON (f.benchmark_id, f.fixing_date)
        f.benchmark_id, f.fixing_date, f.rate_ppm, f.fixing_date + b.valid_days AS valid_until
    FROM contracts_benchmarkfixing AS f
    INNER JOIN contracts_benchmark AS b ON f.benchmark_id = b.id
    ORDER BY f.benchmark_id ASC, f.fixing_date ASC, f.id DESC
),

bounds AS (
    SELECT
        f.benchmark_id, min(f.fixing_date) AS first_date, max(f.valid_until) AS last_date
    FROM fixing AS f
    GROUP BY f.benchmark_id
),

floating AS (
    SELECT
        t.id AS terms_id, reset.day AS from_date,
        -- Both would skip what is missing.
        CASE
            WHEN f.rate_ppm IS NOT NULL
                THEN least(t.rate_cap_ppm, greatest(t.rate_floor_ppm, f.rate_ppm + t.spread_ppm))
        END AS rate_ppm
    FROM contracts_termsversion AS t
    INNER JOIN bounds ON t.benchmark_id = bounds.benchmark_id
    CROSS JOIN
        LATERAL (
            SELECT g.day::date AS day
            FROM
                generate_series(
                    date_trunc('year', bounds.first_date::timestamp),
                    bounds.last_date + make_interval(months => t.reset_months::integer),
                    make_interval(months => t.reset_months::integer)
                ) AS g (day)
            WHERE t.reset_months > 0
            UNION
            SELECT own.fixing_date
            FROM fixing AS own
            WHERE t.reset_months = 0 AND own.benchmark_id = t.benchmark_id
            UNION
            -- The day after a fixing has grown too old; a newer one says that it has not.
            SELECT own.valid_until + 1
            FROM fixing AS own
            WHERE t.reset_months = 0 AND own.benchmark_id = t.benchmark_id
        ) AS reset
    LEFT JOIN LATERAL (
        SELECT own.rate_ppm
        FROM fixing AS own
        WHERE own.benchmark_id = t.benchmark_id AND own.fixing_date <= reset.day AND own.valid_until >= reset.day
        ORDER BY own.fixing_date DESC
        LIMIT 1
    ) AS f ON true
),

change AS (
    SELECT
        t.id AS terms_id, '-infinity'::date AS from_date,
        CASE WHEN t.benchmark_id IS NULL THEN t.client_rate_ppm END AS rate_ppm
    FROM contracts_termsversion AS t
    UNION ALL
    SELECT s.terms_id, s.from_date, s.rate_ppm
    FROM contracts_ratestep AS s
    WHERE s.terms_id IS NOT NULL
    UNION ALL
    SELECT f.terms_id, f.from_date, f.rate_ppm
    FROM floating AS f
)

SELECT
    c.terms_id,
    c.from_date,
    c.rate_ppm,
    lead(c.from_date, 1, 'infinity'::date) OVER (PARTITION BY c.terms_id ORDER BY c.from_date) AS until_date
FROM change AS c;

GRANT SELECT ON contracts_ratesegment TO plimsoll_app;
