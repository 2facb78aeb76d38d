DROP TRIGGER check_allocations ON reconciliation_matchallocation;
DROP FUNCTION reconciliation_check_allocations();
DROP TRIGGER check_matches ON reconciliation_match;
DROP FUNCTION reconciliation_check_matches();
