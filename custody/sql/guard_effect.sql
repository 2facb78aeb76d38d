-- An effect arrives with the statement that takes an accepted one's place; what it undoes is an entry of the payment or
-- transfer that a line of the superseded statement told of, reversed; what it books is one that the new one tells of.
CREATE OR REPLACE FUNCTION custody_guard_effect() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    SELECT
        CASE
            WHEN r.approval_id IS NULL OR n.transaction_id <> pg_current_xact_id()::text::bigint
                THEN 'custody_replacementeffect_arrives_with_replacement'
            WHEN coalesce(NEW.undone_entry_id, NEW.entry_id) NOT IN (
                coalesce(p.booked_entry_id, 0), coalesce(p.resolved_entry_id, 0), coalesce(t.debited_entry_id, 0),
                coalesce(t.credited_entry_id, 0)
            ) OR (NEW.undone_entry_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM ledger_journalentry AS e
                WHERE e.id = NEW.entry_id AND e.reverses_id = NEW.undone_entry_id AND e.book_id = n.book_id
            )) THEN 'custody_replacementeffect_is_of_its_subject'
            WHEN NOT EXISTS (
                SELECT FROM custody_statemententry AS l
                WHERE l.statement_id = CASE WHEN NEW.undone_entry_id IS NULL THEN n.id ELSE r.replaced_id END
                    AND (l.bank_reference = p.bank_reference OR l.account_reference IN (p.reference, t.reference))
            ) THEN 'custody_replacementeffect_told_by_a_line'
        END INTO broken
    FROM custody_statementreplacement AS r
    INNER JOIN custody_statement AS n ON n.id = r.replacement_id
    LEFT JOIN custody_payment AS p ON p.id = NEW.payment_id AND p.custodian_id = n.custodian_id
    LEFT JOIN custody_transferinstruction AS t ON t.id = NEW.transfer_id AND t.book_id = n.book_id
    WHERE r.id = NEW.replacement_id;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('entry %s is no effect of replacement %s', NEW.entry_id, NEW.replacement_id);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION custody_guard_effect() FROM public;

CREATE OR REPLACE TRIGGER custody_replacementeffect_guard BEFORE INSERT ON custody_replacementeffect
FOR EACH ROW EXECUTE FUNCTION custody_guard_effect();
