-- The last step of the posting rule, with settings of its own: an UPDATE finds its rows by a join, which is to be a
-- loop over places and never a hash of all balances. The rows at the places are locked by the caller, so they stand
-- still; the others are hot and get a delta each.
CREATE OR REPLACE FUNCTION ledger_move_balances(
    places tid[], place_amounts_minor bigint[], hot bigint[], hot_amounts_minor bigint[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off
SET jit = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    UPDATE ledger_balance AS b
    SET balance_minor = b.balance_minor + kept.amount_minor
    FROM (
        SELECT moved.place, moved.amount_minor
        FROM unnest(places, place_amounts_minor) AS moved (place, amount_minor)
        WHERE moved.amount_minor <> 0
        OFFSET 0
    ) AS kept
    WHERE b.ctid = kept.place;

    INSERT INTO ledger_balancedelta (account_id, amount_minor)
    SELECT moved.account_id, moved.amount_minor
    FROM unnest(hot, hot_amounts_minor) AS moved (account_id, amount_minor)
    CROSS JOIN LATERAL (
        SELECT own.account_id
        FROM ledger_balance AS own
        WHERE own.account_id = moved.account_id AND own.is_hot
        OFFSET 0
    ) AS b
    WHERE moved.amount_minor <> 0;
END;
$$;

REVOKE ALL ON FUNCTION ledger_move_balances(tid[], bigint[], bigint[], bigint[]) FROM public;
