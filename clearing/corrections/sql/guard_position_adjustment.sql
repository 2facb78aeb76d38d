-- An adjustment of a position is of a run that corrects an official rate, and of a revaluation since that day; its
-- entry says so much of the currency's position accounts, valued on the revaluation's day. What then stands of the
-- revaluation is the position at the rate as it is known now, less its cost: proved when the transaction ends.
CREATE OR REPLACE FUNCTION corrections_guard_position_adjustment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM ledger_lock_positions((SELECT r.book_id FROM corrections_correctionrun AS r WHERE r.id = NEW.run_id));
    -- After the lock, so that it is before or after a revaluation, as its balances are.
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION corrections_guard_position_adjustment() FROM public;

CREATE OR REPLACE TRIGGER corrections_positionadjustment_guard BEFORE INSERT ON corrections_positionadjustment
FOR EACH ROW EXECUTE FUNCTION corrections_guard_position_adjustment();

CREATE OR REPLACE TRIGGER corrections_positionadjustment_check AFTER INSERT ON corrections_positionadjustment
REFERENCING NEW TABLE AS new_parts FOR EACH STATEMENT EXECUTE FUNCTION corrections_check_parts();

-- The value of a revalued position at the rate that its stated rate is known to be: the newest version where only
-- corrections came after it, else itself, for who used what was replaced within the day keeps it.
CREATE OR REPLACE FUNCTION corrections_revalued_minor(line bigint) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE
        WHEN l.quantity_minor = 0 THEN 0
        ELSE ledger_convert_minor(
            l.quantity_minor, known.rate, used.base_unit_id = l.unit_id, u.exponent, base.exponent
        )
    END
    FROM ledger_revaluationline AS l
    INNER JOIN ledger_revaluation AS r ON r.id = l.revaluation_id
    INNER JOIN ledger_book AS b ON b.id = r.book_id
    INNER JOIN ledger_unit AS u ON u.id = l.unit_id
    INNER JOIN ledger_unit AS base ON base.id = b.base_unit_id
    LEFT JOIN ledger_officialrate AS used ON used.id = l.rate_id
    LEFT JOIN LATERAL (
        SELECT v.rate
        FROM ledger_officialrate AS v
        WHERE v.book_id = used.book_id AND v.rate_date = used.rate_date AND v.unit_id = used.unit_id
            AND v.base_unit_id = used.base_unit_id
            AND (
                v.id = used.id
                OR v.version > used.version AND NOT EXISTS (
                    SELECT FROM ledger_officialrate AS later
                    INNER JOIN accounts_approval AS a ON a.id = later.approval_id
                    WHERE later.book_id = used.book_id AND later.rate_date = used.rate_date
                        AND later.unit_id = used.unit_id AND later.base_unit_id = used.base_unit_id
                        AND later.version > used.version AND a.kind <> 'correct_after_close'
                )
            )
        ORDER BY v.version DESC
        LIMIT 1
    ) AS known ON true
    WHERE l.id = line;
$$;

REVOKE ALL ON FUNCTION corrections_revalued_minor(bigint) FROM public;

CREATE OR REPLACE FUNCTION corrections_check_position_adjustment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    run record;
    revalued record;
    booked record;
    broken text;
