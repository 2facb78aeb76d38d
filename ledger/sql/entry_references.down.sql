DROP TRIGGER ledger_journalentry_book_stays ON ledger_book;
DROP TRIGGER ledger_journalentry_kind_stays ON ledger_entrykind;
DROP TRIGGER ledger_journalentry_maker_stays ON accounts_user;
DROP FUNCTION ledger_keep_what_entries_name();
