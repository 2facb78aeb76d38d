-- What the header of a seal and the statement of a key event spell, and the texts that a seal digests. The chart is
-- one row a line, every column of it, so that a later column widens later seals and leaves earlier ones true.
CREATE OR REPLACE FUNCTION ledger_chart_rows(sealed_book integer)
RETURNS TABLE (part text, key text, content jsonb)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT 'book', b.id::text, to_jsonb(b) FROM ledger_book AS b WHERE b.id = sealed_book
UNION ALL
SELECT 'category', c.number::text, to_jsonb(c) FROM ledger_accountcategory AS c
UNION ALL
SELECT 'flow', f.id::text, to_jsonb(f) FROM ledger_entrykindflow AS f
UNION ALL
SELECT 'kind', k.code, to_jsonb(k) FROM ledger_entrykind AS k
UNION ALL
SELECT 'unit', u.id::text, to_jsonb(u)
FROM ledger_unit AS u
WHERE u.id IN (SELECT a.unit_id FROM ledger_account AS a WHERE a.book_id = sealed_book)
$$;

CREATE OR REPLACE FUNCTION ledger_chart_text(sealed_book integer) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT string_agg(
    r.part || ' ' || r.key || ' ' || r.content::text, E'\n'
    ORDER BY r.part COLLATE "C", r.key COLLATE "C"
)
FROM ledger_chart_rows(sealed_book) AS r
$$;

-- One line a unit, ring and category: accounts not at zero, the sum of those in debit, of those in credit.
CREATE OR REPLACE FUNCTION ledger_trial_balance_text(sealed_book integer) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT 'plimsoll-trial-balance-v1' || coalesce(
    string_agg(
        E'\n' || l.unit_code || ' ' || l.ring || ' ' || l.category_id || ' ' || l.accounts || ' ' || l.debit_minor
        || ' ' || l.credit_minor, ''
        ORDER BY l.unit_code COLLATE "C", l.ring COLLATE "C", l.category_id
    ), ''
)
FROM (
    SELECT
        u.code AS unit_code,
        a.ring,
        a.category_id,
        count(*) AS accounts,
        sum(greatest(b.balance_minor, 0)) AS debit_minor,
        sum(greatest(-b.balance_minor, 0)) AS credit_minor
    FROM ledger_account AS a
    INNER JOIN ledger_unit AS u ON u.id = a.unit_id
    INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
    WHERE a.book_id = sealed_book AND b.balance_minor <> 0
    GROUP BY u.code, a.ring, a.category_id
) AS l
$$;

CREATE OR REPLACE FUNCTION ledger_instant(moment timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

-- In plpgsql, since its second version reads a column that came later. A seal without that column is of the first.
CREATE OR REPLACE FUNCTION ledger_seal_header(seal ledger_seal) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD' AS $$
BEGIN
    RETURN (
        SELECT convert_to(
            CASE WHEN seal.key_event_hash IS NULL THEN '16:plimsoll-seal-v1,' ELSE '16:plimsoll-seal-v2,' END
            || ledger_netstring(b.code) || ledger_netstring(seal.seal_no::text)
            || ledger_netstring(d.business_date::text) || ledger_netstring(c.close_no::text)
            || ledger_netstring(c.approval_id::text) || ledger_netstring(c.maker_id::text)
            || ledger_netstring(c.checker_id::text) || ledger_netstring(ledger_instant(c.recorded_at))
            || ledger_netstring(seal.first_position::text) || ledger_netstring(seal.tree_size::text)
            || ledger_netstring(encode(seal.root_hash, 'hex')) || ledger_netstring(seal.chart_id)
            || ledger_netstring(encode(seal.trial_balance_digest, 'hex'))
            || ledger_netstring(encode(seal.previous_hash, 'hex')) || ledger_netstring(seal.key_id)
            || ledger_netstring(ledger_instant(seal.recorded_at))
            || CASE
                WHEN seal.key_event_hash IS NULL THEN ''
                ELSE ledger_netstring(encode(seal.key_event_hash, 'hex'))
            END,
            'UTF8'
        )
        FROM ledger_dayclose AS c
        INNER JOIN ledger_businessday AS d ON d.id = c.day_id
        INNER JOIN ledger_book AS b ON b.id = seal.book_id
        WHERE c.id = seal.day_close_id
    );
END;
$$;

CREATE OR REPLACE FUNCTION ledger_seal_key_statement(event ledger_sealkeyevent) RETURNS bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT convert_to(
    '21:plimsoll-key-event-v1,' || ledger_netstring(event.event_no::text) || ledger_netstring(event.event)
    || ledger_netstring(event.key_id) || ledger_netstring(encode(k.public_key, 'hex'))
    || ledger_netstring(event.signer_id) || ledger_netstring(event.reason)
    || ledger_netstring(ledger_instant(event.untrusted_from)) || ledger_netstring(event.maker_id::text)
    || ledger_netstring(event.checker_id::text) || ledger_netstring(encode(event.previous_hash, 'hex'))
    || ledger_netstring(ledger_instant(event.recorded_at)),
    'UTF8'
)
FROM ledger_sealkey AS k
WHERE k.key_id = event.key_id
$$;

-- The key that seals may be made with: the one published or rotated to last, unless it is revoked.
CREATE OR REPLACE FUNCTION ledger_seal_key_in_force() RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT newest.key_id
FROM (
    SELECT e.key_id FROM ledger_sealkeyevent AS e WHERE e.event <> 'revoked' ORDER BY e.event_no DESC LIMIT 1
) AS newest
WHERE NOT EXISTS (
        SELECT FROM ledger_sealkeyevent AS r WHERE r.key_id = newest.key_id AND r.event = 'revoked'
    )
$$;
