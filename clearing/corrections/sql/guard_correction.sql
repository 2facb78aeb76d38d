-- A correction is exactly what its approval would permit, and the same one is proposed again only after a rejection.
CREATE OR REPLACE FUNCTION corrections_guard_correction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON b.id = NEW.book_id
        WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close' AND a.book_code = b.code
            AND a.maker_id = NEW.maker_id AND a.payload_hash = NEW.digest
            AND a.subject = b.code || '/correction/' || NEW.reference
            AND a.payload @> jsonb_build_object(
                'kind', NEW.kind, 'subject', NEW.subject, 'effective_on', NEW.effective_on::text,
                'reason', NEW.reason, 'evidence', NEW.evidence, 'attempt', NEW.attempt
            )
            AND a.payload -> 'was' = NEW.was AND a.payload -> 'corrected' = NEW.corrected
    ) THEN
        broken := 'corrections_correction_approval_is_its_own';
    ELSIF EXISTS (
        SELECT FROM corrections_correction AS other
        INNER JOIN accounts_approval AS a ON a.id = other.approval_id
        WHERE other.book_id = NEW.book_id AND other.kind = NEW.kind AND other.subject = NEW.subject
            AND other.effective_on = NEW.effective_on AND other.was = NEW.was AND other.corrected = NEW.corrected
            AND a.status <> 'rejected'
    ) THEN
        broken := 'corrections_correction_proposed_once';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('correction %s breaks %s', NEW.reference, broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION corrections_guard_correction() FROM public;

CREATE OR REPLACE TRIGGER corrections_correction_guard BEFORE INSERT ON corrections_correction
FOR EACH ROW EXECUTE FUNCTION corrections_guard_correction();
