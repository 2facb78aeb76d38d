-- What a custody account is never changes, so that the tie below, once checked, holds for ever.
CREATE FUNCTION custody_guard_account() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_custodyaccount_identity_is_fixed',
            TABLE = 'custody_custodyaccount',
            MESSAGE = format('custody account %s cannot change; open another one', OLD.external_number);
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER custody_custodyaccount_guard BEFORE UPDATE ON custody_custodyaccount
FOR EACH ROW EXECUTE FUNCTION custody_guard_account();

-- A custody account is tied to ledger accounts of its own book, ring and unit, in the right roles. Neither side can
-- change afterwards. A row of a transaction still in flight is not seen here and so does not count as there.
CREATE FUNCTION custody_guard_account_unit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    is_currency boolean;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_custodyaccountunit_tie_is_fixed',
            TABLE = 'custody_custodyaccountunit',
            MESSAGE = 'the tie of a custody account to the ledger cannot change';
    END IF;
    SELECT u.kind = 'currency' INTO is_currency FROM ledger_unit AS u WHERE u.id = NEW.unit_id;
    IF is_currency IS NULL OR is_currency <> (NEW.transit_account_id IS NOT NULL) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_custodyaccountunit_cash_has_transit',
            TABLE = 'custody_custodyaccountunit',
            MESSAGE = 'cash is tied with its transit account, securities without one';
    END IF;
    IF NOT EXISTS (
        SELECT
        FROM custody_custodyaccount AS c
        INNER JOIN ledger_account AS a ON a.id = NEW.ledger_account_id
        LEFT JOIN ledger_account AS t ON t.id = NEW.transit_account_id
        WHERE c.id = NEW.custody_account_id
            AND (a.book_id, a.ring, a.unit_id, a.role) = (c.book_id, c.ring, NEW.unit_id, 'custody')
            AND (
                NEW.transit_account_id IS NULL
                OR (t.book_id, t.ring, t.unit_id, t.role) = (c.book_id, c.ring, NEW.unit_id, 'transit')
            )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_custodyaccountunit_ring_matches',
            TABLE = 'custody_custodyaccountunit',
            MESSAGE = 'ledger and custody account differ in book, ring or unit, or the role is another';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER custody_custodyaccountunit_guard BEFORE INSERT OR UPDATE ON custody_custodyaccountunit
FOR EACH ROW EXECUTE FUNCTION custody_guard_account_unit();

-- Cash is at home in an account of its own ring and book; a funder's home is a funder's.
CREATE FUNCTION custody_guard_home() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT
        FROM custody_custodyaccount AS c
        LEFT JOIN accounts_party AS p ON p.id = NEW.owner_id
        WHERE c.id = NEW.custody_account_id AND c.ring = NEW.ring AND c.book_id = NEW.book_id
            AND (NEW.owner_id IS NULL OR p.kind = 'funder')
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'custody_cashhome_account_matches',
            TABLE = 'custody_cashhome',
            MESSAGE = 'the home is in another ring or book, or its owner is no funder';
    END IF;
    RETURN NEW;
END;
$$;

CREATE TRIGGER custody_cashhome_guard BEFORE INSERT OR UPDATE ON custody_cashhome
FOR EACH ROW EXECUTE FUNCTION custody_guard_home();
