"""The matching of a custodian's cash as one statement: candidates, three passes, matches, breaks.

Candidates are what came since the run before (the book's movements on the custodian's cash accounts, the
entries of statements not read yet) and what stayed open, which the open breaks name; so a run's work does not
grow with history. What a corrected statement undid or freed since is added by its own rows. A ledger movement
is all postings of one entry on one account. Both sides are signed alike: plus is in.

A source reference in the ledger is `<source>:<reference>`; the outside knows what stands after the colon.
Identical twins are paired in the order in which each side booked them; a surplus stays open.

Source: DESIGN 8 (matching). Version 1 of the rules.
"""

RULE_VERSION = 1

_CANDIDATES = """
WITH tied AS MATERIALIZED (
    SELECT u.ledger_account_id AS account_id, u.custody_account_id, u.unit_id
    FROM custody_custodyaccountunit AS u
    INNER JOIN custody_custodyaccount AS c ON c.id = u.custody_account_id
    INNER JOIN ledger_unit AS n ON n.id = u.unit_id AND n.kind = 'currency'
    WHERE c.book_id = %(book_id)s AND c.custodian_id = %(custodian_id)s
), carried AS MATERIALIZED (
    SELECT b.id, b.kind, b.custody_account_id, b.unit_id, b.entry_id, b.statement_entry_id, b.ledger_minor
    FROM reconciliation_reconciliationbreak AS b
    WHERE b.book_id = %(book_id)s AND b.custodian_id = %(custodian_id)s AND b.status <> 'closed'
        AND b.kind IN ('ledger_unmatched', 'external_unmatched')
), freed AS MATERIALIZED (
    -- Movements whose match was unmade with the statement that it rested on, whenever they were booked.
    SELECT a.entry_id, a.account_id, a.amount_minor
    FROM reconciliation_unmatch AS u
    INNER JOIN reconciliation_matchallocation AS a ON a.match_id = u.match_id
    INNER JOIN tied AS t ON t.account_id = a.account_id
), undone AS MATERIALIZED (
    -- An entry and its reversal by a corrected statement: the bank has no line for either.
    SELECT side.entry_id
    FROM custody_replacementeffect AS f
    CROSS JOIN LATERAL (VALUES (f.entry_id), (f.undone_entry_id)) AS side (entry_id)
    WHERE f.undone_entry_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM reconciliation_matchallocation AS a
        WHERE a.entry_id = f.undone_entry_id
            AND NOT EXISTS (SELECT FROM reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
    )
), movement AS MATERIALIZED (
    SELECT
        m.entry_id, t.account_id, t.custody_account_id, t.unit_id, m.amount_minor, e.booking_date,
        regexp_replace(e.source_reference, '^[a-z_-]+:', '') AS reference
    FROM (
        SELECT p.entry_id, p.account_id, sum(p.amount_minor)::bigint AS amount_minor
        FROM ledger_posting AS p
        WHERE p.account_id IN (SELECT account_id FROM tied)
            AND p.booking_date >= %(since)s AND p.booking_date <= %(business_date)s
        GROUP BY p.entry_id, p.account_id
        HAVING sum(p.amount_minor) <> 0
        UNION
        SELECT c.entry_id, t.account_id, c.ledger_minor
        FROM carried AS c
        INNER JOIN tied AS t ON t.custody_account_id = c.custody_account_id AND t.unit_id = c.unit_id
        WHERE c.kind = 'ledger_unmatched'
        UNION
        SELECT f.entry_id, f.account_id, f.amount_minor
        FROM freed AS f
        UNION
        SELECT p.entry_id, p.account_id, sum(p.amount_minor)::bigint
        FROM custody_replacementeffect AS f
        INNER JOIN ledger_journalentry AS e ON e.id = f.entry_id
        INNER JOIN ledger_posting AS p ON p.entry_id = f.entry_id AND p.booking_date = e.booking_date
        WHERE p.account_id IN (SELECT account_id FROM tied)
            AND f.undone_entry_id IS NULL AND e.booking_date > %(business_date)s
        GROUP BY p.entry_id, p.account_id
        HAVING sum(p.amount_minor) <> 0
    ) AS m
    INNER JOIN tied AS t ON t.account_id = m.account_id
    INNER JOIN ledger_journalentry AS e ON e.id = m.entry_id
    WHERE NOT EXISTS (
        SELECT FROM reconciliation_matchallocation AS a
        WHERE a.entry_id = m.entry_id AND a.account_id = m.account_id
            AND NOT EXISTS (SELECT FROM reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
    ) AND m.entry_id NOT IN (SELECT n.entry_id FROM undone AS n)
), stated AS MATERIALIZED (
    SELECT
        s.id, t.account_id, s.custody_account_id, s.unit_id, s.amount_minor, s.booking_date,
        s.account_reference, s.bank_reference
    FROM custody_statemententry AS s
    INNER JOIN tied AS t ON t.custody_account_id = s.custody_account_id AND t.unit_id = s.unit_id
    WHERE (
        s.statement_id = ANY(%(statement_ids)s)
        OR s.id IN (SELECT c.statement_entry_id FROM carried AS c WHERE c.kind = 'external_unmatched')
    ) AND NOT EXISTS (
        SELECT FROM reconciliation_matchallocation AS a
        WHERE a.statement_entry_id = s.id
            AND NOT EXISTS (SELECT FROM reconciliation_unmatch AS u WHERE u.match_id = a.match_id)
    ) AND NOT EXISTS (
        SELECT FROM custody_statementreplacement AS r WHERE r.replaced_id = s.statement_id
    )
), named AS MATERIALIZED (
    SELECT s.id, s.account_id, s.amount_minor, s.booking_date, s.account_reference AS reference
    FROM stated AS s
    WHERE s.account_reference <> ''
    UNION
    SELECT s.id, s.account_id, s.amount_minor, s.booking_date, s.bank_reference
    FROM stated AS s
)"""

