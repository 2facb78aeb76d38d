DELETE FROM ledger_entrykind WHERE code = 'funder_replaced';
