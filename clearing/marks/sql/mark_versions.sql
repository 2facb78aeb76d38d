-- A later version of a mark follows the newest one of its book, instrument and session, and is exactly what two
-- people have approved.
CREATE OR REPLACE FUNCTION marks_check_version() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refused text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM marks_mark AS m
        WHERE m.id = new.supersedes_id AND m.book_id = new.book_id AND m.instrument_id = new.instrument_id
            AND m.session_date = new.session_date AND m.version = new.version - 1
    ) THEN
        refused := 'marks_mark_version_follows_the_last';
    ELSIF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON b.id = new.book_id AND b.code = a.book_code
        WHERE a.id = new.approval_id AND a.kind = 'correct_after_close' AND a.status = 'executed'
            AND (a.payload #>> '{was,mark}')::bigint = new.supersedes_id
            AND (a.payload #>> '{corrected,price_minor}')::bigint IS NOT DISTINCT FROM new.price_minor
            AND a.payload #>> '{corrected,state}' = new.state
    ) THEN
        refused := 'marks_mark_superseded_by_two';
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = refused,
            TABLE = 'marks_mark',
            MESSAGE = format('version %s of the mark of %s: %s', new.version, new.session_date, refused);
    END IF;
    RETURN new;
END;
$$;

CREATE OR REPLACE TRIGGER marks_mark_versions BEFORE INSERT ON marks_mark
FOR EACH ROW WHEN (new.version > 1) EXECUTE FUNCTION marks_check_version();
