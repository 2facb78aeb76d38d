-- A stopped statement is superseded by a usable one that the same custodian gave the same day and number, in the
-- transaction in which the usable one arrives: what has confirmed anything is never replaced this way. DESIGN 8.
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
            WHEN o.state <> 'marked' OR NOT jsonb_path_exists(o.findings, '$[*] ? (@.stops == true)')
                THEN 'custody_statementreplacement_replaced_was_stopped'
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
