DROP TRIGGER erase_party_in_documents ON accounts_partyerasure;
DROP FUNCTION contracts_erase_documents();
DROP TRIGGER guard_erasure_of_contracts ON accounts_partyerasure;
DROP FUNCTION contracts_guard_erasure();
