-- A run carries out what two people have approved, in the transaction that used the approval up; what it found and
-- posted and what it puts in doubt arrives in that transaction, whose number the database writes, and never later.
CREATE OR REPLACE FUNCTION corrections_guard_run() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM corrections_correction AS c
        INNER JOIN accounts_approval AS a ON a.id = c.approval_id
        WHERE c.id = NEW.correction_id AND c.book_id = NEW.book_id AND a.status = 'executed'
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'corrections_correctionrun_approved_by_two',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('correction %s has not been approved, or is of another book', NEW.correction_id);
    END IF;
    NEW.transaction_id := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION corrections_guard_run() FROM public;

CREATE OR REPLACE TRIGGER corrections_correctionrun_guard BEFORE INSERT ON corrections_correctionrun
FOR EACH ROW EXECUTE FUNCTION corrections_guard_run();

CREATE OR REPLACE FUNCTION corrections_check_parts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM (SELECT DISTINCT n.run_id FROM new_parts AS n) AS part
        LEFT JOIN corrections_correctionrun AS r ON r.id = part.run_id
        WHERE r.transaction_id IS DISTINCT FROM pg_current_xact_id()::text::bigint
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = TG_TABLE_NAME || '_arrives_with_run',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('a row of %s was added to a run that is over', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION corrections_check_parts() FROM public;

CREATE OR REPLACE TRIGGER corrections_correctionfinding_check AFTER INSERT ON corrections_correctionfinding
REFERENCING NEW TABLE AS new_parts FOR EACH STATEMENT EXECUTE FUNCTION corrections_check_parts();

CREATE OR REPLACE TRIGGER corrections_correctionentry_check AFTER INSERT ON corrections_correctionentry
REFERENCING NEW TABLE AS new_parts FOR EACH STATEMENT EXECUTE FUNCTION corrections_check_parts();

CREATE OR REPLACE TRIGGER corrections_decisionreview_check AFTER INSERT ON corrections_decisionreview
REFERENCING NEW TABLE AS new_parts FOR EACH STATEMENT EXECUTE FUNCTION corrections_check_parts();
