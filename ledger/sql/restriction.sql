-- A restriction waits for postings under way on its account and is then seen by the next one; it is lifted
-- once and never taken back. Postings to a hot account wait for nobody and so would pass it unseen: none is
-- imposed there.
CREATE OR REPLACE FUNCTION ledger_guard_restriction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF tg_op = 'DELETE' OR (
        tg_op = 'UPDATE' AND (
            OLD.lifted_on IS NOT NULL
            OR (NEW.account_id, NEW.scope, NEW.reason, NEW.source, NEW.imposed_on)
            IS DISTINCT FROM (OLD.account_id, OLD.scope, OLD.reason, OLD.source, OLD.imposed_on)
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_restriction_only_lifted',
            TABLE = 'ledger_restriction',
            MESSAGE = 'a restriction can only be lifted, and once';
    END IF;
    IF tg_op = 'INSERT' THEN
        IF EXISTS (SELECT FROM ledger_account AS a WHERE a.id = NEW.account_id AND a.is_hot) THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_restriction_account_not_hot',
                TABLE = 'ledger_restriction',
                MESSAGE = format('account %s is hot: postings to it would not see a restriction', NEW.account_id);
        END IF;
        PERFORM b.account_id FROM ledger_balance AS b WHERE b.account_id = NEW.account_id FOR NO KEY UPDATE;
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_restriction_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_restriction
FOR EACH ROW EXECUTE FUNCTION ledger_guard_restriction();
