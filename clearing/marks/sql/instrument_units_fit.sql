-- An instrument is a security quoted in a currency, and stays the one it is: marks and trades refer to it.
CREATE FUNCTION marks_check_instrument() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM ledger_unit AS u WHERE u.id = new.unit_id AND u.kind = 'security')
    OR NOT EXISTS (SELECT FROM ledger_unit AS u WHERE u.id = new.currency_id AND u.kind = 'currency') THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'marks_instrument_is_security_in_currency',
            TABLE = 'marks_instrument',
            MESSAGE = 'an instrument is a security quoted in a currency';
    END IF;
    IF tg_op = 'UPDATE' AND (new.unit_id <> old.unit_id OR new.currency_id <> old.currency_id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'marks_instrument_keeps_units',
            TABLE = 'marks_instrument',
            MESSAGE = 'security and currency of an instrument never change';
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER marks_instrument_units_fit BEFORE INSERT OR UPDATE ON marks_instrument
FOR EACH ROW EXECUTE FUNCTION marks_check_instrument();
