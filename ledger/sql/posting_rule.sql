-- The posting rule, once per statement over all its postings, in the order of docs/rules/ledger.md. Plans are
-- held to index probes: a plan cached on a small statement or an empty table must serve a large one as well.
CREATE OR REPLACE FUNCTION ledger_check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
DECLARE
    bad record;
BEGIN
    WITH joined AS MATERIALIZED (
        SELECT
            n.entry_id,
            n.posting_no,
            n.account_id,
            n.unit_id,
            n.amount_minor,
            a.ring,
            a.role,
            a.owner_id,
            CASE WHEN a.ring = 'principal' THEN a.contract_code END AS contract_code,
            e.kind_id,
            e.posting_count,
            e.reverses_id,
            a.id IS NOT NULL AS account_exists,
            e.id IS NOT NULL AS entry_exists,
            a.book_id = n.book_id AND e.book_id = n.book_id AS book_agrees,
            a.unit_id = n.unit_id AS unit_agrees,
            e.booking_date = n.booking_date AND e.value_date = n.value_date AS dates_agree
        FROM new_postings AS n
        -- OFFSET 0 keeps each a probe by key: a planner that believes the table empty would read it whole for
        -- every posting.
        LEFT JOIN LATERAL (
            SELECT own.* FROM ledger_account AS own WHERE own.id = n.account_id OFFSET 0
        ) AS a ON true
        LEFT JOIN LATERAL (
            SELECT own.* FROM ledger_journalentry AS own WHERE own.id = n.entry_id OFFSET 0
        ) AS e ON true
    ), shape AS (
        SELECT
            j.entry_id,
            max(j.kind_id) AS kind_id,
            bool_and(j.account_exists) AS accounts_exist,
            bool_and(j.entry_exists) AS entry_exists,
            bool_and(coalesce(j.book_agrees, true)) AS book_agrees,
            bool_and(coalesce(j.unit_agrees, true)) AS unit_agrees,
            bool_and(coalesce(j.dates_agree, true)) AS dates_agree,
            count(*) = max(j.posting_count) AND min(j.posting_no) = 1
            AND max(j.posting_no) = max(j.posting_count) AS complete
        FROM joined AS j
        GROUP BY j.entry_id
    ), flow AS (
        SELECT
            j.entry_id,
            j.kind_id,
            j.unit_id,
            j.ring,
            CASE WHEN j.reverses_id IS NULL THEN 'forward' ELSE 'reversal' END AS direction,
            sum(j.amount_minor) AS amount_minor
        FROM joined AS j
        WHERE j.role IN ('custody', 'transit', 'payments', 'due_from_house', 'due_to_client', 'cover')
        GROUP BY j.entry_id, j.kind_id, j.unit_id, j.ring, (j.reverses_id IS NULL)
    ), flow_with_outside AS (
        SELECT f.entry_id, f.kind_id, f.unit_id, f.ring, f.direction, f.amount_minor
        FROM flow AS f
        UNION ALL
        SELECT f.entry_id, f.kind_id, f.unit_id, 'external', f.direction, -sum(f.amount_minor)
        FROM flow AS f
        GROUP BY f.entry_id, f.kind_id, f.unit_id, f.direction
    ), owned AS (
        SELECT j.entry_id, j.ring, j.unit_id, j.owner_id, sum(j.amount_minor) AS amount_minor
        FROM joined AS j
        WHERE j.role IN ('entitlement', 'unsettled', 'funder_available')
        GROUP BY j.entry_id, j.ring, j.unit_id, j.owner_id
    ), violated AS (
        SELECT 1 AS step, s.entry_id, 'ledger_posting_entry_exists' AS rule, 'it is not there' AS detail
        FROM shape AS s WHERE NOT s.entry_exists
        UNION ALL
        SELECT 2, s.entry_id, 'ledger_posting_account_exists', 'one of its accounts is not there'
        FROM shape AS s WHERE NOT s.accounts_exist
        UNION ALL
        SELECT 3, s.entry_id, 'ledger_posting_book_agrees', 'a posting is in another book than entry or account'
        FROM shape AS s WHERE NOT s.book_agrees
        UNION ALL
        SELECT 4, s.entry_id, 'ledger_posting_unit_agrees', 'a posting is in another unit than its account'
        FROM shape AS s WHERE NOT s.unit_agrees
        UNION ALL
        SELECT 5, s.entry_id, 'ledger_posting_dates_agree', 'a posting is dated otherwise than its entry'
        FROM shape AS s WHERE NOT s.dates_agree
        UNION ALL
        SELECT 6, s.entry_id, 'ledger_posting_entry_complete', 'its postings do not all come in this statement'
        FROM shape AS s WHERE s.entry_exists AND NOT s.complete
        UNION ALL
        SELECT 7, s.entry_id, 'ledger_journalentry_kind_known', format('kind %s is not in the table', s.kind_id)
        FROM shape AS s
        WHERE s.entry_exists AND NOT EXISTS (SELECT FROM ledger_entrykind AS k WHERE k.code = s.kind_id)
        UNION ALL
        (
            SELECT
                8, j.entry_id, 'ledger_posting_entry_balances',
                format(
                    'ring %s, unit %s%s: the postings sum to %s, not zero', j.ring, max(u.code),
                    coalesce(', contract ' || j.contract_code, ''), sum(j.amount_minor)
                )
            FROM joined AS j
            LEFT JOIN ledger_unit AS u ON u.id = j.unit_id
            GROUP BY j.entry_id, j.unit_id, j.ring, j.contract_code
            HAVING sum(j.amount_minor) <> 0
            LIMIT 1
        )
        UNION ALL
        SELECT
            9, f.entry_id, 'ledger_posting_flow_permitted',
            format('%s does not move value from %s to %s (%s)', f.kind_id, giver.ring, taker.ring, f.direction)
        FROM (
            SELECT
                w.entry_id,
                w.kind_id,
                w.direction,
                array_agg(w.ring) FILTER (WHERE w.amount_minor < 0) AS givers,
                array_agg(w.ring) FILTER (WHERE w.amount_minor > 0) AS takers
            FROM flow_with_outside AS w
            GROUP BY w.entry_id, w.kind_id, w.unit_id, w.direction
        ) AS f
        CROSS JOIN LATERAL unnest(f.givers) AS giver (ring)
        CROSS JOIN LATERAL unnest(f.takers) AS taker (ring)
        WHERE NOT EXISTS (
                SELECT FROM ledger_entrykindflow AS permitted
                WHERE permitted.kind_id = f.kind_id AND permitted.from_ring = giver.ring
                    AND permitted.to_ring = taker.ring AND permitted.direction = f.direction
            )
        UNION ALL
        SELECT
            10, o.entry_id, 'ledger_posting_owner_keeps_own',
            format('in ring %s value would pass from one owner to another', o.ring)
        FROM owned AS o
        GROUP BY o.entry_id, o.ring, o.unit_id
        HAVING min(o.amount_minor) < 0 AND max(o.amount_minor) > 0
        UNION ALL
        SELECT 11, j.entry_id, 'ledger_posting_reversal_mirrors', 'a reversal negates every posting of its entry'
        FROM joined AS j
        LEFT JOIN ledger_posting AS r
            ON r.entry_id = j.reverses_id AND r.posting_no = j.posting_no
        WHERE j.reverses_id IS NOT NULL
            AND (r.entry_id IS NULL OR r.account_id <> j.account_id OR r.amount_minor <> -j.amount_minor)
        UNION ALL
        SELECT 11, j.entry_id, 'ledger_posting_reversal_mirrors', 'a reversal negates every posting of its entry'
        FROM joined AS j
        INNER JOIN ledger_journalentry AS reversed ON reversed.id = j.reverses_id
        WHERE j.posting_no = 1 AND reversed.posting_count <> j.posting_count
    )
    SELECT v.entry_id, v.rule, v.detail INTO bad
    FROM violated AS v
    ORDER BY v.step
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.rule,
            TABLE = 'ledger_posting',
            MESSAGE = format('entry %s: %s', bad.entry_id, bad.detail);
    END IF;

    -- Locks in account order, so that no two statements wait for each other crosswise.
    PERFORM locked.account_id
    FROM (
        SELECT DISTINCT n.account_id FROM new_postings AS n ORDER BY n.account_id OFFSET 0
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT b.account_id
        FROM ledger_balance AS b
        WHERE b.account_id = touched.account_id AND NOT b.is_hot
        FOR NO KEY UPDATE
    ) AS locked;

    SELECT n.entry_id, a.address, r.reason INTO bad
    FROM new_postings AS n
    CROSS JOIN LATERAL (
        SELECT own.kind_id, own.reverses_id FROM ledger_journalentry AS own WHERE own.id = n.entry_id OFFSET 0
    ) AS e
    CROSS JOIN LATERAL (
        SELECT own.restriction_scope
        FROM ledger_entrykind AS own
        WHERE own.code = e.kind_id AND own.restriction_scope <> ''
        OFFSET 0
    ) AS k
    CROSS JOIN LATERAL (
        SELECT own.reason
        FROM ledger_restriction AS own
        WHERE own.account_id = n.account_id AND own.scope = k.restriction_scope AND own.lifted_on IS NULL
        OFFSET 0
    ) AS r
    INNER JOIN ledger_account AS a ON a.id = n.account_id
    WHERE e.reverses_id IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_posting_account_unrestricted',
            TABLE = 'ledger_posting',
            MESSAGE = format('entry %s: account %s is restricted: %s', bad.entry_id, bad.address, bad.reason);
    END IF;

    UPDATE ledger_balance AS b
    SET balance_minor = b.balance_minor + moved.amount_minor
    FROM (
        SELECT n.account_id, sum(n.amount_minor)::bigint AS amount_minor
        FROM new_postings AS n
        GROUP BY n.account_id
        HAVING sum(n.amount_minor) <> 0
        OFFSET 0
    ) AS moved
    -- The row is locked above, so its place stands still.
    CROSS JOIN LATERAL (
        SELECT own.ctid AS place
        FROM ledger_balance AS own
        WHERE own.account_id = moved.account_id AND NOT own.is_hot
        OFFSET 0
    ) AS kept
    WHERE b.ctid = kept.place;

    INSERT INTO ledger_balancedelta (account_id, amount_minor)
    SELECT n.account_id, sum(n.amount_minor)
    FROM new_postings AS n
    CROSS JOIN LATERAL (
        SELECT own.account_id FROM ledger_balance AS own WHERE own.account_id = n.account_id AND own.is_hot OFFSET 0
    ) AS b
    GROUP BY n.account_id
    HAVING sum(n.amount_minor) <> 0;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_posting_rule AFTER INSERT ON ledger_posting
REFERENCING NEW TABLE AS new_postings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();
