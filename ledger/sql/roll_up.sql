-- Fold some of the deltas of a book's hot accounts into their rows, at most `batch` of them, and say how many.
-- Readers see the balance before or after, which is the same; who adds deltas waits for nothing here, since hot
-- balances are never locked by a posting; a second roll-up of the book finds the first at work and leaves at once.
-- Plans are held to index probes: a plan made on an empty table must serve a full one.
DROP FUNCTION IF EXISTS ledger_roll_up_deltas(integer);

CREATE OR REPLACE FUNCTION ledger_roll_up_deltas(rolled_book integer, batch integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off AS $$
DECLARE
    rolled bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('ledger_roll_up_deltas'), rolled_book) THEN
        RETURN 0;
    END IF;
    WITH chosen AS MATERIALIZED (
        SELECT d.id
        FROM ledger_account AS a
        CROSS JOIN LATERAL (
            SELECT own.id FROM ledger_balancedelta AS own WHERE own.account_id = a.id LIMIT batch
        ) AS d
        WHERE a.book_id = rolled_book AND a.is_hot
        LIMIT batch
    ), taken AS (
        DELETE FROM ledger_balancedelta AS d
        USING chosen AS c
        WHERE d.id = c.id
        RETURNING d.account_id, d.amount_minor
    ), summed AS (
        SELECT
            taken.account_id,
            sum(taken.amount_minor)::bigint AS amount_minor,
            count(*) AS deltas
        FROM taken
        GROUP BY taken.account_id
    ), updated AS (
        UPDATE ledger_balance AS b
        SET balance_minor = b.balance_minor + summed.amount_minor
        FROM summed
        WHERE b.account_id = summed.account_id
        RETURNING summed.deltas
    )
    SELECT coalesce(sum(updated.deltas), 0) INTO rolled FROM updated;
    RETURN rolled;
END;
$$;

GRANT EXECUTE ON FUNCTION ledger_roll_up_deltas(integer, integer) TO plimsoll_app;
