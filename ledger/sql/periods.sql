-- Whether two people approved exactly this; the guards of periods ask it.
CREATE OR REPLACE FUNCTION ledger_is_approved(
    approval bigint, wanted_kind text, wanted_subject text, wanted_book text, wanted_maker bigint,
    wanted_checker bigint, wanted_payload jsonb
) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = approval AND a.kind = wanted_kind AND a.subject = wanted_subject
            AND a.book_code = wanted_book AND a.status IN ('approved', 'executed')
            AND a.maker_id = wanted_maker AND a.checker_id = wanted_checker AND a.payload @> wanted_payload
    );
END;
$$;

-- Whether an approval was proposed before the day, or the month, that it is about was last opened again: then it is
-- void, for what was approved is not what stands there now.
CREATE OR REPLACE FUNCTION ledger_is_void_for_day(approval bigint, asked_day bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_dayreopening AS r ON r.day_id = asked_day AND r.recorded_at >= a.proposed_at
        WHERE a.id = approval
    );
END;
$$;

CREATE OR REPLACE FUNCTION ledger_is_void_for_month(approval bigint, asked_book integer, asked_month date)
RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_monthreopening AS r ON r.recorded_at >= a.proposed_at
        INNER JOIN ledger_monthclose AS c ON c.id = r.close_id
        WHERE a.id = approval AND c.book_id = asked_book AND c.month = asked_month
    );
END;
$$;

