-- A transfer is between accounts of its book that hold its unit; it never changes but for each side's entry, once.
-- Plans are held to index probes: one made on an empty table must serve a full one.
CREATE OR REPLACE FUNCTION custody_guard_transfer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.debited_entry_id IS NOT NULL OR NEW.credited_entry_id IS NOT NULL THEN
            broken := 'custody_transferinstruction_starts_unconfirmed';
        ELSIF (
            SELECT count(*)
            FROM custody_custodyaccount AS c
            INNER JOIN custody_custodyaccountunit AS u ON u.custody_account_id = c.id AND u.unit_id = NEW.unit_id
            WHERE c.id IN (NEW.from_account_id, NEW.to_account_id) AND c.book_id = NEW.book_id
                AND u.transit_account_id IS NOT NULL
        ) <> 2 THEN
            broken := 'custody_transferinstruction_accounts_match';
        END IF;
    ELSIF (
        NEW.id, NEW.book_id, NEW.reference, NEW.from_account_id, NEW.to_account_id, NEW.unit_id, NEW.amount_minor,
        NEW.instructed_on, NEW.maker_id, NEW.recorded_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.book_id, OLD.reference, OLD.from_account_id, OLD.to_account_id, OLD.unit_id, OLD.amount_minor,
        OLD.instructed_on, OLD.maker_id, OLD.recorded_at
    ) OR EXISTS (
        SELECT
        FROM (
            VALUES (OLD.debited_entry_id, NEW.debited_entry_id), (OLD.credited_entry_id, NEW.credited_entry_id)
        ) AS side (was_id, is_id)
        WHERE side.was_id IS NOT NULL AND side.is_id IS DISTINCT FROM side.was_id
            -- A corrected statement alone takes back what the one before it told (guard_effect.sql).
            AND (side.is_id IS NOT NULL OR NOT EXISTS (
                SELECT FROM custody_replacementeffect AS e
                WHERE e.transfer_id = NEW.id AND e.undone_entry_id = side.was_id
            ))
    ) THEN
        broken := 'custody_transferinstruction_confirmed_once';
    END IF;
    IF broken IS NULL AND EXISTS (
        SELECT
        FROM ledger_journalentry AS e
        WHERE e.id IN (NEW.debited_entry_id, NEW.credited_entry_id) AND e.book_id <> NEW.book_id
    ) THEN
        broken := 'custody_transferinstruction_entries_of_its_book';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'custody_transferinstruction',
            MESSAGE = format('transfer %s breaks %s', NEW.reference, broken);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER custody_transferinstruction_guard BEFORE INSERT OR UPDATE ON custody_transferinstruction
FOR EACH ROW EXECUTE FUNCTION custody_guard_transfer();
