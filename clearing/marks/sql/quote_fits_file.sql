-- A quote is of the book and source that its file came from.
CREATE FUNCTION marks_check_quotes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_quotes AS q
        INNER JOIN marks_quotefile AS f ON f.id = q.file_id
        WHERE f.book_id <> q.book_id OR f.source_id <> q.source_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'marks_quote_fits_file',
            TABLE = 'marks_quote',
            MESSAGE = 'a quote is of the book and source of its file';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER marks_quote_fits_file AFTER INSERT ON marks_quote
REFERENCING NEW TABLE AS new_quotes
FOR EACH STATEMENT EXECUTE FUNCTION marks_check_quotes();
