-- What is disputed of a contract's debts, by the account on which it is owed: of the charge that an open dispute names
-- what was unpaid when it was taken down, older charges being paid first. What is waived or reversed meanwhile falls
-- out, what is collected meanwhile counts for the rest. Few rows, whatever the book.
CREATE VIEW contracts_disputedamount AS
SELECT
    held.contract_id,
    held.account_id,
    sum(held.amount_minor)::bigint AS amount_minor
FROM (
    SELECT
        named.contract_id,
        own.account_id,
        least(moved.charged_minor, owed.balance_minor - moved.later_minor + moved.collected_minor) AS amount_minor
    FROM (
        SELECT
            d.contract_id,
            d.subject_kind,
            d.opened_on,
            CASE
                WHEN d.subject_reference ~ '^entry:[0-9]{1,18}$' THEN substr(d.subject_reference, 7)::bigint
            END AS entry_id
        FROM contracts_dispute AS d
        WHERE d.state = 'open' AND d.subject_kind IN ('fee', 'interest')
    ) AS named
    INNER JOIN contracts_financingcontract AS c ON named.contract_id = c.id
    INNER JOIN ledger_journalentry AS e ON named.entry_id = e.id
    CROSS JOIN
        LATERAL unnest(
            CASE named.subject_kind
                WHEN 'interest' THEN ARRAY[c.interest_account_id]
                ELSE ARRAY[c.penalty_account_id, c.fee_account_id]
            END
        ) AS own (account_id)
    INNER JOIN ledger_balance AS owed ON own.account_id = owed.account_id
    -- By account: an entry of interest has a posting for every contract of the book.
    CROSS JOIN
        LATERAL (
            SELECT
                coalesce(sum(p.amount_minor) FILTER (WHERE p.entry_id = e.id AND p.amount_minor > 0), 0)
                    AS charged_minor,
                coalesce(sum(p.amount_minor) FILTER (WHERE p.entry_id > e.id AND p.amount_minor > 0), 0)
                    AS later_minor,
                -coalesce(
                    sum(p.amount_minor) FILTER (
                        WHERE p.amount_minor < 0 AND p.booking_date >= named.opened_on AND k.reverses_id IS NULL
                        AND k.kind_id IN (
                            'interest_collected', 'interest_capitalised', 'penalty_collected', 'fee_collected',
                            'reserve_draw', 'loss_allocated', 'bad_spread_written_off'
                        )
                    ), 0
                ) AS collected_minor
            FROM ledger_posting AS p
            INNER JOIN ledger_journalentry AS k ON p.entry_id = k.id
            WHERE p.account_id = own.account_id AND p.booking_date >= e.booking_date
        ) AS moved
) AS held
WHERE held.amount_minor > 0
GROUP BY held.contract_id, held.account_id;

GRANT SELECT ON contracts_disputedamount TO plimsoll_app;
