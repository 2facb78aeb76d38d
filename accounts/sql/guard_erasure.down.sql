REVOKE INSERT ON accounts_partyerasure FROM plimsoll_app;
DROP TRIGGER erase_party ON accounts_partyerasure;
DROP FUNCTION accounts_erase_party();
DROP TRIGGER guard_erasure ON accounts_partyerasure;
DROP FUNCTION accounts_guard_erasure();
DROP FUNCTION accounts_is_being_erased(bigint);
DROP FUNCTION accounts_retention();
