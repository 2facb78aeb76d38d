-- What exchange adds to the chart: the result realised in currencies, and the kind that brings what was earned in
-- foreign units into the positions. It moves nothing between rings.
INSERT INTO ledger_accountcategory (number, name, type, normal_side) VALUES
(4070, 'Realised FX result', 'income', 'credit');
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('house_result_translated', '');
