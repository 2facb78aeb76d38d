DELETE FROM ledger_entrykind WHERE code = 'house_revaluation_corrected';
