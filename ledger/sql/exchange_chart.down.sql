DELETE FROM ledger_entrykind WHERE code = 'house_result_translated';
DELETE FROM ledger_accountcategory WHERE number = 4070;
