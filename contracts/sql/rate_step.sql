-- By how much the rate of a side steps up or down on which day: corrections in force, the newest of each day and those
-- after it winning over older ones, as differences from the rate before. Most sides have no row.
CREATE OR REPLACE VIEW contracts_ratestep AS
WITH in_force AS (
    SELECT c.id, c.terms_id, c.tranche_id, c.from_date, c.rate_ppm
    FROM contracts_ratecorrection AS c
    WHERE NOT EXISTS (
        SELECT FROM contracts_ratecorrection AS later
        WHERE
            later.id > c.id AND later.from_date <= c.from_date
            AND (later.terms_id = c.terms_id OR later.tranche_id = c.tranche_id)
    )
)

SELECT
    f.terms_id,
    f.tranche_id,
    f.from_date,
    f.rate_ppm,
    f.rate_ppm - coalesce(
        lag(f.rate_ppm) OVER (PARTITION BY f.terms_id, f.tranche_id ORDER BY f.from_date),
        t.client_rate_ppm, g.rate_ppm
    ) AS delta_ppm
FROM in_force AS f
LEFT JOIN contracts_termsversion AS t ON f.terms_id = t.id
LEFT JOIN contracts_fundingtranche AS g ON f.tranche_id = g.id;

GRANT SELECT ON contracts_ratestep TO plimsoll_app;
