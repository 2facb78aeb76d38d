DELETE FROM ledger_entrykindflow;
DELETE FROM ledger_entrykind;
DELETE FROM ledger_accountcategory;
ALTER TABLE ledger_unit DROP CONSTRAINT ledger_unit_code_well_formed;
