-- The rates of one contract's client between two days, as segments, with what each weighs in parts of a year. A rate
-- is missing where a fixing is; it is nought where penalty runs instead of contract interest. What contracts of the
-- same terms and origin have in common is asked of one of them for all.
CREATE OR REPLACE FUNCTION contracts_interest_segments(contract bigint, since date, until date)
RETURNS TABLE (from_date date, until_date date, terms_id bigint, day_count text, rate_ppm integer, parts bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        cut.from_date,
        cut.until_date,
        t.id,
        t.day_count::text,
        cut.rate_ppm,
        contracts_year_parts(t.day_count, o.origin, cut.from_date, cut.until_date, c.matures_on)
    FROM contracts_financingcontract AS c
    INNER JOIN contracts_termsspan AS span ON span.contract_id = c.id
    INNER JOIN contracts_termsversion AS t ON t.id = span.terms_id
    INNER JOIN contracts_ratesegment AS rate ON rate.terms_id = t.id
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN t.day_count LIKE 'THIRTY%' THEN contracts_interest_origin(c.principal_account_id, c.opened_on)
            ELSE c.opened_on
        END AS origin
    ) AS o
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN t.penalty_mode = 'INSTEAD' THEN coalesce(c.matures_on + t.penalty_grace_days, 'infinity'::date)
            ELSE 'infinity'::date
        END AS day
    ) AS overdue
    CROSS JOIN LATERAL (
        SELECT
            greatest(part.from_date, span.from_date, rate.from_date, since) AS from_date,
            least(part.until_date, span.until_date, rate.until_date, until) AS until_date,
            part.rate_ppm
        FROM (
            VALUES ('-infinity'::date, overdue.day, rate.rate_ppm), (overdue.day, 'infinity'::date, 0)
        ) AS part (from_date, until_date, rate_ppm)
    ) AS cut
    WHERE c.id = contract AND since < until AND cut.from_date < cut.until_date
$$;

CREATE OR REPLACE FUNCTION contracts_interest_weigh(
    contract bigint, since date, until date, OUT parts numeric, OUT rate_parts numeric, OUT is_fixed boolean
)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT
        coalesce(sum(s.parts), 0),
        coalesce(sum(s.rate_ppm::numeric * s.parts), 0),
        coalesce(bool_and(s.rate_ppm IS NOT NULL), true)
    FROM contracts_interest_segments(contract, since, until) AS s
$$;

REVOKE ALL ON FUNCTION contracts_interest_segments(bigint, date, date) FROM public;
REVOKE ALL ON FUNCTION contracts_interest_weigh(bigint, date, date) FROM public;
GRANT EXECUTE ON FUNCTION contracts_interest_segments(bigint, date, date) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION contracts_interest_weigh(bigint, date, date) TO plimsoll_app;
