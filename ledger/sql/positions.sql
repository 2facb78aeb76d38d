-- Give each committed entry of a book the next gapless position. Identity values are not in commit order, so
-- the stamper takes every entry that it can see and that has none yet. All transactions below the horizon had
-- ended when it was read, before the entries are: what they committed is seen now or was stamped before.
CREATE OR REPLACE FUNCTION ledger_stamp_positions(stamped_book integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    head record;
    next_horizon xid8;
    stamped bigint;
BEGIN
    SELECT h.last_position, h.horizon INTO STRICT head
    FROM ledger_positionhead AS h
    WHERE h.book_id = stamped_book
    FOR NO KEY UPDATE;
    next_horizon := pg_snapshot_xmin(pg_current_snapshot());
    -- A restored copy counts its transactions from anew: a horizon that they have not reached says nothing here.
    IF head.horizon > next_horizon THEN
        head.horizon := '0';
    END IF;

    INSERT INTO ledger_entryposition (book_id, position, entry_id)
    SELECT
        stamped_book,
        head.last_position + row_number() OVER (ORDER BY e.creating_xid, e.id),
        e.id
    FROM ledger_journalentry AS e
    WHERE e.book_id = stamped_book AND e.creating_xid >= head.horizon
        AND NOT EXISTS (SELECT FROM ledger_entryposition AS p WHERE p.entry_id = e.id);
    GET DIAGNOSTICS stamped = ROW_COUNT;

    UPDATE ledger_positionhead
    SET last_position = head.last_position + stamped, horizon = next_horizon
    WHERE book_id = stamped_book;
    RETURN head.last_position + stamped;
END;
$$;
