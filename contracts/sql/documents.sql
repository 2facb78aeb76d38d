-- Documents: numbered without a gap, of their own content, and kept.

-- The number that comes next in a series, which stays locked until the transaction ends: whoever comes second waits,
-- and a number that is rolled back is given again.
CREATE OR REPLACE FUNCTION contracts_next_document_number(series_book integer, series_kind text, series_year integer)
RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last integer;
BEGIN
    INSERT INTO contracts_documentseries (book_id, kind, year, last_number)
    VALUES (series_book, series_kind, series_year, 0)
    ON CONFLICT (book_id, kind, year) DO NOTHING;
    SELECT s.last_number INTO last
    FROM contracts_documentseries AS s
    WHERE s.book_id = series_book AND s.kind = series_kind AND s.year = series_year
    FOR UPDATE;
    RETURN last + 1;
END;
$$;

REVOKE ALL ON FUNCTION contracts_next_document_number(integer, text, integer) FROM public;
GRANT EXECUTE ON FUNCTION contracts_next_document_number(integer, text, integer) TO plimsoll_app;

CREATE OR REPLACE FUNCTION contracts_guard_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF NEW.sha256 <> encode(sha256(NEW.content), 'hex') THEN
        broken := 'contracts_document_hash_is_its_own';
    ELSIF NEW.inputs_sha256 <> encode(sha256(convert_to(NEW.inputs, 'UTF8')), 'hex') THEN
        broken := 'contracts_document_inputs_hash_is_its_own';
    ELSIF NEW.year <> extract(YEAR FROM NEW.issued_on) THEN
        broken := 'contracts_document_year_is_of_issue';
    ELSIF NOT EXISTS (SELECT FROM accounts_party AS p WHERE p.id = NEW.client_id AND p.kind = 'client') THEN
        broken := 'contracts_document_client_is_client';
    ELSIF NEW.contract_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM contracts_financingcontract AS c
            WHERE c.id = NEW.contract_id AND c.book_id = NEW.book_id AND c.client_id = NEW.client_id
        ) THEN
        broken := 'contracts_document_contract_is_of_client';
    ELSIF NEW.number IS DISTINCT FROM contracts_next_document_number(NEW.book_id, NEW.kind, NEW.year) THEN
        broken := 'contracts_document_number_follows';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'contracts_document',
            MESSAGE = format('document %s is not what it says', NEW.reference);
    END IF;
    UPDATE contracts_documentseries AS s SET last_number = NEW.number
    WHERE s.book_id = NEW.book_id AND s.kind = NEW.kind AND s.year = NEW.year;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_document() FROM public;

CREATE OR REPLACE TRIGGER contracts_document_guard BEFORE INSERT ON contracts_document
FOR EACH ROW EXECUTE FUNCTION contracts_guard_document();

-- A document stays as it was handed out. Erasing its client takes what names the client, content and inputs; number,
-- day, kind and both hashes stay, so that the series has no gap and a copy outside still proves itself.
CREATE OR REPLACE FUNCTION contracts_keep_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'UPDATE' AND octet_length(NEW.content) = 0 AND NEW.inputs = '{}'
        AND accounts_is_being_erased(OLD.client_id)
    THEN
        NEW.content := OLD.content;
        NEW.inputs := OLD.inputs;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            NEW.content := '';
            NEW.inputs := '{}';
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = 'contracts_document_append_only',
        TABLE = tg_table_name,
        MESSAGE = format('%s of document %s is refused: it stays as it was handed out', tg_op, OLD.reference);
END;
$$;

REVOKE ALL ON FUNCTION contracts_keep_document() FROM public;

CREATE OR REPLACE TRIGGER contracts_document_append_only BEFORE UPDATE OR DELETE ON contracts_document
FOR EACH ROW EXECUTE FUNCTION contracts_keep_document();

GRANT INSERT (
    book_id, kind, year, number, reference, locale, issued_on, client_id, contract_id, subject, inputs, inputs_sha256,
    template_version, content, sha256, maker_id, recorded_at
) ON contracts_document TO plimsoll_app;