# Twins carry the same key; their numbers within it pair them. What two references name is paired once.
_EXACT = """, keys_agree AS (
    SELECT DISTINCT ON (l.entry_id, l.account_id)
        l.entry_id, l.account_id, l.amount_minor, x.id AS statement_entry_id, l.booking_date, l.reference
    FROM (
        SELECT m.*, row_number() OVER (
            PARTITION BY m.account_id, m.reference, m.amount_minor, m.booking_date ORDER BY m.entry_id
        ) AS twin
        FROM movement AS m
    ) AS l
    INNER JOIN (
        SELECT n.*, row_number() OVER (
            PARTITION BY n.account_id, n.reference, n.amount_minor, n.booking_date ORDER BY n.id
        ) AS twin
        FROM named AS n
    ) AS x USING (account_id, reference, amount_minor, booking_date, twin)
    ORDER BY l.entry_id, l.account_id, x.id
), exact AS MATERIALIZED (
    SELECT DISTINCT ON (k.statement_entry_id)
        'reference_amount_date' AS rule, k.entry_id, k.account_id, k.amount_minor, k.statement_entry_id,
        k.booking_date AS ledger_date, k.booking_date AS external_date, k.reference
    FROM keys_agree AS k
    ORDER BY k.statement_entry_id, k.entry_id
), movement_2 AS MATERIALIZED (
    SELECT m.* FROM movement AS m
    WHERE NOT EXISTS (SELECT FROM exact AS e WHERE e.entry_id = m.entry_id AND e.account_id = m.account_id)
), stated_2 AS MATERIALIZED (
    SELECT s.* FROM stated AS s WHERE NOT EXISTS (SELECT FROM exact AS e WHERE e.statement_entry_id = s.id)
)"""

