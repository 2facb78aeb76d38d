-- An entry of a kind that a row of its own explains has that row when its transaction ends: an exchange, a settlement,
-- a revaluation, a line of an approved file. Else a raw entry of an exchange could give one client the currency that
-- another paid for, and a raw import could go round the two people who approve one. Entries of other kinds pay for
-- the comparison of a name; a reversal mirrors its entry, whose row stands.
CREATE OR REPLACE FUNCTION ledger_check_entry_has_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.kind_id
        WHEN 'fx_traded' THEN EXISTS (
            SELECT FROM ledger_clientexchange AS x WHERE x.entry_id = NEW.id
        )
        WHEN 'fx_settled' THEN EXISTS (
            SELECT FROM ledger_clientexchangesettlement AS s WHERE s.entry_id = NEW.id
        )
        WHEN 'house_revalued' THEN EXISTS (SELECT FROM ledger_revaluation AS r WHERE r.entry_id = NEW.id)
        WHEN 'house_result_translated' THEN EXISTS (
            SELECT FROM ledger_revaluation AS r WHERE r.translated_entry_id = NEW.id
        )
        ELSE EXISTS (SELECT FROM ledger_importline AS l WHERE l.entry_id = NEW.id)
    END) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_has_its_row',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('entry %s: %s without the row that explains it', NEW.id, NEW.kind_id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE CONSTRAINT TRIGGER ledger_journalentry_of_row AFTER INSERT ON ledger_journalentry
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    new.reverses_id IS NULL
    AND new.kind_id IN (
        'fx_traded', 'fx_settled', 'house_revalued', 'house_result_translated', 'opening_balance',
        'journal_imported'
    )
)
EXECUTE FUNCTION ledger_check_entry_has_row();

-- A trade is reversed while it is not settled: reversed beside a settlement that stands, it would leave the client with
-- both currencies. The row of the exchange is held, as a settlement holds it, so that one of the two sees the other.
CREATE OR REPLACE FUNCTION ledger_check_exchange_reversal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM x.id FROM ledger_clientexchange AS x WHERE x.entry_id = NEW.reverses_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT FROM ledger_clientexchange AS x
        INNER JOIN ledger_clientexchangesettlement AS s ON s.exchange_id = x.id
        WHERE x.entry_id = NEW.reverses_id
            AND NOT EXISTS (SELECT FROM ledger_journalentry AS r WHERE r.reverses_id = s.entry_id)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_settled_stands',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('entry %s is an exchange that is settled: reverse its settlement first', NEW.reverses_id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_journalentry_exchange_reversed AFTER INSERT ON ledger_journalentry
FOR EACH ROW WHEN (new.kind_id = 'fx_traded' AND new.reverses_id IS NOT NULL)
EXECUTE FUNCTION ledger_check_exchange_reversal();
