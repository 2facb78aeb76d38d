"""The SELECTs that compute the postings of corporate actions, one row per posting, for any number of holders.

Quantities in the security's own scale, amounts in minor units, debit positive. All arithmetic is on numeric
and rounded once: a dividend half up per custodian, cash in lieu half up per contract, shares down. A missing
account leaves its entry unbalanced, which the ledger refuses: nobody is left out in silence.
"""

# Who holds on trade date as the ex-date opens: settled and unsettled, less what was traded since.
_POSITION = """
WITH held AS MATERIALIZED (
    SELECT c.id AS contract_id, c.custodian_id, k.code AS bank, c.code AS contract_code,
        c.unsettled_cash_account_id,
        (-sum(b.balance_minor) - coalesce(max(since.quantity), 0))::numeric AS quantity
    FROM ledger_account AS a
    INNER JOIN ledger_balance AS b ON b.account_id = a.id
    INNER JOIN contracts_financingcontract AS c ON c.book_id = a.book_id AND c.code = a.contract_code
    INNER JOIN custody_custodian AS k ON k.id = c.custodian_id
    LEFT JOIN (
        SELECT t.contract_id, sum(CASE t.side WHEN 'buy' THEN t.quantity ELSE -t.quantity END) AS quantity
        FROM settlement_trade AS t
        WHERE t.book_id = %(book_id)s AND t.instrument_id = %(instrument_id)s AND t.trade_date >= %(ex_date)s
            AND NOT EXISTS (SELECT FROM settlement_tradecancellation AS x WHERE x.trade_id = t.id)
        GROUP BY t.contract_id
    ) AS since ON since.contract_id = c.id
    WHERE a.book_id = %(book_id)s AND a.ring = 'client' AND a.role IN ('entitlement', 'unsettled')
        AND a.unit_id = %(security_id)s
    GROUP BY c.id, c.custodian_id, k.code, c.code, c.unsettled_cash_account_id
    HAVING -sum(b.balance_minor) - coalesce(max(since.quantity), 0) > 0
),
"""

# gross and tax per contract; cash receivable in, unsettled cash and tax payable out.
_CASH_POSTINGS = """
SELECT p.custodian_id::int AS entry_no, p.unsettled_cash_account_id AS account_id,
    (p.tax - p.gross)::bigint AS amount_minor
FROM due AS p
WHERE p.gross > p.tax
UNION ALL
SELECT p.custodian_id::int, r.id, sum(p.gross)::bigint
FROM due AS p
INNER JOIN ledger_account AS r ON r.book_id = %(book_id)s AND r.unit_id = %(currency_id)s
    AND r.address = 'client/settlement/' || p.bank || '/cash-receivable'
GROUP BY p.custodian_id, r.id
HAVING sum(p.gross) > 0
UNION ALL
SELECT p.custodian_id::int, x.id, -sum(p.tax)::bigint
FROM due AS p
INNER JOIN ledger_account AS x ON x.book_id = %(book_id)s AND x.unit_id = %(currency_id)s
    AND x.address = 'client/tax-payable/' || p.bank
GROUP BY p.custodian_id, x.id
HAVING sum(p.tax) > 0
"""

# What the bank pays on all it holds for its clients, shared by largest remainder, the older contract first
# among equals: gross by quantity, tax by gross. Holders rounded one by one are owed cents that nobody pays.
_DIVIDEND_DUE = """
whole AS (
    SELECT h.*, sum(h.quantity) OVER bank AS all_quantity,
        div(
            2 * sum(h.quantity) OVER bank * %(amount_micro)s + %(scale)s::numeric * 1000000,
            %(scale)s::numeric * 2000000
        ) AS all_gross
    FROM held AS h
    WINDOW bank AS (PARTITION BY h.custodian_id)
), gross_share AS (
    SELECT w.*, div(w.all_gross * w.quantity, w.all_quantity) AS least,
        row_number() OVER (
            PARTITION BY w.custodian_id
            ORDER BY mod(w.all_gross * w.quantity, w.all_quantity) DESC, w.contract_id
        ) AS turn
    FROM whole AS w
), gross AS (
    SELECT g.*,
        g.least + (g.turn <= g.all_gross - sum(g.least) OVER (PARTITION BY g.custodian_id))::int AS gross,
        div(2 * g.all_gross * %(tax_ppm)s + 1000000, 2000000) AS all_tax
    FROM gross_share AS g
), tax_share AS (
    SELECT g.custodian_id, g.bank, g.contract_id, g.unsettled_cash_account_id, g.gross, g.all_tax,
        div(g.all_tax * g.gross, g.all_gross) AS least,
        row_number() OVER (
            PARTITION BY g.custodian_id ORDER BY mod(g.all_tax * g.gross, g.all_gross) DESC, g.contract_id
        ) AS turn
    FROM gross AS g
    WHERE g.all_gross > 0
), due AS (
    SELECT t.*, t.least + (t.turn <= t.all_tax - sum(t.least) OVER (PARTITION BY t.custodian_id))::int AS tax
    FROM tax_share AS t
)
"""

