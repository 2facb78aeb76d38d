-- What stands between each party and a loan on a day: the names of the faults in a fixed order, none for nobody; and
-- the tier of an assessment that holds. Whatever is not there is a fault, so that the unknown is never fine. Only of
-- clients are suitability and disclosures asked; a party that does not exist counts as a client with nothing.
CREATE FUNCTION accounts_standings(party_ids bigint[], on_date date)
RETURNS TABLE (party_id bigint, tier smallint, faults text[])
LANGUAGE sql
STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH
asked AS (SELECT DISTINCT one AS id FROM unnest(party_ids) AS one),

told AS (
    SELECT DISTINCT ON (disclosure.code) disclosure.id
    FROM accounts_disclosureversion AS disclosure
    WHERE disclosure.state = 'active' AND disclosure.effective_from <= on_date
    ORDER BY disclosure.code ASC, disclosure.effective_from DESC, disclosure.version DESC
)

SELECT
    asked.id,
    CASE WHEN suitability.expires_on >= on_date THEN suitability.tier END,
    array_remove(
        ARRAY[
            CASE WHEN identity.outcome IS DISTINCT FROM 'passed' THEN 'identity_missing' END,
            CASE WHEN identity.outcome = 'passed' AND identity.expires_on < on_date THEN 'identity_expired' END,
            CASE
                WHEN identity.outcome = 'passed' AND identity.next_review_on < on_date THEN 'identity_review_overdue'
            END,
            CASE WHEN NOT screened.against_both THEN 'screening_missing' END,
            CASE WHEN screened.hit THEN 'screening_not_clear' END,
            CASE WHEN is_client.yes AND suitability.tier IS NULL THEN 'suitability_missing' END,
            CASE WHEN is_client.yes AND suitability.expires_on < on_date THEN 'suitability_expired' END,
            CASE WHEN is_client.yes AND NOT disclosed.all_of_them THEN 'disclosure_missing' END,
            CASE WHEN party.status IS DISTINCT FROM 'active' THEN 'party_not_active' END
        ],
        NULL
    )
FROM asked
LEFT JOIN accounts_party AS party ON asked.id = party.id
CROSS JOIN LATERAL (SELECT COALESCE(party.kind, 'client') = 'client' AS yes) AS is_client
LEFT JOIN LATERAL (
    SELECT newest.outcome, newest.expires_on, newest.next_review_on
    FROM accounts_identitycheck AS newest
    WHERE newest.party_id = asked.id AND newest.outcome <> 'pending' AND newest.checked_on <= on_date
    ORDER BY newest.checked_on DESC, newest.id DESC
    LIMIT 1
) AS identity ON true
CROSS JOIN LATERAL (
    SELECT
        COALESCE(
            bool_or(one.scope IN ('sanctions', 'both')) AND bool_or(one.scope IN ('exposure', 'both')), false
        ) AS against_both,
        EXISTS (
            SELECT FROM accounts_standinghit AS hit WHERE hit.party_id = asked.id AND hit.screened_on <= on_date
        ) AS hit
    FROM accounts_screening AS one
    WHERE one.party_id = asked.id AND one.screened_on <= on_date AND one.valid_until >= on_date
) AS screened
LEFT JOIN LATERAL (
    SELECT newest.tier, newest.expires_on
    FROM accounts_suitabilityassessment AS newest
    WHERE newest.party_id = asked.id AND newest.assessed_on <= on_date
    ORDER BY newest.assessed_on DESC, newest.id DESC
    LIMIT 1
) AS suitability ON true
CROSS JOIN LATERAL (
    SELECT
        EXISTS (SELECT FROM told) AND NOT EXISTS (
            SELECT FROM told
            WHERE NOT EXISTS (
                SELECT FROM accounts_disclosureacknowledgement AS said
                WHERE said.party_id = asked.id AND said.disclosure_id = told.id AND said.acknowledged_on <= on_date
            )
        ) AS all_of_them
) AS disclosed;
$$;

-- The same for one party, for guards of the database.
CREATE FUNCTION accounts_suitability_faults(party_id bigint, on_date date) RETURNS text[]
LANGUAGE sql
STABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT standing.faults FROM accounts_standings(ARRAY[$1], $2) AS standing;
$$;

GRANT EXECUTE ON FUNCTION accounts_standings(bigint[], date), accounts_suitability_faults(bigint, date) TO plimsoll_app;
