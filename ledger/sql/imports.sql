-- Imports: two kinds of entry, what each may move, and the rules of the files they come from.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES
('opening_balance', ''),
('journal_imported', '');

-- From outside into a ring or out of it, never from ring to ring: an import is no way round segregation.
INSERT INTO ledger_entrykindflow (kind_id, from_ring, to_ring, direction)
SELECT
    k.code,
    CASE way.inward WHEN true THEN 'external' ELSE r.ring END,
    CASE way.inward WHEN true THEN r.ring ELSE 'external' END,
    d.direction
FROM (VALUES ('opening_balance'), ('journal_imported')) AS k (code)
CROSS JOIN (VALUES ('client'), ('funder'), ('reserve'), ('house')) AS r (ring)
CROSS JOIN (VALUES (true), (false)) AS way (inward)
CROSS JOIN (VALUES ('forward'), ('reversal')) AS d (direction);

-- An opening balance opens: a book that has closed a day has a past of its own.
CREATE OR REPLACE FUNCTION ledger_check_opening_balance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM ledger_dayclose AS c
        INNER JOIN ledger_businessday AS d ON d.id = c.day_id
        WHERE d.book_id = NEW.book_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_opens_a_new_book',
            TABLE = 'ledger_journalentry',
            MESSAGE = 'a day of this book has been closed: its balances have a past already';
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_opening AFTER INSERT ON ledger_journalentry
FOR EACH ROW WHEN (new.kind_id = 'opening_balance' AND new.reverses_id IS NULL)
EXECUTE FUNCTION ledger_check_opening_balance();

-- A file is kept under its own hash, and only with the approval of two people for exactly it.
CREATE OR REPLACE FUNCTION ledger_guard_import_file() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
        broken := 'ledger_importfile_hash_is_its_own';
    ELSIF NOT EXISTS (
            SELECT FROM accounts_approval AS a
            INNER JOIN ledger_book AS b ON b.id = NEW.book_id AND b.code = a.book_code
            WHERE a.id = NEW.approval_id AND a.kind = 'import_journal' AND a.status = 'executed'
                AND a.subject = b.code || '/' || NEW.sha256
                AND a.payload ->> 'sha256' = NEW.sha256
                AND a.payload ->> 'kind' = NEW.kind_id
                AND a.payload ->> 'taken' = NEW.taken::text
                AND a.payload ->> 'refused' = NEW.refused::text
        ) THEN
        broken := 'ledger_importfile_is_approved';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_importfile',
            MESSAGE = format('file %s is not what two people approved', left(NEW.sha256, 12));
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_importfile_guard BEFORE INSERT ON ledger_importfile
FOR EACH ROW EXECUTE FUNCTION ledger_guard_import_file();

-- A line is taken into an entry of its file's book and kind, booked by the import under the file's hash and its line.
CREATE OR REPLACE FUNCTION ledger_check_import_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    SELECT n.line_no INTO bad
    FROM new_lines AS n
    INNER JOIN ledger_importfile AS f ON f.id = n.file_id
    LEFT JOIN LATERAL (
        SELECT own.* FROM ledger_journalentry AS own WHERE own.id = n.entry_id OFFSET 0
    ) AS e ON true
    WHERE n.entry_id IS NOT NULL
        AND (e.book_id, e.kind_id, e.caller, e.idempotency_key)
        IS DISTINCT FROM (f.book_id, f.kind_id, 'import_journal', f.sha256 || ':' || n.line_no)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_importline_entry_is_its_own',
            TABLE = 'ledger_importline',
            MESSAGE = format('line %s names an entry that was not booked from it', bad.line_no);
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_importline_rule AFTER INSERT ON ledger_importline
REFERENCING NEW TABLE AS new_lines
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_import_lines();

CREATE OR REPLACE TRIGGER ledger_importfile_append_only BEFORE UPDATE OR DELETE ON ledger_importfile
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_importfile_append_only');

CREATE OR REPLACE TRIGGER ledger_importline_append_only BEFORE UPDATE OR DELETE ON ledger_importline
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_importline_append_only');

GRANT INSERT (
    book_id, kind_id, file_format, name, sha256, content, mapping, profile, taken, refused, approval_id, recorded_at
) ON ledger_importfile TO plimsoll_app;
GRANT INSERT (file_id, line_no, outcome, code, detail, text, entry_id) ON ledger_importline TO plimsoll_app;