# A reference that names something else still open speaks against an equal amount.
_WINDOW = """, near AS (
    SELECT
        m.entry_id, m.account_id, m.amount_minor, s.id AS statement_entry_id, m.booking_date AS ledger_date,
        s.booking_date AS external_date, m.reference,
        count(*) OVER (PARTITION BY m.entry_id, m.account_id) AS of_movement,
        count(*) OVER (PARTITION BY s.id) AS of_stated
    FROM movement_2 AS m
    INNER JOIN stated_2 AS s USING (account_id, amount_minor)
    WHERE (
        SELECT count(*) FROM ledger_businessday AS d
        WHERE d.book_id = %(book_id)s
            AND d.business_date > least(m.booking_date, s.booking_date)
            AND d.business_date <= greatest(m.booking_date, s.booking_date)
    ) <= %(window)s
), windowed AS MATERIALIZED (
    SELECT
        'amount_in_window' AS rule, n.entry_id, n.account_id, n.amount_minor, n.statement_entry_id,
        n.ledger_date, n.external_date, n.reference
    FROM near AS n
    WHERE n.of_movement = 1 AND n.of_stated = 1
        AND NOT EXISTS (
            SELECT FROM stated_2 AS o
            WHERE o.account_id = n.account_id AND o.id <> n.statement_entry_id
                AND n.reference IN (o.account_reference, o.bank_reference)
        )
        AND NOT EXISTS (
            SELECT FROM movement_2 AS o
            INNER JOIN stated_2 AS s ON o.reference IN (s.account_reference, s.bank_reference)
            WHERE s.id = n.statement_entry_id AND o.account_id = n.account_id
                AND (o.entry_id, o.account_id) <> (n.entry_id, n.account_id)
        )
)"""

_KEYED = """, keyed AS MATERIALIZED (
    SELECT
        'reference_amount' AS rule, k.entry_id, k.account_id, k.amount_minor, k.id AS statement_entry_id,
        k.ledger_date, k.external_date, k.reference
    FROM (
        SELECT
            m.entry_id, m.account_id, m.amount_minor, s.id, m.booking_date AS ledger_date,
            s.booking_date AS external_date, m.reference,
            count(*) OVER (PARTITION BY m.entry_id, m.account_id) AS of_movement,
            count(*) OVER (PARTITION BY s.id) AS of_stated
        FROM movement_2 AS m
        INNER JOIN named AS s USING (account_id, amount_minor, reference)
        WHERE NOT EXISTS (
            SELECT FROM windowed AS w WHERE w.entry_id = m.entry_id AND w.account_id = m.account_id
        )
            AND NOT EXISTS (SELECT FROM windowed AS w WHERE w.statement_entry_id = s.id)
            AND NOT EXISTS (SELECT FROM exact AS e WHERE e.statement_entry_id = s.id)
    ) AS k
    WHERE k.of_movement = 1 AND k.of_stated = 1
), pair AS MATERIALIZED (
    SELECT p.*, row_number() OVER (ORDER BY p.statement_entry_id) AS match_no
    FROM (
        SELECT * FROM exact
        UNION ALL
        SELECT * FROM windowed
        UNION ALL
        SELECT * FROM keyed
    ) AS p
)"""

