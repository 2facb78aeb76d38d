-- Statement trigger of every table with a history; the argument is the name of its history table.
--
-- Copies the columns that both tables have, so it needs no change when a column is added. One INSERT per statement,
-- however many rows it touched. An UPDATE that leaves all kept columns as they were writes nothing and needs no actor
-- (signing in sets last_login, which no history keeps). A changed primary key is the end of one row and the start of
-- another.
CREATE FUNCTION accounts_write_history() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    history_table constant regclass := format('public.%I', TG_ARGV[0])::regclass;
    actor_id constant bigint := public.accounts_acting_user();
    kept text;
    before text;
    after text;
    key text;
    changes text;
    written bigint;
BEGIN
    SELECT
        string_agg(format('%I', ours.attname), ', ' ORDER BY ours.attnum),
        string_agg(format('rows_before.%I', ours.attname), ', ' ORDER BY ours.attnum),
        string_agg(format('rows_after.%I', ours.attname), ', ' ORDER BY ours.attnum)
    INTO kept, before, after
    FROM pg_attribute AS ours
    INNER JOIN pg_attribute AS theirs ON ours.attname = theirs.attname
    WHERE ours.attrelid = TG_RELID AND ours.attnum > 0 AND NOT ours.attisdropped
        AND theirs.attrelid = history_table AND theirs.attnum > 0 AND NOT theirs.attisdropped;

    SELECT format('%I', pg_attribute.attname) INTO STRICT key
    FROM pg_index
    INNER JOIN pg_attribute ON pg_index.indrelid = pg_attribute.attrelid AND pg_index.indkey[0] = pg_attribute.attnum
    WHERE pg_index.indrelid = TG_RELID AND pg_index.indisprimary;

    changes := CASE TG_OP
        WHEN 'INSERT' THEN format('SELECT %s, ''+'' FROM rows_after', after)
        WHEN 'DELETE' THEN format('SELECT %s, ''-'' FROM rows_before', before)
        ELSE format(
            'SELECT %2$s, CASE WHEN rows_before.%1$s IS NULL THEN ''+'' ELSE ''~'' END
             FROM rows_after LEFT JOIN rows_before ON rows_after.%1$s = rows_before.%1$s
             WHERE rows_before.%1$s IS NULL OR (%2$s) IS DISTINCT FROM (%3$s)
             UNION ALL
             SELECT %3$s, ''-'' FROM rows_before
             WHERE NOT EXISTS (SELECT FROM rows_after WHERE rows_after.%1$s = rows_before.%1$s)',
            key, after, before
        )
    END;
    EXECUTE format(
        'INSERT INTO %1$s (%2$s, history_type, history_date, history_user_id, history_change_reason)
         SELECT changes.*, clock_timestamp(), $1, $2 FROM (%3$s) AS changes',
        history_table, kept, changes
    ) USING actor_id, current_setting('plimsoll.reason', true);

    GET DIAGNOSTICS written = ROW_COUNT;
    IF written > 0 AND actor_id IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'accounts_history_actor_present',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('%s of %s without an actor and a reason', TG_OP, TG_TABLE_NAME),
            HINT = 'Set plimsoll.actor_id to a user and plimsoll.reason, both local to the transaction.';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION accounts_write_history() FROM public;
