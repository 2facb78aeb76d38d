-- Which terms each contract is held to, from day to day without a gap: what lies before its opening is counted by
-- the first of them.
CREATE OR REPLACE VIEW contracts_termsspan AS
SELECT
    s.contract_id,
    s.terms_id,
    CASE
        WHEN s.from_date = min(s.from_date) OVER (PARTITION BY s.contract_id) THEN '-infinity'::date
        ELSE s.from_date
    END AS from_date,
    coalesce(s.until_date, 'infinity'::date) AS until_date
FROM contracts_termsinforce AS s;

-- The contracts that were amended: few, and each counted by itself.
CREATE OR REPLACE VIEW contracts_amendedcontract AS
SELECT DISTINCT a.contract_id
FROM contracts_contractamendment AS a;

GRANT SELECT ON contracts_termsspan, contracts_amendedcontract TO plimsoll_app;
