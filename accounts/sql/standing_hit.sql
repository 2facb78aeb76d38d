-- Screenings that stand against their party: hits that nobody has decided, and confirmed sanctions that no later
-- screening of the same list has lifted, which takes two people: a hit found again, decided to be none.
CREATE VIEW accounts_standinghit AS
SELECT
    hit.id,
    hit.party_id,
    hit.list_name,
    hit.screened_on,
    hit.result
FROM accounts_screening AS hit
WHERE
    hit.result = 'possible'
    OR (
        hit.result = 'confirmed' AND hit.is_sanctioned
        AND NOT EXISTS (
            SELECT FROM accounts_screening AS later
            WHERE
                later.party_id = hit.party_id AND later.list_name = hit.list_name
                AND later.result = 'clear' AND later.approval_id IS NOT NULL
                AND (later.screened_on, later.id) > (hit.screened_on, hit.id)
        )
    );