BEGIN
    SELECT r.book_id, r.booking_date, c.kind, c.effective_on, b.base_unit_id, 'house/position/' || u.code AS address
    INTO STRICT run
    FROM corrections_correctionrun AS r
    INNER JOIN corrections_correction AS c ON c.id = r.correction_id
    INNER JOIN ledger_book AS b ON b.id = r.book_id
    INNER JOIN ledger_unit AS u ON u.id = NEW.unit_id
    WHERE r.id = NEW.run_id;

    SELECT v.*, l.id AS line_id, l.cost_minor, l.unrealised_minor INTO revalued
    FROM ledger_revaluation AS v
    LEFT JOIN ledger_revaluationline AS l ON l.revaluation_id = v.id AND l.unit_id = NEW.unit_id
    WHERE v.id = NEW.revaluation_id;

    SELECT
        coalesce(sum(p.amount_minor) FILTER (WHERE a.address = run.address), 0) AS cost_minor,
        coalesce(sum(p.amount_minor) FILTER (WHERE a.address = run.address || '/revaluation'), 0) AS unrealised_minor
    INTO booked
    FROM ledger_journalentry AS e
    INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
    INNER JOIN ledger_account AS a ON a.id = p.account_id AND a.unit_id = run.base_unit_id
    WHERE e.id = NEW.entry_id;

    IF run.kind <> 'fx' OR NEW.revaluation_id IS NOT NULL
        AND (revalued.book_id <> run.book_id OR revalued.business_date < run.effective_on) THEN
        broken := 'corrections_positionadjustment_of_its_run';
    ELSIF (booked.cost_minor, booked.unrealised_minor) <> (NEW.cost_minor, NEW.unrealised_minor)
        OR NOT EXISTS (
            SELECT FROM ledger_journalentry AS e
            WHERE e.id = NEW.entry_id AND e.kind_id = 'house_revaluation_corrected' AND e.book_id = run.book_id
                AND e.booking_date = run.booking_date AND e.reverses_id IS NULL
                AND e.value_date = coalesce(revalued.business_date, run.booking_date)
        ) THEN
        broken := 'corrections_positionadjustment_matches_entry';
    ELSIF revalued.line_id IS NOT NULL AND (
        SELECT
            corrections_revalued_minor(revalued.line_id)
            <> revalued.cost_minor + sum(j.cost_minor) + revalued.unrealised_minor + sum(j.unrealised_minor)
        FROM corrections_positionadjustment AS j
        INNER JOIN ledger_revaluation AS v ON v.id = j.revaluation_id
        WHERE j.unit_id = NEW.unit_id AND v.book_id = run.book_id AND j.recorded_at > revalued.recorded_at
            AND (v.business_date, v.run_no) <= (revalued.business_date, revalued.run_no)
    ) THEN
        broken := 'corrections_positionadjustment_at_corrected_rate';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'corrections_positionadjustment',
            MESSAGE = format('adjustment %s of %s by run %s breaks %s', NEW.id, run.address, NEW.run_id, broken);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION corrections_check_position_adjustment() FROM public;

CREATE CONSTRAINT TRIGGER corrections_positionadjustment_proved AFTER INSERT ON corrections_positionadjustment
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION corrections_check_position_adjustment();

-- An entry of this kind is explained by its adjustments, position for position, and is not reversed: a rate that was
-- put right wrongly is put right again.
CREATE OR REPLACE FUNCTION corrections_check_adjusting_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.reverses_id IS NOT NULL
        OR NOT EXISTS (SELECT FROM corrections_positionadjustment AS j WHERE j.entry_id = NEW.id)
        OR EXISTS (
            SELECT FROM ledger_posting AS p
            INNER JOIN ledger_account AS a ON a.id = p.account_id
            WHERE p.entry_id = NEW.id AND p.booking_date = NEW.booking_date
                AND CASE a.role
                    WHEN 'position' THEN NOT EXISTS (
                        SELECT FROM corrections_positionadjustment AS j
                        INNER JOIN ledger_unit AS u ON u.id = j.unit_id
                        WHERE j.entry_id = NEW.id AND u.code = split_part(a.address, '/', 3) AND a.unit_id <> u.id
                    )
                    ELSE a.role NOT IN ('income', 'expense', 'capital')
                END
        ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'corrections_positionadjustment_explains_entry',
            TABLE = 'corrections_positionadjustment',
            MESSAGE = format('entry %s is not what a correction of an official rate posts', NEW.id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION corrections_check_adjusting_entry() FROM public;

CREATE CONSTRAINT TRIGGER corrections_adjusting_entry AFTER INSERT ON ledger_journalentry
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (new.kind_id = 'house_revaluation_corrected')
EXECUTE FUNCTION corrections_check_adjusting_entry();
