-- The canonical bytes of accounts and entries, as ledger/domain/canonical.py defines them: what seals are made of. For
-- many at once, by one statement. NULL, also of a row that is not there, is spelled as no text can be.
CREATE OR REPLACE FUNCTION ledger_netstring(content text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length(content)::text || ':' || content || ',', '-,');

-- Plans are held to probes by key and to hashes, whatever the planner believes of a table's size: what a chunk of a
-- book costs is in proportion to the chunk. OFFSET 0 keeps a probe a probe.
CREATE OR REPLACE FUNCTION ledger_canonical_accounts(accounts bigint[])
RETURNS TABLE (account_id bigint, canonical text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
SELECT
    a.id,
    '19:plimsoll-account-v1,'
    || ledger_netstring(a.id::text) || ledger_netstring(b.code) || ledger_netstring(a.address)
    || ledger_netstring(u.code) || ledger_netstring(u.kind) || ledger_netstring(u.exponent::text)
    || ledger_netstring(a.ring) || ledger_netstring(a.role) || ledger_netstring(a.category_id::text)
    || ledger_netstring(o.code) || ledger_netstring(a.contract_code) || ledger_netstring(a."limit")
    || ledger_netstring(a.is_hot::text) || ledger_netstring(a.expected_age_days::text)
FROM ledger_account AS a
LEFT JOIN LATERAL (SELECT own.code FROM ledger_book AS own WHERE own.id = a.book_id OFFSET 0) AS b ON true
LEFT JOIN LATERAL (SELECT own.* FROM ledger_unit AS own WHERE own.id = a.unit_id OFFSET 0) AS u ON true
LEFT JOIN LATERAL (SELECT own.code FROM accounts_party AS own WHERE own.id = a.owner_id OFFSET 0) AS o ON true
WHERE a.id = any(accounts)
$$;

CREATE OR REPLACE FUNCTION ledger_canonical_entries(sealed_book integer, first_position bigint, last_position bigint)
RETURNS TABLE (at_position bigint, entry_id bigint, canonical bytea)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp SET datestyle = 'ISO, YMD'
SET enable_nestloop = off SET enable_seqscan = off AS $$
WITH entry AS MATERIALIZED (
    SELECT
        o.position,
        e.*
    FROM ledger_entryposition AS o
    CROSS JOIN LATERAL (
        SELECT own.* FROM ledger_journalentry AS own WHERE own.id = o.entry_id OFFSET 0
    ) AS e
    WHERE o.book_id = sealed_book AND o.position BETWEEN first_position AND last_position
), posting AS MATERIALIZED (
    SELECT
        e.position,
        e.id AS entry_id,
        p.posting_no,
        p.account_id,
        p.unit_id,
        p.book_id,
        p.value_date,
        p.amount_minor
    FROM entry AS e
    CROSS JOIN LATERAL (
        SELECT own.*
        FROM ledger_posting AS own
        WHERE own.entry_id = e.id AND own.booking_date = e.booking_date
        OFFSET 0
    ) AS p
), account AS MATERIALIZED (
    SELECT
        c.account_id,
        ledger_netstring(encode(sha256(convert_to(c.canonical, 'UTF8')), 'hex')) AS digest
    FROM ledger_canonical_accounts(ARRAY(SELECT DISTINCT p.account_id FROM posting AS p)) AS c
), spelled AS (
    SELECT
        e.position,
        e.id AS entry_id,
        0 AS posting_no,
        '17:plimsoll-entry-v2,'
        || ledger_netstring(b.code) || ledger_netstring(e.position::text) || ledger_netstring(e.id::text)
        || ledger_netstring(e.kind_id) || ledger_netstring(e.booking_date::text)
        || ledger_netstring(e.value_date::text) || ledger_netstring(e.narration)
        || ledger_netstring(e.source_reference) || ledger_netstring(e.caller)
        || ledger_netstring(e.idempotency_key) || ledger_netstring(encode(e.payload_hash, 'hex'))
        || ledger_netstring(e.posting_count::text) || ledger_netstring(e.maker_id::text)
        || ledger_netstring(e.reverses_id::text) || ledger_netstring(e.adjusts_id::text)
        || ledger_netstring(to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
        || ledger_netstring(e.creating_xid::text) AS content
    FROM entry AS e
    LEFT JOIN ledger_book AS b ON b.id = e.book_id
    UNION ALL
    SELECT
        p.position,
        p.entry_id,
        p.posting_no,
        ledger_netstring(p.posting_no::text) || coalesce(a.digest, '-,') || ledger_netstring(u.code)
        || ledger_netstring(b.code) || ledger_netstring(p.value_date::text)
        || ledger_netstring(p.amount_minor::text)
    FROM posting AS p
    LEFT JOIN account AS a ON a.account_id = p.account_id
    LEFT JOIN ledger_unit AS u ON u.id = p.unit_id
    LEFT JOIN ledger_book AS b ON b.id = p.book_id
)
SELECT
    s.position,
    s.entry_id,
    convert_to(
        min(s.content) FILTER (WHERE s.posting_no = 0)
        || ledger_netstring((count(*) - 1)::text)
        || coalesce(string_agg(s.content, '' ORDER BY s.posting_no) FILTER (WHERE s.posting_no <> 0), ''),
        'UTF8'
    )
FROM spelled AS s
GROUP BY s.position, s.entry_id
ORDER BY s.position
$$;

-- The leaves of the tree, without their bytes leaving the database.
CREATE OR REPLACE FUNCTION ledger_entry_leaves(sealed_book integer, first_position bigint, last_position bigint)
RETURNS TABLE (at_position bigint, entry_id bigint, leaf_hash bytea)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
SELECT c.at_position, c.entry_id, sha256('\x00'::bytea || c.canonical)
FROM ledger_canonical_entries(sealed_book, first_position, last_position) AS c
ORDER BY c.at_position
$$;
