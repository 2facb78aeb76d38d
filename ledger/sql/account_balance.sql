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

CREATE VIEW ledger_currentbalance AS
SELECT
    b.account_id,
    b.balance_minor + CASE
        WHEN b.is_hot
            THEN coalesce(
                (SELECT sum(d.amount_minor) FROM ledger_balancedelta AS d WHERE d.account_id = b.account_id), 0
            )::bigint
        ELSE 0
    END AS balance_minor
FROM ledger_balance AS b;

-- Fold the deltas of a book's hot accounts into their rows. Readers see either before or after; writers of
-- new deltas do not wait; a second roll-up skips the rows that the first one holds.
CREATE FUNCTION ledger_roll_up_deltas(rolled_book integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    rolled bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ledger_roll_up_deltas'), rolled_book);
    WITH taken AS (
        DELETE FROM ledger_balancedelta AS d
        USING ledger_account AS a
        WHERE a.id = d.account_id AND a.book_id = rolled_book
        RETURNING d.account_id, d.amount_minor
    ), summed AS (
        SELECT
            taken.account_id,
            sum(taken.amount_minor)::bigint AS amount_minor,
            count(*) AS deltas
        FROM taken
        GROUP BY taken.account_id
    ), updated AS (
        UPDATE ledger_balance AS b
        SET balance_minor = b.balance_minor + summed.amount_minor
        FROM summed
        WHERE b.account_id = summed.account_id
        RETURNING summed.deltas
    )
    SELECT coalesce(sum(updated.deltas), 0) INTO rolled FROM updated;
    RETURN rolled;
END;
$$;
