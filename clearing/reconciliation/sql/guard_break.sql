-- A break stays about what it was opened for and keeps the day it was first seen on; closed, it stays closed. DESIGN 8.
CREATE FUNCTION reconciliation_guard_break() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF NEW.first_seen_on <> OLD.first_seen_on OR NEW.first_run_id <> OLD.first_run_id THEN
        broken := 'reconciliation_reconciliationbreak_first_seen_kept';
    ELSIF OLD.status = 'closed' THEN
        broken := 'reconciliation_reconciliationbreak_closed_is_final';
    ELSIF (
        NEW.id, NEW.book_id, NEW.kind, NEW.subject, NEW.custodian_id, NEW.custody_account_id, NEW.unit_id,
        NEW.entry_id, NEW.statement_entry_id, NEW.statement_id
    ) IS DISTINCT FROM (
        OLD.id, OLD.book_id, OLD.kind, OLD.subject, OLD.custodian_id, OLD.custody_account_id, OLD.unit_id,
        OLD.entry_id, OLD.statement_entry_id, OLD.statement_id
    ) THEN
        broken := 'reconciliation_reconciliationbreak_identity_unchanged';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('break %s breaks %s', OLD.id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION reconciliation_guard_break() FROM public;

CREATE TRIGGER guard_break
BEFORE UPDATE ON reconciliation_reconciliationbreak
FOR EACH ROW EXECUTE FUNCTION reconciliation_guard_break();
