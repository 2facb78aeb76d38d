-- A file is kept under its own hash with the approval that is asked for it, and carried out once that is used up.
CREATE FUNCTION contracts_guard_import() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.carried_out_at IS NOT NULL THEN
        broken := 'contracts_bulkimport_starts_proposed';
    ELSIF TG_OP = 'INSERT' AND NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
        broken := 'contracts_bulkimport_hash_is_its_own';
    ELSIF TG_OP = 'UPDATE' AND (
        to_jsonb(NEW) - 'carried_out_at' IS DISTINCT FROM to_jsonb(OLD) - 'carried_out_at'
        OR OLD.carried_out_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
    ) THEN
        broken := 'contracts_bulkimport_content_unchanged';
    ELSIF NOT EXISTS (
        SELECT
        FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON a.book_code = b.code
        WHERE a.id = NEW.approval_id AND b.id = NEW.book_id
            AND a.kind = 'import_' || NEW.kind
            AND a.payload ->> 'sha256' = NEW.sha256
            AND a.payload ->> 'format' = NEW.file_format
            AND a.payload ->> 'encoding' = NEW.encoding
            AND (NEW.carried_out_at IS NULL OR a.status = 'executed')
    ) THEN
        broken := 'contracts_bulkimport_is_approved';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('file %s breaks %s', left(NEW.sha256, 12), broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_import() FROM public;

CREATE TRIGGER contracts_bulkimport_guard BEFORE INSERT OR UPDATE ON contracts_bulkimport
FOR EACH ROW EXECUTE FUNCTION contracts_guard_import();

GRANT INSERT, UPDATE (carried_out_at) ON contracts_bulkimport TO plimsoll_app;
