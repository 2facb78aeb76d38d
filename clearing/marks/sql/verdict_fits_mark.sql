-- A verdict judges a quote of its mark's own book, instrument and session.
CREATE FUNCTION marks_check_verdicts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_verdicts AS v
        INNER JOIN marks_mark AS m ON m.id = v.mark_id
        INNER JOIN marks_quote AS q ON q.id = v.quote_id
        WHERE (m.book_id, m.instrument_id, m.session_date) <> (q.book_id, q.instrument_id, q.session_date)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'marks_quoteverdict_fits_mark',
            TABLE = 'marks_quoteverdict',
            MESSAGE = 'a verdict judges a quote of its mark''s book, instrument and session';
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER marks_quoteverdict_fits_mark AFTER INSERT ON marks_quoteverdict
REFERENCING NEW TABLE AS new_verdicts
FOR EACH STATEMENT EXECUTE FUNCTION marks_check_verdicts();
