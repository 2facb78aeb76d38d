DROP TRIGGER ledger_book_opens_position_head ON ledger_book;
DROP FUNCTION ledger_open_position_head();
DROP TRIGGER ledger_account_opens_balance ON ledger_account;
DROP FUNCTION ledger_open_balances();
