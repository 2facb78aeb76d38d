-- A match arrives whole, with its allocations in the same statement; its two sides are equal and about one custody
-- account and unit; and no allocation takes more of a ledger movement or of a statement entry than there is, however
-- many sessions try at once, and no pair of them is matched twice. A match that was unmade (guard_unmatch.sql) counts
-- no more. One check per SQL statement over all its rows. DESIGN 8.
CREATE OR REPLACE FUNCTION reconciliation_check_matches() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_matches AS n
        WHERE NOT EXISTS (SELECT FROM public.reconciliation_matchallocation AS a WHERE a.match_id = n.id)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'reconciliation_match_brings_allocations',
            TABLE = TG_TABLE_NAME,
            MESSAGE = 'a match without allocations';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION reconciliation_check_matches() FROM public;

CREATE OR REPLACE TRIGGER check_matches AFTER INSERT ON reconciliation_match
REFERENCING NEW TABLE AS new_matches
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_check_matches();

CREATE OR REPLACE FUNCTION reconciliation_check_allocations() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    -- Lock what is allocated, in order; the sums below are read after that, so they include who came first.
    PERFORM e.id FROM public.ledger_journalentry AS e
    WHERE e.id IN (SELECT n.entry_id FROM new_allocations AS n)
    ORDER BY e.id
    FOR NO KEY UPDATE;
    PERFORM s.id FROM public.custody_statemententry AS s
    WHERE s.id IN (SELECT n.statement_entry_id FROM new_allocations AS n)
    ORDER BY s.id
    FOR NO KEY UPDATE;

    SELECT
        CASE
            WHEN bool_or(m.row_count <> m.new_count) THEN 'arrives_with_match'
            WHEN bool_or(m.ledger_minor IS DISTINCT FROM m.external_minor) THEN 'sides_equal'
            WHEN bool_or(m.place_count <> 1) THEN 'one_account'
        END INTO broken
    FROM (
        SELECT
            a.match_id,
            count(*) AS row_count,
            count(n.id) AS new_count,
            sum(a.amount_minor) FILTER (WHERE a.entry_id IS NOT NULL) AS ledger_minor,
            sum(a.amount_minor) FILTER (WHERE a.statement_entry_id IS NOT NULL) AS external_minor,
            count(DISTINCT coalesce(u.ledger_account_id, a.account_id)) AS place_count
        FROM public.reconciliation_matchallocation AS a
        LEFT JOIN new_allocations AS n ON n.id = a.id
        LEFT JOIN public.custody_statemententry AS s ON s.id = a.statement_entry_id
        LEFT JOIN public.custody_custodyaccountunit AS u
            ON u.custody_account_id = s.custody_account_id AND u.unit_id = s.unit_id
        WHERE a.match_id IN (SELECT match_id FROM new_allocations)
        GROUP BY a.match_id
    ) AS m;

    IF broken IS NULL AND EXISTS (
        SELECT FROM (
            SELECT a.entry_id, a.account_id, sum(a.amount_minor) AS taken, sum(abs(a.amount_minor)) AS gross
            FROM (SELECT DISTINCT n.entry_id, n.account_id FROM new_allocations AS n WHERE n.entry_id IS NOT NULL) AS n
            INNER JOIN public.reconciliation_matchallocation AS a
                ON a.entry_id = n.entry_id AND a.account_id = n.account_id
            WHERE NOT EXISTS (SELECT FROM public.reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
            GROUP BY a.entry_id, a.account_id
        ) AS t
        INNER JOIN public.ledger_journalentry AS e ON e.id = t.entry_id
        LEFT JOIN LATERAL (
            SELECT sum(p.amount_minor) AS moved
            FROM public.ledger_posting AS p
            WHERE p.account_id = t.account_id AND p.booking_date = e.booking_date AND p.entry_id = t.entry_id
        ) AS p ON true
        WHERE p.moved IS NULL OR abs(t.taken) > abs(p.moved) OR t.taken * p.moved <= 0 OR t.gross <> abs(t.taken)
    ) THEN
        broken := 'within_movement';
    END IF;

    IF broken IS NULL AND EXISTS (
        SELECT FROM (
            SELECT a.statement_entry_id, sum(a.amount_minor) AS taken, sum(abs(a.amount_minor)) AS gross
            FROM public.reconciliation_matchallocation AS a
            WHERE a.statement_entry_id IN (SELECT n.statement_entry_id FROM new_allocations AS n)
                AND NOT EXISTS (SELECT FROM public.reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
            GROUP BY a.statement_entry_id
        ) AS t
        INNER JOIN public.custody_statemententry AS s ON s.id = t.statement_entry_id
        WHERE abs(t.taken) > abs(s.amount_minor) OR t.taken * s.amount_minor <= 0 OR t.gross <> abs(t.taken)
    ) THEN
        broken := 'within_statement_entry';
    END IF;

    IF broken IS NULL AND EXISTS (
        SELECT FROM new_allocations AS n
        INNER JOIN public.custody_statemententry AS s ON s.id = n.statement_entry_id
        INNER JOIN public.custody_statementreplacement AS r ON r.replaced_id = s.statement_id
    ) THEN
        broken := 'line_in_force';
    END IF;

    IF broken IS NULL AND EXISTS (
        SELECT
        FROM (SELECT DISTINCT n.match_id FROM new_allocations AS n) AS n
        INNER JOIN public.reconciliation_matchallocation AS l ON l.match_id = n.match_id AND l.entry_id IS NOT NULL
        INNER JOIN public.reconciliation_matchallocation AS x
            ON x.match_id = n.match_id AND x.statement_entry_id IS NOT NULL
        INNER JOIN public.reconciliation_matchallocation AS other_x
            ON other_x.statement_entry_id = x.statement_entry_id AND other_x.match_id <> n.match_id
        INNER JOIN public.reconciliation_matchallocation AS other_l
            ON other_l.match_id = other_x.match_id AND other_l.entry_id = l.entry_id
            AND other_l.account_id = l.account_id
        WHERE NOT EXISTS (SELECT FROM public.reconciliation_unmatch AS u WHERE u.match_id = other_x.match_id)
    ) THEN
        broken := 'pair_live_once';
    END IF;

    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'reconciliation_matchallocation_' || broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('an allocation breaks %s', broken);
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION reconciliation_check_allocations() FROM public;

CREATE OR REPLACE TRIGGER check_allocations AFTER INSERT ON reconciliation_matchallocation
REFERENCING NEW TABLE AS new_allocations
FOR EACH STATEMENT EXECUTE FUNCTION reconciliation_check_allocations();
