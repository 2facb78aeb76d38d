-- A match is unmade only because a line of it is of a statement that two people let a corrected one take the place of.
-- What its sides are freed of is locked in order, as at an allocation.
CREATE OR REPLACE FUNCTION reconciliation_guard_unmatch() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    PERFORM e.id FROM public.ledger_journalentry AS e
    WHERE e.id IN (
        SELECT a.entry_id FROM public.reconciliation_matchallocation AS a
        INNER JOIN new_unmatches AS n ON n.match_id = a.match_id
    )
    ORDER BY e.id
    FOR NO KEY UPDATE;

    IF EXISTS (
        SELECT FROM new_unmatches AS n
        INNER JOIN public.custody_statementreplacement AS r ON r.id = n.replacement_id
        WHERE r.approval_id IS NULL OR NOT EXISTS (
            SELECT FROM public.reconciliation_matchallocation AS a
            INNER JOIN public.custody_statemententry AS l ON l.id = a.statement_entry_id
            WHERE a.match_id = n.match_id AND l.statement_id = r.replaced_id
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'reconciliation_unmatch_of_superseded_line',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a match without a line of the superseded statement cannot be unmade with it';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION reconciliation_guard_unmatch() FROM public;

CREATE OR REPLACE TRIGGER guard_unmatch AFTER INSERT ON reconciliation_unmatch
REFERENCING NEW TABLE AS new_unmatches
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_guard_unmatch();
