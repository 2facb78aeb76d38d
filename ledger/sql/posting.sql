-- Postings, partitioned by month of booking. No foreign keys: the posting rule joins entry and account
-- once per statement and knows that both exist (two foreign keys cost four times the insert itself).
CREATE TABLE ledger_posting (
    entry_id bigint NOT NULL,
    account_id bigint NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT ledger_posting_amount_not_zero CHECK (amount_minor <> 0),
    posting_no integer NOT NULL CONSTRAINT ledger_posting_number_positive CHECK (posting_no > 0),
    unit_id integer NOT NULL,
    book_id integer NOT NULL,
    booking_date date NOT NULL,
    value_date date NOT NULL,
    CONSTRAINT ledger_posting_numbered_once PRIMARY KEY (entry_id, posting_no, booking_date)
) PARTITION BY RANGE (booking_date);

CREATE INDEX ledger_posting_account_day ON ledger_posting (account_id, booking_date);
CREATE INDEX ledger_posting_day ON ledger_posting USING brin (booking_date);

-- When the entry was written, by the transaction itself; the login may not name this column.
ALTER TABLE ledger_journalentry
ADD COLUMN creating_xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX ledger_journalentry_xid ON ledger_journalentry (book_id, creating_xid);

-- Beyond these years a date is a slip, or one that no client can read back; what is booked stays for ever.
ALTER TABLE ledger_journalentry
ADD CONSTRAINT ledger_journalentry_value_date_plausible CHECK (
    value_date BETWEEN '1900-01-01' AND '2999-12-31'
);
ALTER TABLE ledger_businessday
ADD CONSTRAINT ledger_businessday_date_plausible CHECK (
    business_date BETWEEN '1900-01-01' AND '2999-12-31'
);

-- Entries created before this transaction id are stamped or rolled back: where the stamper looks next.
ALTER TABLE ledger_positionhead
ADD COLUMN horizon xid8 NOT NULL DEFAULT '0';

-- The running balances are updated in place: leave room in each page for it.
ALTER TABLE ledger_balance SET (fillfactor = 50);
