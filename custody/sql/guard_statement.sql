-- The lines of a statement arrive in its own transaction, whose number the database writes and not the caller; a line
-- slipped in later, even beside an uncommitted statement of another session, is refused. One check per SQL statement.
-- Plans are held to index probes: one made on an empty table must serve a full one.
CREATE FUNCTION custody_stamp_statement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    NEW.transaction_id := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END;
$$;

CREATE TRIGGER custody_statement_stamp BEFORE INSERT ON custody_statement
FOR EACH ROW EXECUTE FUNCTION custody_stamp_statement();

CREATE FUNCTION custody_check_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    broken text;
BEGIN
    SELECT
        CASE
            WHEN bool_or(
                s.id IS NULL OR s.state = 'unreadable'
                OR s.transaction_id <> pg_current_xact_id()::text::bigint
            ) THEN 'arrives_with_statement'
            WHEN bool_or(c.book_id <> s.book_id OR c.custodian_id <> s.custodian_id) THEN 'account_matches'
        END INTO broken
    FROM (SELECT DISTINCT n.statement_id, n.custody_account_id FROM new_lines AS n) AS n
    LEFT JOIN custody_statement AS s ON s.id = n.statement_id
    LEFT JOIN custody_custodyaccount AS c ON c.id = n.custody_account_id;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = TG_TABLE_NAME || '_' || broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('a line of %s does not belong to its statement', TG_TABLE_NAME);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER custody_statemententry_check AFTER INSERT ON custody_statemententry
REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION custody_check_lines();

CREATE TRIGGER custody_statementbalance_check AFTER INSERT ON custody_statementbalance
REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION custody_check_lines();

CREATE TRIGGER custody_holdingline_check AFTER INSERT ON custody_holdingline
REFERENCING NEW TABLE AS new_lines FOR EACH STATEMENT EXECUTE FUNCTION custody_check_lines();
