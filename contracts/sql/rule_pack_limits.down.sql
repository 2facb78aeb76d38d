DROP FUNCTION contracts_looser_terms(jsonb, jsonb);
DROP FUNCTION contracts_pack_in_force(bigint, date);
