-- What a client disputes is not taken from it, made principal or shared out as a loss before the dispute is answered:
-- after an entry that takes from a receivable, what is disputed of it is still owed. Looked at as the transaction ends,
-- when the balances are moved; a book without an open dispute pays one probe of a small index.
CREATE OR REPLACE FUNCTION contracts_check_disputed_amount() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    bad record;
BEGIN
    IF NOT EXISTS (SELECT FROM contracts_dispute AS d WHERE d.state = 'open') THEN
        RETURN NULL;
    END IF;
    SELECT c.code, held.amount_minor, owed.balance_minor INTO bad
    FROM contracts_disputedamount AS held
    INNER JOIN contracts_financingcontract AS c ON c.id = held.contract_id AND c.book_id = NEW.book_id
    INNER JOIN ledger_balance AS owed ON owed.account_id = held.account_id
    WHERE owed.balance_minor < held.amount_minor
        AND EXISTS (
            SELECT FROM ledger_posting AS p
            WHERE p.account_id = held.account_id AND p.booking_date = NEW.booking_date AND p.entry_id = NEW.id
                AND p.amount_minor < 0
        )
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_dispute_amount_not_collected',
            TABLE = 'contracts_dispute',
            MESSAGE = format(
                'entry %s takes what is disputed of %s: %s, and %s would be left owed', NEW.id, bad.code,
                bad.amount_minor, bad.balance_minor
            );
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_disputed_amount() FROM public;

CREATE CONSTRAINT TRIGGER contracts_dispute_amount_not_collected AFTER INSERT ON ledger_journalentry
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (
    new.reverses_id IS NULL AND new.kind_id IN (
        'interest_collected', 'interest_capitalised', 'penalty_collected', 'fee_collected', 'reserve_draw',
        'loss_allocated', 'bad_spread_written_off'
    )
)
EXECUTE FUNCTION contracts_check_disputed_amount();
