-- A foreign amount in the base currency's minor unit, exact and half away from zero. An inverse rate divides.
CREATE OR REPLACE FUNCTION ledger_convert_minor(
    amount_minor bigint, rate numeric, is_inverse boolean, exponent smallint, base_exponent smallint
) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    numerator numeric := abs(amount_minor::numeric) * ('1e' || base_exponent)::numeric;
    denominator numeric := ('1e' || exponent)::numeric;
BEGIN
    IF is_inverse THEN
        denominator := denominator * rate;
    ELSE
        numerator := numerator * rate;
    END IF;
    RETURN sign(amount_minor) * div(2 * numerator + denominator, 2 * denominator);
END;
$$;

-- Writers of a book's rates wait for one another, so that versions follow without a gap.
CREATE OR REPLACE FUNCTION ledger_lock_official_rates(locked_book integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtext('ledger_lock_official_rates'), locked_book);
$$;

-- Rates follow one another by version, in one direction a day, each between two currencies. What two people approve
-- is the rate of a pair on a day, in its shortest decimal text; an approval sets a pair once. What a closed day was
-- revalued with is replaced by a correction alone, which puts right what was posted from it.
CREATE OR REPLACE FUNCTION ledger_guard_official_rate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
    pair text;
BEGIN
    PERFORM ledger_lock_official_rates(NEW.book_id);
    SELECT u.code || '/' || b.code INTO pair
    FROM ledger_unit AS u
    INNER JOIN ledger_unit AS b ON b.id = NEW.base_unit_id
    WHERE u.id = NEW.unit_id AND u.kind = 'currency' AND b.kind = 'currency';
    IF pair IS NULL THEN
        broken := 'ledger_officialrate_between_currencies';
    ELSIF EXISTS (
        SELECT FROM ledger_officialrate AS r
        WHERE r.book_id = NEW.book_id AND r.rate_date = NEW.rate_date
            AND r.unit_id = NEW.base_unit_id AND r.base_unit_id = NEW.unit_id
    ) THEN
        broken := 'ledger_officialrate_one_direction';
    ELSIF NEW.version <> (
        SELECT coalesce(max(r.version), 0) + 1
        FROM ledger_officialrate AS r
        WHERE r.book_id = NEW.book_id AND r.rate_date = NEW.rate_date
            AND r.unit_id = NEW.unit_id AND r.base_unit_id = NEW.base_unit_id
    ) THEN
        broken := 'ledger_officialrate_versions_follow';
    ELSIF NEW.approval_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON b.id = NEW.book_id AND b.code = a.book_code
        WHERE a.id = NEW.approval_id AND a.maker_id = NEW.maker_id
            AND CASE a.kind
                WHEN 'set_official_rate' THEN a.status IN ('approved', 'executed')
                    AND a.subject = b.code || '/' || to_char(NEW.rate_date, 'YYYY-MM-DD')
                    AND a.payload -> 'rates' ->> pair = trim_scale(NEW.rate)::text
                    AND a.payload ->> 'source' = NEW.source
                WHEN 'correct_after_close' THEN a.status = 'executed' AND NEW.source = 'manual'
                    AND starts_with(a.subject, b.code || '/correction/')
                    AND a.payload ->> 'kind' = 'fx'
                    AND a.payload ->> 'subject' = 'fx/' || pair || '/' || to_char(NEW.rate_date, 'YYYY-MM-DD')
                    AND a.payload -> 'corrected' ->> 'rate' = trim_scale(NEW.rate)::text
                    AND a.payload -> 'was' ->> 'version' = (NEW.version - 1)::text
                ELSE false
            END
            AND NOT EXISTS (
                SELECT FROM ledger_officialrate AS r
                WHERE r.approval_id = a.id AND r.unit_id = NEW.unit_id AND r.base_unit_id = NEW.base_unit_id
            )
    ) THEN
        broken := 'ledger_officialrate_is_approved';
    ELSIF NEW.version > 1 AND EXISTS (
        SELECT FROM ledger_businessday AS d
        WHERE d.book_id = NEW.book_id AND d.business_date = NEW.rate_date AND d.status = 'closed'
    ) AND NOT EXISTS (
        SELECT FROM accounts_approval AS a WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close'
    ) THEN
        broken := 'ledger_officialrate_closed_day_corrected';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'ledger_officialrate',
            MESSAGE = format('rate %s of %s, version %s', coalesce(pair, NEW.unit_id::text), NEW.rate_date, NEW.version);
    END IF;
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_officialrate_guard BEFORE INSERT ON ledger_officialrate
FOR EACH ROW EXECUTE FUNCTION ledger_guard_official_rate();

CREATE OR REPLACE TRIGGER ledger_officialrate_append_only BEFORE UPDATE OR DELETE ON ledger_officialrate
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_officialrate_append_only');
