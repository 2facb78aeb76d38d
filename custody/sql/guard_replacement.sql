-- A stopped statement is superseded by a usable one that the same custodian gave the same day and number, in the
-- transaction in which the usable one arrives. What may have confirmed anything is replaced only by two people, who
-- decided on exactly this statement and these bytes. DESIGN 3 (after close), 8.
CREATE OR REPLACE FUNCTION custody_guard_replacement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    SELECT
        CASE
            WHEN (o.book_id, o.custodian_id, o.kind, o.statement_date, o.sequence_number)
                IS DISTINCT FROM (n.book_id, n.custodian_id, n.kind, n.statement_date, n.sequence_number)
                THEN 'custody_statementreplacement_same_day_and_number'
            WHEN NEW.approval_id IS NULL
                AND (o.state <> 'marked' OR NOT jsonb_path_exists(o.findings, '$[*] ? (@.stops == true)'))
                THEN 'custody_statementreplacement_replaced_was_stopped'
            WHEN NEW.approval_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM accounts_approval AS a
                INNER JOIN ledger_book AS b ON b.id = o.book_id
                WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close' AND a.status = 'executed'
                    AND a.book_code = b.code AND a.payload ->> 'kind' = 'statement'
                    AND a.payload -> 'was' ->> 'statement' = o.id::text
                    AND a.payload -> 'was' ->> 'sha256' = encode(o.sha256, 'hex')
                    AND a.payload -> 'corrected' ->> 'sha256' = encode(n.sha256, 'hex')
            ) THEN 'custody_statementreplacement_accepted_replaced_by_two'
            WHEN n.state = 'unreadable' OR jsonb_path_exists(n.findings, '$[*] ? (@.stops == true)')
                THEN 'custody_statementreplacement_replacement_is_usable'
            WHEN n.transaction_id <> pg_current_xact_id()::text::bigint
                THEN 'custody_statementreplacement_arrives_with_statement'
        END INTO broken
    FROM custody_statement AS o
    CROSS JOIN custody_statement AS n
    WHERE o.id = NEW.replaced_id AND n.id = NEW.replacement_id;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('statement %s cannot supersede %s', NEW.replacement_id, NEW.replaced_id);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION custody_guard_replacement() FROM public;

CREATE OR REPLACE TRIGGER custody_statementreplacement_guard BEFORE INSERT ON custody_statementreplacement
FOR EACH ROW EXECUTE FUNCTION custody_guard_replacement();

-- The same bytes are read a second time only to take an accepted statement's place. Judged at the end of the
-- transaction: the row that says so needs the statement first.
CREATE OR REPLACE FUNCTION custody_check_reading() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM custody_statementreplacement AS r WHERE r.replacement_id = NEW.id AND r.approval_id IS NOT NULL
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_statement_read_again_to_supersede',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('statement %s was read again and takes no place', NEW.id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION custody_check_reading() FROM public;
