DELETE FROM ledger_accountcategory WHERE number = 5060;
DELETE FROM ledger_entrykindflow WHERE kind_id = 'client_compensated';
DELETE FROM ledger_entrykind WHERE code = 'client_compensated';
