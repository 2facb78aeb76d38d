-- What contracts, ledger and documents say to the erasure of a party: nothing may be open, and the last record must be
-- old enough. What names the client in documents goes with the erasure.
CREATE OR REPLACE FUNCTION contracts_guard_erasure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
    what text;
    kept_from date := NEW.erased_on - accounts_retention();
    own bigint[];
BEGIN
    SELECT array_agg(a.id) INTO own
    FROM ledger_account AS a
    WHERE a.owner_id = NEW.party_id OR (a.book_id, a.contract_code) IN (
        SELECT c.book_id, c.code FROM contracts_financingcontract AS c WHERE c.client_id = NEW.party_id
    );
    SELECT coalesce(
        (
            SELECT 'contract ' || c.code
            FROM contracts_financingcontract AS c
            WHERE c.state NOT IN ('closed', 'defaulted') AND (
                c.client_id = NEW.party_id OR EXISTS (
                    SELECT FROM contracts_fundingtranche AS t
                    WHERE t.contract_id = c.id AND t.funder_id = NEW.party_id AND t.replaced_on IS NULL
                )
            )
            ORDER BY c.code LIMIT 1
        ),
        (
            SELECT 'balance of ' || a.address
            FROM ledger_currentbalance AS b
            INNER JOIN ledger_account AS a ON a.id = b.account_id
            WHERE b.account_id = ANY(own) AND (b.balance_minor <> 0 OR b.held_minor <> 0)
            ORDER BY a.address LIMIT 1
        ),
        (
            SELECT 'dispute ' || d.reference
            FROM contracts_dispute AS d
            INNER JOIN contracts_financingcontract AS c ON c.id = d.contract_id
            WHERE d.state = 'open' AND c.client_id = NEW.party_id
            ORDER BY d.reference LIMIT 1
        )
    ) INTO what;
    IF what IS NOT NULL THEN
        broken := 'accounts_partyerasure_nothing_open';
    ELSIF EXISTS (
        SELECT FROM ledger_posting AS p WHERE p.account_id = ANY(own) AND p.booking_date > kept_from
    ) OR EXISTS (
        SELECT FROM contracts_financingcontract AS c
        WHERE c.client_id = NEW.party_id AND coalesce(c.closed_on, c.opened_on) > kept_from
    ) OR EXISTS (
        SELECT FROM contracts_document AS d WHERE d.client_id = NEW.party_id AND d.issued_on > kept_from
    ) THEN
        broken := 'accounts_partyerasure_retention_over';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('the erasure of party %s breaks %s: %s', NEW.party_id, broken, what);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_erasure() FROM public;

-- After accounts_guard_erasure, which looks at the party itself: triggers of one event run in the order of their names.
CREATE OR REPLACE TRIGGER guard_erasure_of_contracts BEFORE INSERT ON accounts_partyerasure
FOR EACH ROW EXECUTE FUNCTION contracts_guard_erasure();

CREATE OR REPLACE FUNCTION contracts_erase_documents() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE contracts_document SET content = '', inputs = '{}' WHERE client_id = NEW.party_id;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_erase_documents() FROM public;

CREATE OR REPLACE TRIGGER erase_party_in_documents AFTER INSERT ON accounts_partyerasure
FOR EACH ROW EXECUTE FUNCTION contracts_erase_documents();
