-- An uploaded file is kept under its own hash, and stays as it came.
CREATE OR REPLACE FUNCTION ledger_guard_import_upload() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_importupload_hash_is_its_own',
            TABLE = 'ledger_importupload',
            MESSAGE = format('file %s is kept under another hash than its own', left(NEW.sha256, 12));
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION ledger_guard_import_upload() FROM public;

CREATE OR REPLACE TRIGGER ledger_importupload_guard BEFORE INSERT ON ledger_importupload
FOR EACH ROW EXECUTE FUNCTION ledger_guard_import_upload();

CREATE OR REPLACE TRIGGER ledger_importupload_append_only BEFORE UPDATE OR DELETE ON ledger_importupload
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_importupload_append_only');

GRANT INSERT (
    book_id, kind_id, file_format, name, sha256, content, mapping, profile, all_or_none, taken, refused, passed_over,
    checked, refusals, uploaded_by_id, recorded_at
) ON ledger_importupload TO plimsoll_app;
