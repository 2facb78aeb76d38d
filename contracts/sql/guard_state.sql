-- A contract starts as a draft and moves only as permitted; it closes when it owes nothing, and what it disputes makes
-- no default. The table of moves is contracts/domain/states.py, and a test compares the two.
CREATE OR REPLACE FUNCTION contracts_guard_state() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    owed bigint;
BEGIN
    IF tg_op = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'contracts_financingcontract_starts_as_draft',
                TABLE = tg_table_name,
                MESSAGE = format('contract %s would start as %s', NEW.code, NEW.state);
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF NOT (
        CASE OLD.state
            WHEN 'draft' THEN NEW.state IN ('submitted', 'closed')
            WHEN 'submitted' THEN NEW.state IN ('draft', 'approved', 'closed')
            WHEN 'approved' THEN NEW.state IN ('active', 'closed')
            WHEN 'active' THEN NEW.state IN (
                'restricted', 'in_call', 'liquidating', 'matured', 'closed', 'defaulted'
            )
            WHEN 'restricted' THEN NEW.state IN (
                'active', 'in_call', 'liquidating', 'matured', 'closed', 'defaulted'
            )
            WHEN 'in_call' THEN NEW.state IN (
                'active', 'restricted', 'liquidating', 'matured', 'closed', 'defaulted'
            )
            WHEN 'liquidating' THEN NEW.state IN (
                'active', 'restricted', 'in_call', 'matured', 'closed', 'defaulted'
            )
            WHEN 'matured' THEN NEW.state IN ('liquidating', 'closed', 'defaulted')
            WHEN 'defaulted' THEN NEW.state IN ('liquidating', 'closed')
            ELSE false
        END
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_financingcontract_transition_permitted',
            TABLE = tg_table_name,
            MESSAGE = format('contract %s may not go from %s to %s', NEW.code, OLD.state, NEW.state);
    END IF;
    IF NEW.state = 'closed' THEN
        SELECT sum(b.balance_minor) INTO owed
        FROM ledger_balance AS b
        WHERE b.account_id IN (
            NEW.principal_account_id, NEW.interest_account_id, NEW.penalty_account_id, NEW.fee_account_id
        );
        IF owed <> 0 THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'contracts_financingcontract_closed_owes_nothing',
                TABLE = tg_table_name,
                MESSAGE = format('contract %s still owes %s', NEW.code, owed);
        END IF;
    END IF;
    -- At its maturity a contract defaults by what it owes and does not dispute.
    IF OLD.state = 'matured' AND NEW.state = 'defaulted' AND NOT EXISTS (
        SELECT
        FROM ledger_balance AS b
        LEFT JOIN contracts_disputedamount AS held ON held.account_id = b.account_id
        WHERE b.account_id IN (
            NEW.principal_account_id, NEW.interest_account_id, NEW.penalty_account_id, NEW.fee_account_id
        ) AND b.balance_minor > coalesce(held.amount_minor, 0)
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_financingcontract_default_undisputed',
            TABLE = tg_table_name,
            MESSAGE = format('contract %s owes nothing that is not disputed', NEW.code);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_state() FROM public;

CREATE OR REPLACE TRIGGER contracts_financingcontract_guard
BEFORE INSERT OR UPDATE OF state ON contracts_financingcontract
FOR EACH ROW EXECUTE FUNCTION contracts_guard_state();
