-- Booked (roll-up plus deltas), held, and available: what may leave, a positive amount on either side; NULL where
-- no limit says so.
CREATE OR REPLACE VIEW ledger_currentbalance AS
SELECT
    booked.account_id,
    booked.balance_minor,
    booked.held_minor,
    CASE booked."limit"
        WHEN 'no_debit_balance' THEN -booked.rolled_minor - booked.held_minor
        WHEN 'no_credit_balance' THEN booked.rolled_minor - booked.held_minor
    END AS available_minor
FROM (
    SELECT
        b.account_id,
        b.balance_minor AS rolled_minor,
        b.held_minor,
        b."limit",
        b.balance_minor + CASE
            WHEN b.is_hot
                THEN coalesce(
                    (SELECT sum(d.amount_minor) FROM ledger_balancedelta AS d WHERE d.account_id = b.account_id), 0
                )::bigint
            ELSE 0
        END AS balance_minor
    FROM ledger_balance AS b
) AS booked;

GRANT SELECT ON ledger_currentbalance TO plimsoll_app;
