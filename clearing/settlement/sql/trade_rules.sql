-- A trade is booked unsettled by an entry of its own book, settles once, and changes in nothing else.
CREATE FUNCTION settlement_check_trade() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refused text;
BEGIN
    IF tg_op = 'INSERT' THEN
        IF new.settled_entry_id IS NOT NULL THEN
            refused := 'settlement_trade_booked_before_settled';
        ELSIF NOT EXISTS (
            SELECT FROM contracts_financingcontract AS c
            INNER JOIN marks_instrument AS i ON i.id = new.instrument_id
            INNER JOIN ledger_journalentry AS e ON e.id = new.booked_entry_id
            WHERE c.id = new.contract_id AND c.book_id = new.book_id AND e.book_id = new.book_id
                AND i.currency_id = c.unit_id
        ) THEN
            refused := 'settlement_trade_fits_contract';
        END IF;
    ELSIF old.settled_entry_id IS NOT NULL THEN
        refused := 'settlement_trade_settled_once';
    ELSIF to_jsonb(new) - '{settled_entry_id,settled_on}'::text[]
    <> to_jsonb(old) - '{settled_entry_id,settled_on}'::text[] THEN
        refused := 'settlement_trade_never_changes';
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = refused,
            TABLE = 'settlement_trade',
            MESSAGE = format('trade %s: %s', new.broker_reference, refused);
    END IF;
    RETURN new;
END;
$$;

CREATE TRIGGER settlement_trade_rules BEFORE INSERT OR UPDATE ON settlement_trade
FOR EACH ROW EXECUTE FUNCTION settlement_check_trade();
