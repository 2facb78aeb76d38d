-- The year's result: where it goes, the kind that carries it there, and the kinds that a soft-closed day takes
-- although they correct no entry: what a period's end itself brings. Chart and kinds ship with the product.
INSERT INTO ledger_accountcategory (number, name, type, normal_side) VALUES
(3020, 'Retained earnings', 'equity', 'credit');

INSERT INTO ledger_entrykind (code, restriction_scope, posts_in_soft_close) VALUES
('year_end_transferred', '', true);

UPDATE ledger_entrykind
SET posts_in_soft_close = true
WHERE code IN ('interest_adjusted', 'house_revalued');
