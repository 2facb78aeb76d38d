UPDATE ledger_entrykind SET posts_in_soft_close = false;
DELETE FROM ledger_entrykind WHERE code = 'year_end_transferred';
DELETE FROM ledger_accountcategory WHERE number = 3020;
