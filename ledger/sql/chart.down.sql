DELETE FROM ledger_entrykindflow;
DELETE FROM ledger_entrykind;
DELETE FROM ledger_accountcategory;
