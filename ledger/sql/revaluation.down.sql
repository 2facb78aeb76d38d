DROP TRIGGER ledger_revaluationline_append_only ON ledger_revaluationline;
DROP TRIGGER ledger_revaluationline_guard ON ledger_revaluationline;
DROP TRIGGER ledger_revaluation_append_only ON ledger_revaluation;
DROP TRIGGER ledger_revaluation_guard ON ledger_revaluation;
DROP FUNCTION ledger_guard_revaluation_line();
DROP FUNCTION ledger_guard_revaluation();
DROP FUNCTION ledger_lock_positions(integer);
DROP FUNCTION ledger_account_at(integer, text, integer);
