-- Every account has its balance row from its first moment, with its limit: the limit's check stands there.
CREATE FUNCTION ledger_open_balances() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_balance (account_id, balance_minor, "limit", is_hot)
    SELECT
        n.id,
        0,
        n."limit",
        n.is_hot
    FROM new_accounts AS n;
    RETURN NULL;
END;
$$;

CREATE TRIGGER ledger_account_opens_balance AFTER INSERT ON ledger_account
REFERENCING NEW TABLE AS new_accounts
FOR EACH STATEMENT EXECUTE FUNCTION ledger_open_balances();

-- A new book starts to be stamped at nought.
CREATE FUNCTION ledger_open_position_head() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_positionhead (book_id, last_position) VALUES (NEW.id, 0);
    RETURN NULL;
END;
$$;

CREATE TRIGGER ledger_book_opens_position_head AFTER INSERT ON ledger_book
FOR EACH ROW EXECUTE FUNCTION ledger_open_position_head();