-- Keep income and expense still: waits for entries in flight, and holds off those that follow, until the
-- transaction ends. Balances before the day, as the posting rule locks them.
CREATE OR REPLACE FUNCTION ledger_hold_result_still(held_book integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM b.account_id
    FROM ledger_balance AS b
    INNER JOIN ledger_account AS a ON a.id = b.account_id AND a.book_id = held_book
    INNER JOIN ledger_accountcategory AS c ON c.number = a.category_id AND c.type IN ('income', 'expense')
    WHERE NOT b.is_hot
    ORDER BY b.account_id
    FOR NO KEY UPDATE OF b;
    PERFORM d.id FROM ledger_businessday AS d
    WHERE d.book_id = held_book AND d.status <> 'closed'
    ORDER BY d.id
    FOR NO KEY UPDATE;
END;
$$;

-- A decision that waited must see what was committed meanwhile.
CREATE OR REPLACE FUNCTION ledger_require_read_committed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = tg_argv[0],
            TABLE = tg_table_name,
            MESSAGE = 'a decision about a period must see every commit it waited for: use READ COMMITTED';
    END IF;
    RETURN NULL;
END;
$$;

-- A soft close: approved by two, the day shut to all but corrections (waiting for entries in flight), positions
-- stamped, so that it can be proved what came later.
CREATE OR REPLACE FUNCTION ledger_soft_close_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    shut record;
BEGIN
    UPDATE ledger_businessday AS d
    SET status = 'soft_closed'
    WHERE d.id = NEW.day_id AND d.status = 'open'
    RETURNING d.book_id, d.business_date INTO shut;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_daysoftclose_day_is_open',
            TABLE = 'ledger_daysoftclose',
            MESSAGE = 'the day is soft-closed or closed already, or is not there';
    END IF;
    -- Used before, it would shut the day and, ON CONFLICT DO NOTHING, leave no row.
    IF EXISTS (SELECT FROM ledger_daysoftclose AS s WHERE s.approval_id = NEW.approval_id) OR NOT EXISTS (
        SELECT FROM ledger_book AS b
        WHERE b.id = shut.book_id AND ledger_is_approved(
                NEW.approval_id, 'soft_close_business_day',
                b.code || '/' || to_char(shut.business_date, 'YYYY-MM-DD'), b.code, NEW.maker_id,
                NEW.checker_id, '{}'
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_daysoftclose_is_approved',
            TABLE = 'ledger_daysoftclose',
            MESSAGE = format('soft-closing %s is not approved by these two people', shut.business_date);
    END IF;
    IF ledger_is_void_for_day(NEW.approval_id, NEW.day_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_daysoftclose_approved_since_reopening',
            TABLE = 'ledger_daysoftclose',
            MESSAGE = format('soft-closing %s was proposed before it was opened again', shut.business_date);
    END IF;
    NEW.close_no := 1 + (SELECT count(*) FROM ledger_dayclose AS c WHERE c.day_id = NEW.day_id);
    NEW.last_position := ledger_stamp_positions(shut.book_id);
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_daysoftclose_closes BEFORE INSERT ON ledger_daysoftclose
FOR EACH ROW EXECUTE FUNCTION ledger_soft_close_day();

-- A reopening: the newest day of its book, closed or soft-closed, in a month that is not closed, approved by two
-- with this very reason. The book's row holds off whoever opens the next day or closes the month.
CREATE OR REPLACE FUNCTION ledger_check_day_reopening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    named record;
BEGIN
    PERFORM b.id FROM ledger_book AS b
    WHERE b.id = (SELECT d.book_id FROM ledger_businessday AS d WHERE d.id = NEW.day_id)
    FOR NO KEY UPDATE;
    SELECT d.book_id, d.business_date, d.status INTO named
    FROM ledger_businessday AS d
    WHERE d.id = NEW.day_id AND d.status <> 'open'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayreopening_day_is_closed',
            TABLE = 'ledger_dayreopening',
            MESSAGE = 'the day is open, or is not there';
    END IF;
    IF EXISTS (
        SELECT FROM ledger_businessday AS later
        WHERE later.book_id = named.book_id AND later.business_date > named.business_date
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayreopening_newest_day',
            TABLE = 'ledger_dayreopening',
            MESSAGE = format('%s is not the newest day of its book', named.business_date);
    END IF;
    IF ledger_month_is_closed(named.book_id, named.business_date) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayreopening_month_is_open',
            TABLE = 'ledger_dayreopening',
            MESSAGE = format('the month of %s is closed', named.business_date);
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_book AS b
        WHERE b.id = named.book_id AND ledger_is_approved(
                NEW.approval_id, 'reopen_business_day',
                b.code || '/' || to_char(named.business_date, 'YYYY-MM-DD'), b.code, NEW.maker_id,
                NEW.checker_id, jsonb_build_object('reason', NEW.reason)
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayreopening_is_approved',
            TABLE = 'ledger_dayreopening',
            MESSAGE = format('reopening %s for this reason is not approved by these two', named.business_date);
    END IF;
    IF ledger_is_void_for_day(NEW.approval_id, NEW.day_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_dayreopening_approved_since_reopening',
            TABLE = 'ledger_dayreopening',
            MESSAGE = format('reopening %s was proposed before it was last opened again', named.business_date);
    END IF;
    NEW.from_status := named.status;
    NEW.close_no := (SELECT count(*) FROM ledger_dayclose AS c WHERE c.day_id = NEW.day_id)
        + CASE named.status WHEN 'soft_closed' THEN 1 ELSE 0 END;
    NEW.last_position := ledger_stamp_positions(named.book_id);
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_dayreopening_allowed BEFORE INSERT ON ledger_dayreopening
FOR EACH ROW EXECUTE FUNCTION ledger_check_day_reopening();

-- The row is there now, which the guard of days asks for.
CREATE OR REPLACE FUNCTION ledger_reopen_day() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE ledger_businessday AS d SET status = 'open' WHERE d.id = NEW.day_id AND d.status = NEW.from_status;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_dayreopening_reopens AFTER INSERT ON ledger_dayreopening
FOR EACH ROW EXECUTE FUNCTION ledger_reopen_day();

-- Whether the month of a date has a close that was not reopened.
CREATE OR REPLACE FUNCTION ledger_month_is_closed(asked_book integer, asked_date date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM ledger_monthclose AS c
        WHERE c.book_id = asked_book AND c.month = date_trunc('month', asked_date)::date
            AND NOT EXISTS (SELECT FROM ledger_monthreopening AS r WHERE r.close_id = c.id)
    );
END;
$$;

-- A month is closed by two people once every day that was opened in it is closed: soft, or hard at once or after.
CREATE OR REPLACE FUNCTION ledger_check_month_close() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    following date := NEW.month + interval '1 month';
BEGIN
    PERFORM b.id FROM ledger_book AS b WHERE b.id = NEW.book_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM ledger_monthclose AS c
        WHERE c.book_id = NEW.book_id AND c.month = NEW.month
            AND (c.hardness = 'hard' OR NEW.hardness = 'soft')
            AND NOT EXISTS (SELECT FROM ledger_monthreopening AS r WHERE r.close_id = c.id)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthclose_month_is_open',
            TABLE = 'ledger_monthclose',
            MESSAGE = format('%s is closed already', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = NEW.book_id AND d.business_date >= NEW.month AND d.business_date < following
    ) OR EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = NEW.book_id AND d.business_date >= NEW.month AND d.business_date < following
            AND d.status <> 'closed'
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthclose_days_are_closed',
            TABLE = 'ledger_monthclose',
            MESSAGE = format('a day of %s is not closed, or it has none', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_book AS b
        WHERE b.id = NEW.book_id AND ledger_is_approved(
                NEW.approval_id, 'close_month', b.code || '/' || to_char(NEW.month, 'YYYY-MM'), b.code,
                NEW.maker_id, NEW.checker_id, jsonb_build_object('hardness', NEW.hardness)
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthclose_is_approved',
            TABLE = 'ledger_monthclose',
            MESSAGE = format('this close of %s is not approved by these two', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    IF ledger_is_void_for_month(NEW.approval_id, NEW.book_id, NEW.month) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthclose_approved_since_reopening',
            TABLE = 'ledger_monthclose',
            MESSAGE = format('this close of %s was proposed before it was opened again', to_char(NEW.month, 'YYYY-MM'));
    END IF;
    NEW.last_position := ledger_stamp_positions(NEW.book_id);
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_monthclose_allowed BEFORE INSERT ON ledger_monthclose
FOR EACH ROW EXECUTE FUNCTION ledger_check_month_close();

-- Only a soft close is taken back, while no hard one stands beside it.
CREATE OR REPLACE FUNCTION ledger_check_month_reopening() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    named record;
BEGIN
    SELECT c.book_id, c.month, c.hardness INTO named FROM ledger_monthclose AS c WHERE c.id = NEW.close_id;
    PERFORM b.id FROM ledger_book AS b WHERE b.id = named.book_id FOR NO KEY UPDATE;
    IF named.book_id IS NULL OR EXISTS (
        SELECT FROM ledger_monthclose AS c
        WHERE c.book_id = named.book_id AND c.month = named.month AND c.hardness = 'hard'
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthreopening_only_of_soft',
            TABLE = 'ledger_monthreopening',
            MESSAGE = 'the month is closed hard, or was not closed';
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_book AS b
        WHERE b.id = named.book_id AND ledger_is_approved(
                NEW.approval_id, 'reopen_month', b.code || '/' || to_char(named.month, 'YYYY-MM'), b.code,
                NEW.maker_id, NEW.checker_id, jsonb_build_object('reason', NEW.reason)
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthreopening_is_approved',
            TABLE = 'ledger_monthreopening',
            MESSAGE = format('reopening %s for this reason is not approved', to_char(named.month, 'YYYY-MM'));
    END IF;
    IF ledger_is_void_for_month(NEW.approval_id, named.book_id, named.month) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_monthreopening_approved_since_reopening',
            TABLE = 'ledger_monthreopening',
            MESSAGE = format('this reopening of %s was proposed before the last', to_char(named.month, 'YYYY-MM'));
    END IF;
    NEW.last_position := ledger_stamp_positions(named.book_id);
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_monthreopening_allowed BEFORE INSERT ON ledger_monthreopening
FOR EACH ROW EXECUTE FUNCTION ledger_check_month_reopening();

-- A transfer of a year's result: its entry is of this transaction and of the year's end, the year's sums stood
-- still, and no income or expense of the year is left by value date.
CREATE OR REPLACE FUNCTION ledger_check_year_end_transfer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    year_end date := make_date(NEW.year, 12, 31);
    booked date;
BEGIN
    PERFORM ledger_hold_result_still(NEW.book_id);
    SELECT e.booking_date INTO booked
    FROM ledger_journalentry AS e
    WHERE e.id = NEW.entry_id AND e.book_id = NEW.book_id AND e.kind_id = 'year_end_transferred'
        AND e.reverses_id IS NULL AND e.value_date = year_end AND e.creating_xid = pg_current_xact_id();
    IF NOT FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_yearendtransfer_of_its_entry',
            TABLE = 'ledger_yearendtransfer',
            MESSAGE = format('the entry is no transfer of %s written by this transaction', NEW.year);
    END IF;
    IF booked <= year_end AND NOT EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = NEW.book_id AND d.business_date = booked AND d.status = 'soft_closed'
            AND d.business_date >= make_date(NEW.year, 12, 1)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_yearendtransfer_year_is_over',
            TABLE = 'ledger_yearendtransfer',
            MESSAGE = format('soft-close the last day of %s first, or transfer in the next year', NEW.year);
    END IF;
    IF NOT EXISTS (
        SELECT FROM ledger_book AS b
        WHERE b.id = NEW.book_id AND ledger_is_approved(
                NEW.approval_id, 'transfer_year_end', b.code || '/' || NEW.year, b.code, NEW.maker_id,
                NEW.checker_id, '{}'
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_yearendtransfer_is_approved',
            TABLE = 'ledger_yearendtransfer',
            MESSAGE = format('the transfer of %s is not approved by these two people', NEW.year);
    END IF;
    IF EXISTS (
        SELECT FROM ledger_account AS a
        INNER JOIN ledger_accountcategory AS c
            ON c.number = a.category_id AND c.type IN ('income', 'expense')
        INNER JOIN ledger_posting AS p
            ON p.account_id = a.id AND p.value_date BETWEEN make_date(NEW.year, 1, 1) AND year_end
        WHERE a.book_id = NEW.book_id
        GROUP BY a.id
        HAVING sum(p.amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_yearendtransfer_leaves_nothing',
            TABLE = 'ledger_yearendtransfer',
            MESSAGE = format('income or expense of %s is left after the transfer', NEW.year);
    END IF;
    NEW.transfer_no := 1 + (
        SELECT count(*) FROM ledger_yearendtransfer AS t WHERE t.book_id = NEW.book_id AND t.year = NEW.year
    );
    NEW.last_position := ledger_stamp_positions(NEW.book_id);
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_yearendtransfer_allowed BEFORE INSERT ON ledger_yearendtransfer
FOR EACH ROW EXECUTE FUNCTION ledger_check_year_end_transfer();

-- Each sees what it waited for, and stays.
CREATE OR REPLACE TRIGGER ledger_businessday_read_committed BEFORE INSERT ON ledger_businessday
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_businessday_read_committed');
CREATE OR REPLACE TRIGGER ledger_daysoftclose_read_committed BEFORE INSERT ON ledger_daysoftclose
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_daysoftclose_read_committed');
CREATE OR REPLACE TRIGGER ledger_dayreopening_read_committed BEFORE INSERT ON ledger_dayreopening
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_dayreopening_read_committed');
CREATE OR REPLACE TRIGGER ledger_monthclose_read_committed BEFORE INSERT ON ledger_monthclose
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_monthclose_read_committed');
CREATE OR REPLACE TRIGGER ledger_monthreopening_read_committed BEFORE INSERT ON ledger_monthreopening
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_monthreopening_read_committed');
CREATE OR REPLACE TRIGGER ledger_yearendtransfer_read_committed BEFORE INSERT ON ledger_yearendtransfer
FOR EACH STATEMENT EXECUTE FUNCTION ledger_require_read_committed('ledger_yearendtransfer_read_committed');

CREATE OR REPLACE TRIGGER ledger_daysoftclose_append_only BEFORE UPDATE OR DELETE ON ledger_daysoftclose
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_daysoftclose_append_only');
CREATE OR REPLACE TRIGGER ledger_dayreopening_append_only BEFORE UPDATE OR DELETE ON ledger_dayreopening
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_dayreopening_append_only');
CREATE OR REPLACE TRIGGER ledger_monthclose_append_only BEFORE UPDATE OR DELETE ON ledger_monthclose
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_monthclose_append_only');
CREATE OR REPLACE TRIGGER ledger_monthreopening_append_only BEFORE UPDATE OR DELETE ON ledger_monthreopening
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_monthreopening_append_only');
CREATE OR REPLACE TRIGGER ledger_yearendtransfer_append_only BEFORE UPDATE OR DELETE ON ledger_yearendtransfer
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_yearendtransfer_append_only');

-- Nobody chooses an id: a row under one that exists, ON CONFLICT DO NOTHING, would do its work and leave none.
GRANT INSERT (close_no) ON ledger_dayclose TO plimsoll_app;
GRANT INSERT (
    day_id, close_no, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_daysoftclose TO plimsoll_app;
GRANT INSERT (
    day_id, from_status, close_no, reason, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_dayreopening TO plimsoll_app;
GRANT INSERT (
    book_id, month, hardness, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_monthclose TO plimsoll_app;
GRANT INSERT (
    close_id, reason, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_monthreopening TO plimsoll_app;
GRANT INSERT (
    book_id, year, transfer_no, entry_id, approval_id, maker_id, checker_id, last_position, recorded_at
) ON ledger_yearendtransfer TO plimsoll_app;
GRANT EXECUTE ON FUNCTION ledger_hold_result_still(integer) TO plimsoll_app;
