-- A trade is cancelled as two people approved, by reversals of exactly its entries: of the settlement too where it had
-- settled. A cancelled trade settles no more.
CREATE OR REPLACE FUNCTION settlement_check_cancellation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    refused text;
BEGIN
    IF NOT EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close' AND a.status = 'executed'
            AND (a.payload #>> '{was,trade}')::bigint = NEW.trade_id
    ) THEN
        refused := 'settlement_tradecancellation_approved_by_two';
    ELSIF NOT EXISTS (
        SELECT FROM settlement_trade AS t
        INNER JOIN ledger_journalentry AS b ON b.id = NEW.reversal_entry_id
        LEFT JOIN ledger_journalentry AS s ON s.id = NEW.settlement_reversal_entry_id
        WHERE t.id = NEW.trade_id AND b.reverses_id = t.booked_entry_id
            AND (NEW.settlement_reversal_entry_id IS NULL) = (t.settled_entry_id IS NULL)
            AND s.reverses_id IS NOT DISTINCT FROM t.settled_entry_id
    ) THEN
        refused := 'settlement_tradecancellation_reverses_its_entries';
    END IF;
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = refused,
            TABLE = 'settlement_tradecancellation',
            MESSAGE = format('cancellation of trade %s: %s', NEW.trade_id, refused);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION settlement_check_cancellation() FROM public;

CREATE OR REPLACE TRIGGER settlement_tradecancellation_check BEFORE INSERT ON settlement_tradecancellation
FOR EACH ROW EXECUTE FUNCTION settlement_check_cancellation();

CREATE OR REPLACE FUNCTION settlement_check_cancelled() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM settlement_tradecancellation AS c WHERE c.trade_id = NEW.id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'settlement_trade_cancelled_settles_no_more',
            TABLE = 'settlement_trade',
            MESSAGE = format('trade %s was cancelled', NEW.broker_reference);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION settlement_check_cancelled() FROM public;

CREATE OR REPLACE TRIGGER settlement_trade_cancelled BEFORE UPDATE ON settlement_trade
FOR EACH ROW EXECUTE FUNCTION settlement_check_cancelled();

-- The house gives back its commission on a trade that was none: house to client, through transit.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('commission_returned', '');
INSERT INTO ledger_entrykindflow (kind_id, from_ring, to_ring, direction)
VALUES ('commission_returned', 'house', 'client', 'forward'), ('commission_returned', 'client', 'house', 'reversal');

GRANT INSERT ON settlement_tradecancellation TO plimsoll_app;
