-- Which terms a contract is held to from which day until which (the day itself not counted; empty: until further
-- notice). The first span begins with the opening; what lies before it is counted by the same terms.
CREATE VIEW contracts_termsinforce AS
SELECT
    c.id AS contract_id,
    c.terms_id,
    c.opened_on AS from_date,
    (
        SELECT min(a.effective_from) FROM contracts_contractamendment AS a WHERE a.contract_id = c.id
    ) AS until_date
FROM contracts_financingcontract AS c
UNION ALL
SELECT
    a.contract_id,
    a.to_terms_id,
    a.effective_from,
    (
        SELECT min(later.effective_from)
        FROM contracts_contractamendment AS later
        WHERE later.contract_id = a.contract_id AND later.effective_from > a.effective_from
    )
FROM contracts_contractamendment AS a;

GRANT SELECT ON contracts_termsinforce TO plimsoll_app;

-- The contracts whose terms on a day are not those that they were opened with: few, whatever the size of the book.
-- A statement over the book joins it by a hash: coalesce(amended.terms_id, contract.terms_id).
CREATE FUNCTION contracts_amended_terms(on_date date) RETURNS TABLE (contract_id bigint, terms_id bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT DISTINCT ON (a.contract_id) a.contract_id, a.to_terms_id
    FROM contracts_contractamendment AS a
    WHERE a.effective_from <= on_date
    ORDER BY a.contract_id, a.effective_from DESC
$$;

REVOKE ALL ON FUNCTION contracts_amended_terms(date) FROM public;
GRANT EXECUTE ON FUNCTION contracts_amended_terms(date) TO plimsoll_app;
