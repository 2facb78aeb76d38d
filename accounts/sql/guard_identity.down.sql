DROP TRIGGER guard_identity_document ON accounts_identitydocument;
DROP FUNCTION accounts_guard_identity_document();
DROP TRIGGER guard_identity_check ON accounts_identitycheck;
DROP FUNCTION accounts_guard_identity_check();