_SPLIT = """
due AS (
    SELECT p.*, (div(p.quantity * %(numerator)s, %(denominator)s) - p.quantity)::bigint AS extra
    FROM held AS p
)
SELECT p.custodian_id::int AS entry_no, u.id AS account_id, -p.extra AS amount_minor
FROM due AS p
INNER JOIN ledger_account AS u ON u.book_id = %(book_id)s AND u.unit_id = %(security_id)s
    AND u.contract_code = p.contract_code AND u.role = 'unsettled'
WHERE p.extra <> 0
UNION ALL
SELECT p.custodian_id::int, r.id, sum(p.extra)::bigint
FROM due AS p
INNER JOIN ledger_account AS r ON r.book_id = %(book_id)s AND r.unit_id = %(security_id)s
    AND r.address = 'client/settlement/' || p.bank || '/securities-receivable'
GROUP BY p.custodian_id, r.id
HAVING sum(p.extra) <> 0
"""

# A fraction of a new share at the last price before, made a price of new shares.
_LIEU_DUE = """
due AS (
    SELECT f.*, 0::numeric AS tax,
        div(
            2 * f.fraction * %(price_minor)s + %(numerator)s * %(scale)s::numeric,
            2 * %(numerator)s * %(scale)s::numeric
        ) AS gross
    FROM (
        SELECT p.*, mod(p.quantity * %(numerator)s, %(denominator)s) AS fraction
        FROM held AS p
    ) AS f
)
"""

DIVIDEND_EX = "".join((_POSITION, _DIVIDEND_DUE, _CASH_POSTINGS))
SPLIT_EX = "".join((_POSITION, _SPLIT))
CASH_IN_LIEU = "".join((_POSITION, _LIEU_DUE, _CASH_POSTINGS))

# What an ex-date entry promised arrives: its legs are turned round, custody and entitlement take their place.
DELIVERY = """
WITH ex AS (
    SELECT * FROM unnest(%(ex_number)s::int[], %(ex_entry_id)s::bigint[], %(ex_bank)s::text[])
    AS e (number, entry_id, bank)
), leg AS MATERIALIZED (
    SELECT e.number, e.bank, p.account_id, p.amount_minor, a.unit_id, a.role, a.contract_code
    FROM ex AS e
    INNER JOIN ledger_posting AS p ON p.entry_id = e.entry_id AND p.booking_date = %(ex_booked_on)s
    INNER JOIN ledger_account AS a ON a.id = p.account_id
)
SELECT 2 * l.number AS entry_no, l.account_id, -l.amount_minor AS amount_minor
FROM leg AS l
WHERE l.role IN ('settlement', 'unsettled')
UNION ALL
SELECT 2 * l.number, t.id, l.amount_minor
FROM leg AS l
INNER JOIN ledger_account AS t ON t.book_id = %(book_id)s AND t.unit_id = l.unit_id
    AND t.contract_code = l.contract_code AND t.role = 'entitlement'
WHERE l.role = 'unsettled'
UNION ALL
SELECT 2 * l.number, t.id, l.amount_minor
FROM leg AS l
INNER JOIN ledger_account AS t ON t.book_id = %(book_id)s AND t.unit_id = l.unit_id
    AND t.address = 'client/custody/' || l.bank
WHERE l.role = 'settlement'
UNION ALL
SELECT 2 * l.number + 1, l.account_id, -l.amount_minor
FROM leg AS l
WHERE l.role = 'tax_payable'
UNION ALL
SELECT 2 * l.number + 1, t.id, l.amount_minor
FROM leg AS l
INNER JOIN ledger_account AS t ON t.book_id = %(book_id)s AND t.unit_id = l.unit_id
    AND t.address = 'client/custody/' || l.bank
WHERE l.role = 'tax_payable'
"""
