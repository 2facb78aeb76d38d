-- Back to the parts of each day count; those of another than the two first kinds cannot be told apart any more.
ALTER TABLE contracts_interestaccrual DISABLE TRIGGER contracts_interestaccrual_append_only;
UPDATE contracts_interestaccrual AS a
SET
    closed_numerator = a.closed_numerator / CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END,
    cumulative_numerator = a.cumulative_numerator / CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END
FROM contracts_financingcontract AS c
INNER JOIN contracts_termsversion AS t ON c.terms_id = t.id
WHERE a.contract_id = c.id;
ALTER TABLE contracts_interestaccrual ENABLE TRIGGER contracts_interestaccrual_append_only;
ALTER TABLE contracts_interestadjustment DISABLE TRIGGER USER;
UPDATE contracts_interestadjustment AS a
SET
    closed_numerator = a.closed_numerator / CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END,
    cumulative_numerator = a.cumulative_numerator / CASE t.day_count WHEN 'ACT_360' THEN 4453 ELSE 4392 END
FROM contracts_financingcontract AS c
INNER JOIN contracts_termsversion AS t ON c.terms_id = t.id
WHERE a.contract_id = c.id;
ALTER TABLE contracts_interestadjustment ENABLE TRIGGER USER;
