-- Days follow one another, in months that are not closed, and are not edited; only closes and reopenings change
-- their status. A day goes back to open for a row that says why, and no close is taken back twice.
CREATE OR REPLACE FUNCTION ledger_guard_business_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'INSERT' THEN
        PERFORM b.id FROM ledger_book AS b WHERE b.id = NEW.book_id FOR NO KEY UPDATE;
        IF NEW.status <> 'open' OR EXISTS (
            SELECT FROM ledger_businessday AS d
            WHERE d.book_id = NEW.book_id AND d.business_date > NEW.business_date
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_businessday_in_sequence',
                TABLE = 'ledger_businessday',
                MESSAGE = format('day %s does not follow the days of the book', NEW.business_date);
        END IF;
        IF ledger_month_is_closed(NEW.book_id, NEW.business_date) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_businessday_month_is_open',
                TABLE = 'ledger_businessday',
                MESSAGE = format('the month of %s is closed', NEW.business_date);
        END IF;
        NEW.opened_at := statement_timestamp();
        PERFORM ledger_ensure_posting_month(NEW.business_date);
        RETURN NEW;
    END IF;
    IF tg_op = 'UPDATE' AND (
        (OLD.status, NEW.status) IN (('open', 'soft_closed'), ('open', 'closed'), ('soft_closed', 'closed'))
        OR (
            OLD.status = 'closed' AND NEW.status = 'open' AND EXISTS (
                SELECT FROM ledger_dayreopening AS r
                WHERE r.day_id = OLD.id AND r.from_status = 'closed'
                    AND r.close_no = (SELECT max(c.close_no) FROM ledger_dayclose AS c WHERE c.day_id = OLD.id)
            )
        ) OR (
            OLD.status = 'soft_closed' AND NEW.status = 'open' AND (
                SELECT count(*) FROM ledger_daysoftclose AS s
                WHERE s.day_id = OLD.id
                    AND s.close_no = 1 + (SELECT count(*) FROM ledger_dayclose AS c WHERE c.day_id = OLD.id)
            ) = (
                SELECT count(*) FROM ledger_dayreopening AS r
                WHERE r.day_id = OLD.id AND r.from_status = 'soft_closed'
                    AND r.close_no = 1 + (SELECT count(*) FROM ledger_dayclose AS c WHERE c.day_id = OLD.id)
            )
        )
    )
        AND (NEW.id, NEW.book_id, NEW.business_date, NEW.opened_by_id, NEW.opened_at)
        IS NOT DISTINCT FROM (OLD.id, OLD.book_id, OLD.business_date, OLD.opened_by_id, OLD.opened_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        CONSTRAINT = 'ledger_businessday_only_closed',
        TABLE = 'ledger_businessday',
        MESSAGE = 'a business day can only be closed, or reopened with a row that says why';
END;
$$;

CREATE OR REPLACE TRIGGER ledger_businessday_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_businessday
FOR EACH ROW EXECUTE FUNCTION ledger_guard_business_day();

-- A close: two people's approval, the day shut (waiting for entries in flight), positions stamped, and the
-- snapshot of every account that moved, proved equal to its running balance.
CREATE OR REPLACE FUNCTION ledger_close_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    shut record;
    differing record;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayclose_read_committed',
            TABLE = 'ledger_dayclose',
            MESSAGE = 'a close must see every commit it waited for: use READ COMMITTED';
    END IF;

    UPDATE ledger_businessday AS d
    SET status = 'closed'
    WHERE d.id = NEW.day_id AND d.status IN ('open', 'soft_closed')
    RETURNING d.book_id, d.business_date INTO shut;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayclose_day_is_open',
            TABLE = 'ledger_dayclose',
            MESSAGE = 'the day is closed already, or is not there';
    END IF;

    -- An approval used before would shut the day and, ON CONFLICT DO NOTHING, leave no row.
    IF EXISTS (SELECT FROM ledger_dayclose AS c WHERE c.approval_id = NEW.approval_id) OR NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON b.id = shut.book_id AND b.code = a.book_code
        WHERE a.id = NEW.approval_id AND a.kind = 'close_business_day'
            AND a.status IN ('approved', 'executed')
            AND a.subject = b.code || '/' || to_char(shut.business_date, 'YYYY-MM-DD')
            AND a.maker_id = NEW.maker_id AND a.checker_id = NEW.checker_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayclose_is_approved',
            TABLE = 'ledger_dayclose',
            MESSAGE = format('closing %s is not approved by these two people', shut.business_date);
    END IF;

    IF ledger_is_void_for_day(NEW.approval_id, NEW.day_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayclose_approved_since_reopening',
            TABLE = 'ledger_dayclose',
            MESSAGE = format('closing %s was proposed before it was opened again', shut.business_date);
    END IF;

    NEW.close_no := 1 + (SELECT count(*) FROM ledger_dayclose AS c WHERE c.day_id = NEW.day_id);
    NEW.recorded_at := statement_timestamp();
    NEW.last_position := ledger_stamp_positions(shut.book_id);

    PERFORM ledger_snapshot_day(shut.book_id, shut.business_date, NEW.close_no);

    SELECT s.account_id, s.balance_minor, c.balance_minor AS running_minor INTO differing
    FROM ledger_dailysnapshot AS s
    LEFT JOIN ledger_currentbalance AS c ON c.account_id = s.account_id
    WHERE s.book_id = shut.book_id AND s.business_date = shut.business_date AND s.close_no = NEW.close_no
        AND c.balance_minor IS DISTINCT FROM s.balance_minor
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayclose_balances_proved',
            TABLE = 'ledger_dayclose',
            MESSAGE = format(
                'account %s: postings give %s, the running balance says %s',
                differing.account_id, differing.balance_minor, differing.running_minor
            );
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_dayclose_closes BEFORE INSERT ON ledger_dayclose
FOR EACH ROW EXECUTE FUNCTION ledger_close_day();