_WRITTEN = """, matched AS (
    INSERT INTO reconciliation_match (run_id, match_no, rule, evidence, digest)
    SELECT
        %(run_id)s, p.match_no, p.rule,
        jsonb_build_object(
            'reference', p.reference, 'ledger_date', p.ledger_date, 'external_date', p.external_date
        ),
        sha256(convert_to(concat_ws(
            '|', %(rule_version)s::int, p.rule, p.entry_id, p.account_id, p.statement_entry_id,
            p.amount_minor, p.ledger_date, p.external_date
        ), 'UTF8'))
    FROM pair AS p
    RETURNING id, match_no
), allocated AS (
    INSERT INTO reconciliation_matchallocation (
        match_id, entry_id, account_id, statement_entry_id, amount_minor
    )
    SELECT m.id, side.entry_id, side.account_id, side.statement_entry_id, p.amount_minor
    FROM matched AS m
    INNER JOIN pair AS p USING (match_no)
    CROSS JOIN LATERAL (
        VALUES (p.entry_id, p.account_id, NULL::bigint), (NULL, NULL, p.statement_entry_id)
    ) AS side(entry_id, account_id, statement_entry_id)
), closed AS (
    UPDATE reconciliation_reconciliationbreak AS b
    SET
        status = 'closed', closed_on = %(business_date)s, closing_run_id = %(run_id)s,
        closing_match_id = found.match_id, cause = 'late match'
    FROM (
        SELECT c.id AS break_id, m.id AS match_id
        FROM carried AS c
        INNER JOIN tied AS t ON t.custody_account_id = c.custody_account_id AND t.unit_id = c.unit_id
        INNER JOIN pair AS p ON p.entry_id = c.entry_id AND p.account_id = t.account_id
        INNER JOIN matched AS m USING (match_no)
        UNION ALL
        SELECT c.id, m.id
        FROM carried AS c
        INNER JOIN pair AS p ON p.statement_entry_id = c.statement_entry_id
        INNER JOIN matched AS m USING (match_no)
    ) AS found
    WHERE b.id = found.break_id
    RETURNING b.id
), overtaken AS (
    UPDATE reconciliation_reconciliationbreak AS b
    SET
        status = 'closed', closed_on = %(business_date)s, closing_run_id = %(run_id)s,
        cause = 'the statement was corrected'
    FROM carried AS c
    LEFT JOIN custody_statemententry AS s ON s.id = c.statement_entry_id
    WHERE b.id = c.id AND (
        c.entry_id IN (SELECT n.entry_id FROM undone AS n)
        OR s.statement_id IN (SELECT r.replaced_id FROM custody_statementreplacement AS r)
    )
    RETURNING b.id
), opened AS (
    INSERT INTO reconciliation_reconciliationbreak (
        book_id, kind, subject, custodian_id, custody_account_id, unit_id, entry_id, statement_entry_id,
        ledger_minor, external_minor, difference_minor, first_seen_on, first_run_id, status, cause
    )
    SELECT
        %(book_id)s, o.kind, o.subject, %(custodian_id)s, o.custody_account_id, o.unit_id, o.entry_id,
        o.statement_entry_id, o.ledger_minor, o.external_minor, o.ledger_minor - o.external_minor,
        %(business_date)s, %(run_id)s, 'open', ''
    FROM (
        SELECT
            'ledger_unmatched' AS kind, 'ledger/' || m.entry_id || '/' || m.account_id AS subject,
            m.custody_account_id, m.unit_id, m.entry_id, NULL::bigint AS statement_entry_id,
            m.amount_minor AS ledger_minor, 0::bigint AS external_minor
        FROM movement AS m
        WHERE NOT EXISTS (
            SELECT FROM pair AS p WHERE p.entry_id = m.entry_id AND p.account_id = m.account_id
        )
        UNION ALL
        SELECT
            'external_unmatched', 'external/' || s.id, s.custody_account_id, s.unit_id, NULL, s.id,
            0, s.amount_minor
        FROM stated AS s
        WHERE NOT EXISTS (SELECT FROM pair AS p WHERE p.statement_entry_id = s.id)
    ) AS o
    ORDER BY o.subject
    ON CONFLICT (book_id, subject) WHERE status <> 'closed' DO NOTHING
    RETURNING id
)
SELECT
    (SELECT count(*) FROM pair),
    (SELECT count(*) FROM opened),
    (SELECT count(*) FROM closed) + (SELECT count(*) FROM overtaken)
"""

MATCH_CASH = _CANDIDATES + _EXACT + _WINDOW + _KEYED + _WRITTEN
"""Parameters: book_id, custodian_id, since, business_date, statement_ids, window, run_id, rule_version.
Returns matches made, breaks opened and breaks closed.
"""
