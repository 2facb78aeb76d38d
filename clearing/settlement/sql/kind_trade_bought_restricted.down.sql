DELETE FROM ledger_entrykind WHERE code = 'trade_bought_restricted';
