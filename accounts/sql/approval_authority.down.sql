DROP FUNCTION accounts_refusal_of_decision(bigint, bigint, bigint, text, timestamptz);
DROP FUNCTION accounts_decides_amount(bigint, text, bigint, text);
DROP FUNCTION accounts_decides(bigint, text);
DROP VIEW accounts_approvalruleinforce;
