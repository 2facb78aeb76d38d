DROP FUNCTION accounts_write_history();
