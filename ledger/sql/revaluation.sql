-- The account of an address and unit, NULL where there is none.
CREATE OR REPLACE FUNCTION ledger_account_at(wanted_book integer, wanted_address text, wanted_unit integer)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.id
    FROM ledger_account AS a
    WHERE a.book_id = wanted_book AND a.address = wanted_address AND a.unit_id = wanted_unit;
$$;

-- Whoever exchanges or revalues holds the house's positions from before it reads them till it commits. In account
-- order; the login has no right to lock a balance itself.
CREATE OR REPLACE FUNCTION ledger_lock_positions(locked_book integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM b.account_id
    FROM ledger_balance AS b
    INNER JOIN ledger_account AS a ON a.id = b.account_id
    WHERE a.book_id = locked_book AND a.ring = 'house' AND a.role = 'position'
    ORDER BY b.account_id
    FOR NO KEY UPDATE OF b;
END;
$$;

REVOKE ALL ON FUNCTION ledger_lock_positions(integer) FROM public;

-- A revaluation is of the open day, the next of its day, and its entries are of its kinds, book and day.
CREATE OR REPLACE FUNCTION ledger_guard_revaluation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    PERFORM d.id
    FROM ledger_businessday AS d
    WHERE d.book_id = NEW.book_id AND d.business_date = NEW.business_date AND d.status = 'open'
    FOR SHARE;
    IF NOT FOUND THEN
        broken := 'ledger_revaluation_day_is_open';
    ELSIF NEW.run_no <> (
        SELECT coalesce(max(r.run_no), 0) + 1
        FROM ledger_revaluation AS r
        WHERE r.book_id = NEW.book_id AND r.business_date = NEW.business_date
    ) THEN
        broken := 'ledger_revaluation_runs_follow';
    ELSIF EXISTS (
        SELECT FROM (
            VALUES (NEW.translated_entry_id, 'house_result_translated'), (NEW.entry_id, 'house_revalued')
        ) AS named (entry_id, kind)
        LEFT JOIN ledger_journalentry AS e ON e.id = named.entry_id
        WHERE named.entry_id IS NOT NULL
            AND (e.kind_id, e.book_id, e.booking_date, e.reverses_id)
            IS DISTINCT FROM (named.kind, NEW.book_id, NEW.business_date, NULL::bigint)
    ) THEN
        broken := 'ledger_revaluation_matches_entries';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_revaluation',
            MESSAGE = format('revaluation %s of %s', NEW.run_no, NEW.business_date);
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

-- A line says what stands on the unit's position accounts, and what stands unrealised is the position at the newest
-- official rate of the day less its cost. Proved when written, while the balances are held.
CREATE OR REPLACE FUNCTION ledger_guard_revaluation_line() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    run record;
    stated record;
    stands record;
    value_minor bigint := 0;
    broken text;
BEGIN
    SELECT
        r.book_id,
        r.business_date,
        b.base_unit_id,
        base.exponent AS base_exponent,
        u.exponent,
        'house/position/' || u.code AS address
    INTO STRICT run
    FROM ledger_revaluation AS r
    INNER JOIN ledger_book AS b ON b.id = r.book_id
    INNER JOIN ledger_unit AS base ON base.id = b.base_unit_id
    INNER JOIN ledger_unit AS u ON u.id = NEW.unit_id
    WHERE r.id = NEW.revaluation_id;
    PERFORM ledger_lock_positions(run.book_id);

    SELECT
        -coalesce(sum(c.balance_minor) FILTER (WHERE a.unit_id = NEW.unit_id), 0) AS quantity_minor,
        coalesce(
            sum(c.balance_minor) FILTER (WHERE a.unit_id = run.base_unit_id AND a.address = run.address), 0
        ) AS cost_minor,
        coalesce(sum(c.balance_minor) FILTER (WHERE a.address <> run.address), 0) AS unrealised_minor
    INTO stands
    FROM ledger_account AS a
    INNER JOIN ledger_currentbalance AS c ON c.account_id = a.id
    WHERE a.book_id = run.book_id AND a.address IN (run.address, run.address || '/revaluation');

    SELECT r.rate, r.base_unit_id = NEW.unit_id AS is_inverse INTO stated
    FROM ledger_officialrate AS r
    WHERE r.id = NEW.rate_id AND r.book_id = run.book_id AND r.rate_date = run.business_date
        AND (r.unit_id, r.base_unit_id) IN ((NEW.unit_id, run.base_unit_id), (run.base_unit_id, NEW.unit_id))
        AND NOT EXISTS (
            SELECT FROM ledger_officialrate AS newer
            WHERE newer.book_id = r.book_id AND newer.rate_date = r.rate_date AND newer.unit_id = r.unit_id
                AND newer.base_unit_id = r.base_unit_id AND newer.version > r.version
        );
    IF stated.rate IS NOT NULL THEN
        value_minor := ledger_convert_minor(
            NEW.quantity_minor, stated.rate, stated.is_inverse, run.exponent, run.base_exponent
        );
    END IF;

    IF (NEW.rate_id IS NOT NULL OR NEW.quantity_minor <> 0) AND stated.rate IS NULL THEN
        broken := 'ledger_revaluationline_at_official_rate';
    ELSIF (NEW.quantity_minor, NEW.cost_minor, NEW.unrealised_minor)
        <> (stands.quantity_minor, stands.cost_minor, stands.unrealised_minor)
        OR NEW.unrealised_minor <> value_minor - NEW.cost_minor THEN
        broken := 'ledger_revaluationline_balances_proved';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_revaluationline',
            MESSAGE = format(
                '%s: position %s, cost %s, unrealised %s stand', run.address, stands.quantity_minor,
                stands.cost_minor, stands.unrealised_minor
            );
    END IF;
    NEW.day_postings := (
        SELECT count(*)
        FROM ledger_account AS a
        INNER JOIN ledger_posting AS p ON p.account_id = a.id AND p.booking_date = run.business_date
        WHERE a.book_id = run.book_id AND a.address IN (run.address, run.address || '/revaluation')
    );
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_revaluation_guard BEFORE INSERT ON ledger_revaluation
FOR EACH ROW EXECUTE FUNCTION ledger_guard_revaluation();

CREATE OR REPLACE TRIGGER ledger_revaluation_append_only BEFORE UPDATE OR DELETE ON ledger_revaluation
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_revaluation_append_only');

CREATE OR REPLACE TRIGGER ledger_revaluationline_guard BEFORE INSERT ON ledger_revaluationline
FOR EACH ROW EXECUTE FUNCTION ledger_guard_revaluation_line();

CREATE OR REPLACE TRIGGER ledger_revaluationline_append_only BEFORE UPDATE OR DELETE ON ledger_revaluationline
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_revaluationline_append_only');
