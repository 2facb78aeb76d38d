-- Charges are given up by two people, just so, or at the end of a contract whose cash is exhausted: looked at as the
-- transaction ends, when the contract has ended too.
CREATE OR REPLACE FUNCTION contracts_check_waiver() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_approved boolean;
    has_ended boolean;
BEGIN
    SELECT bool_and(put.amount_minor = coalesce((a.payload ->> own.name)::bigint, 0)) INTO is_approved
    FROM accounts_approval AS a
    INNER JOIN ledger_book AS b ON b.code = a.book_code AND b.id = NEW.book_id
    INNER JOIN contracts_financingcontract AS c ON c.book_id = b.id AND c.code = a.payload ->> 'contract'
    CROSS JOIN LATERAL (
        VALUES
        ('interest_minor', c.interest_account_id), ('penalty_minor', c.penalty_account_id),
        ('fees_minor', c.fee_account_id)
    ) AS own (name, account_id)
    CROSS JOIN LATERAL (
        SELECT coalesce(-sum(p.amount_minor), 0) AS amount_minor
        FROM ledger_posting AS p
        WHERE p.account_id = own.account_id AND p.booking_date = NEW.booking_date AND p.entry_id = NEW.id
    ) AS put
    WHERE a.id = CASE
        WHEN NEW.source_reference ~ '^approval:[0-9]{1,18}$' THEN substr(NEW.source_reference, 10)::bigint
    END
        AND a.kind = 'waive_charge' AND a.status = 'executed'
        -- An approval is used once: the key is unique in the book.
        AND (NEW.caller, NEW.idempotency_key) = ('contracts', 'waived:' || a.id);
    -- Whatever else it takes from a receivable, it takes from contracts that have ended and have no cash left.
    SELECT bool_and(c.state IN ('closed', 'defaulted') AND cash.balance_minor = 0) INTO has_ended
    FROM ledger_posting AS p
    INNER JOIN ledger_account AS own ON own.id = p.account_id
    INNER JOIN contracts_financingcontract AS c ON c.book_id = own.book_id AND c.code = own.contract_code
    INNER JOIN ledger_balance AS cash ON cash.account_id = c.cash_account_id
    WHERE p.entry_id = NEW.id AND p.booking_date = NEW.booking_date AND p.amount_minor < 0;
    IF has_ended IS NOT TRUE AND (
        is_approved IS NOT TRUE
        OR 1 < (
            SELECT count(DISTINCT own.contract_code)
            FROM ledger_posting AS p
            INNER JOIN ledger_account AS own ON own.id = p.account_id
            WHERE p.entry_id = NEW.id AND p.booking_date = NEW.booking_date AND p.amount_minor < 0
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_waiver_approved_by_two',
            TABLE = tg_table_name,
            MESSAGE = format('entry %s: nobody has approved to give this up', NEW.id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_waiver() FROM public;

CREATE CONSTRAINT TRIGGER contracts_waiver_approved_by_two AFTER INSERT ON ledger_journalentry
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (new.kind_id = 'charge_waived' AND new.reverses_id IS NULL)
EXECUTE FUNCTION contracts_check_waiver();
