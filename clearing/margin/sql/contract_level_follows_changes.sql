-- The level in force is the last change. The application's login has no right to write margin_contractlevel: only this
-- trigger does, and it refuses a change that does not continue the one before, so that the two cannot disagree.
CREATE FUNCTION margin_follow_level_changes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    stray bigint;
BEGIN
    PERFORM 1 FROM margin_contractlevel AS in_force
    WHERE in_force.contract_id IN (SELECT added.contract_id FROM added)
    ORDER BY in_force.contract_id
    FOR UPDATE;

    SELECT added.contract_id INTO stray
    FROM added LEFT JOIN margin_contractlevel AS in_force USING (contract_id)
    WHERE (added.from_level, added.from_side_state, added.business_date > coalesce(in_force.since, '-infinity'))
        IS DISTINCT FROM (in_force.level, coalesce(in_force.side_state, ''), true)
    LIMIT 1;
    IF NOT FOUND THEN
        SELECT added.contract_id INTO stray FROM added GROUP BY added.contract_id HAVING count(*) > 1 LIMIT 1;
    END IF;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'margin_levelchange_continues_the_last', TABLE = 'margin_levelchange',
            MESSAGE = format('a level change of contract %s does not continue from the level in force', stray);
    END IF;

    SELECT added.contract_id INTO stray
    FROM added INNER JOIN margin_valuation AS valuation ON valuation.id = added.valuation_id
    WHERE (valuation.contract_id, valuation.business_date, valuation.book_id, valuation.side_state)
        IS DISTINCT FROM (added.contract_id, added.business_date, added.book_id, added.to_side_state)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'margin_levelchange_is_of_its_valuation', TABLE = 'margin_levelchange',
            MESSAGE = format('a level change of contract %s cites a valuation of another contract, day or hold', stray);
    END IF;

    INSERT INTO margin_contractlevel AS in_force
        (contract_id, book_id, level, known_level, side_state, since, change_id)
    SELECT
        added.contract_id, added.book_id, added.to_level, added.to_level, added.to_side_state,
        added.business_date, added.id
    FROM added
    ON CONFLICT (contract_id) DO UPDATE SET
        level = excluded.level,
        known_level = coalesce(excluded.known_level, in_force.known_level),
        side_state = excluded.side_state,
        since = excluded.since,
        change_id = excluded.change_id;
    RETURN NULL;
END
$$;

CREATE TRIGGER follow_level_changes AFTER INSERT ON margin_levelchange
REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION margin_follow_level_changes();
