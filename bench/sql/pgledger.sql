-- A ledger of one function a transfer, after the manner of pgledger: two accounts locked in order, their balances and
-- versions moved, a transfer and two entries written with the balance before and after. Own writing, with bigint
-- for keys and amounts, which is kinder to it than text and numeric.
CREATE SCHEMA pgledger;

CREATE TABLE pgledger.account (
    id bigint PRIMARY KEY,
    currency text NOT NULL,
    balance bigint NOT NULL DEFAULT 0,
    version bigint NOT NULL DEFAULT 0,
    allow_negative_balance boolean NOT NULL,
    allow_positive_balance boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE pgledger.transfer (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    from_account_id bigint NOT NULL REFERENCES pgledger.account (id),
    to_account_id bigint NOT NULL REFERENCES pgledger.account (id),
    amount bigint NOT NULL CHECK (amount > 0),
    event_at timestamptz NOT NULL DEFAULT now(),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (from_account_id <> to_account_id)
);
CREATE INDEX ON pgledger.transfer (from_account_id);
CREATE INDEX ON pgledger.transfer (to_account_id);

CREATE TABLE pgledger.entry (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    account_id bigint NOT NULL REFERENCES pgledger.account (id),
    transfer_id bigint NOT NULL REFERENCES pgledger.transfer (id),
    amount bigint NOT NULL,
    account_previous_balance bigint NOT NULL,
    account_current_balance bigint NOT NULL,
    account_version bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON pgledger.entry (account_id);
CREATE INDEX ON pgledger.entry (transfer_id);

CREATE FUNCTION pgledger.create_transfer(from_id bigint, to_id bigint, amount bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    giver pgledger.account;
    taker pgledger.account;
    new_transfer_id bigint;
BEGIN
    IF create_transfer.amount <= 0 OR from_id = to_id THEN
        RAISE EXCEPTION 'a transfer moves a positive amount between two accounts';
    END IF;
    PERFORM a.id FROM pgledger.account AS a WHERE a.id IN (from_id, to_id) ORDER BY a.id FOR UPDATE;

    UPDATE pgledger.account AS a
    SET balance = a.balance - create_transfer.amount, version = a.version + 1, updated_at = now()
    WHERE a.id = from_id
    RETURNING a.* INTO giver;
    UPDATE pgledger.account AS a
    SET balance = a.balance + create_transfer.amount, version = a.version + 1, updated_at = now()
    WHERE a.id = to_id
    RETURNING a.* INTO taker;

    IF giver.id IS NULL OR taker.id IS NULL OR giver.currency <> taker.currency THEN
        RAISE EXCEPTION 'both accounts exist, in one currency';
    END IF;
    IF (giver.balance < 0 AND NOT giver.allow_negative_balance)
        OR (taker.balance > 0 AND NOT taker.allow_positive_balance) THEN
        RAISE EXCEPTION 'a balance would pass its limit';
    END IF;

    INSERT INTO pgledger.transfer (from_account_id, to_account_id, amount)
    VALUES (from_id, to_id, create_transfer.amount)
    RETURNING id INTO new_transfer_id;
    INSERT INTO pgledger.entry (
        account_id, transfer_id, amount, account_previous_balance, account_current_balance, account_version
    )
    VALUES
    (
        from_id, new_transfer_id, -create_transfer.amount, giver.balance + create_transfer.amount, giver.balance,
        giver.version
    ),
    (
        to_id, new_transfer_id, create_transfer.amount, taker.balance - create_transfer.amount, taker.balance,
        taker.version
    );
    RETURN new_transfer_id;
END;
$$;
