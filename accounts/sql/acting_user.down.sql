DROP FUNCTION accounts_acting_user();
