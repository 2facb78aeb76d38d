DROP FUNCTION ledger_seal_key_in_force();
DROP FUNCTION ledger_seal_key_statement(ledger_sealkeyevent);
DROP FUNCTION ledger_seal_header(ledger_seal);
DROP FUNCTION ledger_instant(timestamptz);
DROP FUNCTION ledger_trial_balance_text(integer);
DROP FUNCTION ledger_chart_text(integer);
DROP FUNCTION ledger_chart_rows(integer);
