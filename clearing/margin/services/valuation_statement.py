"""The one statement that values a book: balances by contract, times marks, against debts, into a row each.

Read from the top: which contracts; their balances; money and debts; securities at marks; holds; the sums; the
rows. All figures are exact: minor units in numeric, truncated once where a column holds an integer, and
compared before. The epoch of a quantity counts the splits that have been booked, that of a mark those that
its session had seen.
"""

# From `priced`, one row per holder and security: what each holder's securities are worth and count for. Where
# stored inputs are valued anew (clearing.corrections), this is the arithmetic too.
PORTFOLIO = """portfolio AS MATERIALIZED (
    SELECT
        holder_id,
        array_agg(instrument_id ORDER BY instrument_id) AS instrument_ids,
        array_agg(quantity::bigint ORDER BY instrument_id) AS quantities,
        array_agg(mark_id ORDER BY instrument_id) AS mark_ids,
        array_agg(credit_ppm ORDER BY instrument_id) AS credits_ppm,
        bool_and(coalesce(usable_for_liquidation, false)) AS marks_allow_liquidation,
        sum(value_minor) AS securities_minor,
        div(
            sum(least(value_minor * 1000000, total_minor * concentration_cap_ppm) * credit_ppm), 1000000000000
        ) AS counted_minor,
        string_agg(price_hold, '; ' ORDER BY instrument_id) AS price_hold,
        string_agg(action_hold, '; ' ORDER BY instrument_id) AS action_hold
    FROM (
        SELECT priced.*, sum(value_minor) OVER (PARTITION BY holder_id) AS total_minor
        FROM priced
    ) AS counted
    GROUP BY holder_id
"""

_FROM_BALANCES = """
WITH chosen AS MATERIALIZED (
    SELECT
        contract.id, contract.code, contract.unit_id, terms.id AS terms_id,
        terms.haircut_ppm, terms.concentration_cap_ppm,
        terms.warn_ppm, terms.restrict_ppm, terms.call_ppm, terms.liquidate_ppm, terms.emergency_ppm,
        terms.insolvent_ppm
    FROM contracts_financingcontract AS contract
    LEFT JOIN contracts_amended_terms(%(business_date)s) AS amended ON amended.contract_id = contract.id
    INNER JOIN contracts_termsversion AS terms ON terms.id = coalesce(amended.terms_id, contract.terms_id)
    WHERE contract.book_id = %(book_id)s
        AND (
            contract.state IN ('active', 'restricted', 'in_call', 'liquidating', 'matured')
            -- One that defaulted at its maturity, and not by a waterfall that has settled everything.
            OR contract.state = 'defaulted' AND EXISTS (
                SELECT FROM ledger_currentbalance AS owed
                WHERE owed.account_id = contract.principal_account_id AND owed.balance_minor > 0
            )
        )
        AND contract.id BETWEEN %(first_id)s AND %(last_id)s
        AND NOT EXISTS (
            SELECT FROM margin_valuation AS valued
            WHERE valued.contract_id = contract.id AND valued.business_date = %(business_date)s
        )
), holding AS MATERIALIZED (
    SELECT
        chosen.id AS contract_id, chosen.unit_id AS currency_id, chosen.haircut_ppm,
        chosen.concentration_cap_ppm, own.role, own.unit_id, unit.kind, unit.code AS unit_code, unit.exponent,
        own.unit_id = chosen.unit_id AS is_own_currency, sum(own.balance_minor) AS balance_minor
    FROM chosen
    -- OFFSET 0 keeps this a probe by contract, whatever the planner believes of a table not analysed yet.
    CROSS JOIN LATERAL (
        SELECT account.role, account.unit_id, current.balance_minor
        FROM ledger_account AS account
        INNER JOIN ledger_currentbalance AS current ON current.account_id = account.id
        WHERE account.book_id = %(book_id)s AND account.contract_code = chosen.code
            AND account.contract_code <> ''
        OFFSET 0
    ) AS own
    INNER JOIN ledger_unit AS unit ON unit.id = own.unit_id
    WHERE own.role IN (
        'entitlement', 'unsettled', 'loan_principal', 'interest_receivable', 'penalty_receivable',
        'fee_receivable'
    )
    GROUP BY
        chosen.id, chosen.unit_id, chosen.haircut_ppm, chosen.concentration_cap_ppm, own.role, own.unit_id,
        unit.kind, unit.code, unit.exponent
), money AS MATERIALIZED (
    SELECT
        contract_id,
        coalesce(
            -sum(balance_minor) FILTER (WHERE role IN ('entitlement', 'unsettled') AND is_own_currency), 0
        ) AS cash_minor,
        coalesce(sum(balance_minor) FILTER (WHERE role = 'loan_principal'), 0) AS principal_minor,
        coalesce(sum(balance_minor) FILTER (WHERE role = 'interest_receivable'), 0) AS interest_minor,
        coalesce(sum(balance_minor) FILTER (WHERE role = 'penalty_receivable'), 0) AS penalty_minor,
        coalesce(sum(balance_minor) FILTER (WHERE role = 'fee_receivable'), 0) AS fees_minor,
        string_agg(DISTINCT unit_code, ', ') FILTER (
            WHERE kind = 'currency' AND NOT is_own_currency AND balance_minor <> 0
        ) AS foreign_currencies
    FROM holding
    GROUP BY contract_id
), position AS MATERIALIZED (
    SELECT
        contract_id, currency_id, haircut_ppm, concentration_cap_ppm, unit_id, unit_code, exponent,
        -sum(balance_minor) AS quantity
    FROM holding
    WHERE kind = 'security'
    GROUP BY
        contract_id, currency_id, haircut_ppm, concentration_cap_ppm, unit_id, unit_code, exponent
    HAVING sum(balance_minor) <> 0
), quotation AS MATERIALIZED (
    SELECT
        held.unit_id, instrument.id AS instrument_id, instrument.currency_id, instrument.haircut_ppm,
        instrument.calendar_code, session.session_date, mark.id AS mark_id, mark.price_minor, mark.reason,
        mark.usable_for_liquidation, mark.epoch IS DISTINCT FROM action.epoch AS is_other_epoch
    FROM (SELECT DISTINCT unit_id FROM position) AS held
    LEFT JOIN marks_instrument AS instrument ON instrument.unit_id = held.unit_id
    LEFT JOIN LATERAL (
        SELECT max(traded.session_date) AS session_date
        FROM ledger_tradingsession AS traded
        WHERE traded.calendar_code = instrument.calendar_code AND traded.session_date <= %(business_date)s
            AND EXISTS (
                SELECT FROM ledger_tradingsession AS later
                WHERE later.calendar_code = instrument.calendar_code
                    AND later.session_date >= %(business_date)s
            )
    ) AS session ON true
    LEFT JOIN marks_mark AS mark
        ON mark.book_id = %(book_id)s AND mark.instrument_id = instrument.id
            AND mark.session_date = session.session_date
            AND NOT EXISTS (SELECT FROM marks_mark AS later WHERE later.supersedes_id = mark.id)
    LEFT JOIN LATERAL (
        SELECT 1 + count(*) AS epoch
        FROM marks_corporateaction AS split
        INNER JOIN settlement_corporateactionstep AS booked
            ON booked.action_id = split.id AND booked.stage = 'ex'
        WHERE split.book_id = %(book_id)s AND split.instrument_id = instrument.id AND split.kind = 'split'
    ) AS action ON true
), priced AS (
    SELECT
        position.contract_id AS holder_id, position.quantity, quotation.instrument_id, quotation.mark_id,
        quotation.usable_for_liquidation,
        div(position.quantity * quotation.price_minor, power(10::numeric, position.exponent)) AS value_minor,
        1000000 - coalesce(quotation.haircut_ppm, position.haircut_ppm) AS credit_ppm,
        position.concentration_cap_ppm,
        CASE
            WHEN quotation.instrument_id IS NULL
                THEN format('%%s is no instrument: register it', position.unit_code)
            WHEN quotation.session_date IS NULL
                THEN format(
                    'calendar %%s does not reach %%s: seed it further',
                    quotation.calendar_code, %(business_date)s
                )
            WHEN quotation.currency_id <> position.currency_id
                THEN format(
                    '%%s is quoted in another currency, for which there is no rate', position.unit_code
                )
            WHEN position.quantity < 0 THEN format('%%s is held short', position.unit_code)
            WHEN quotation.mark_id IS NULL
                THEN format('%%s has no mark of %%s', position.unit_code, quotation.session_date)
            WHEN quotation.price_minor IS NULL AND quotation.reason <> 'epoch_mismatch'
                THEN format('the mark of %%s is on hold: %%s', position.unit_code, quotation.reason)
        END AS price_hold,
        CASE
            WHEN quotation.reason = 'epoch_mismatch'
                OR quotation.price_minor IS NOT NULL AND quotation.is_other_epoch
                THEN format('price and quantity of %%s are of different epochs', position.unit_code)
        END AS action_hold
    FROM position
    INNER JOIN quotation ON quotation.unit_id = position.unit_id
), """

_INTO_ROWS = """), summed AS (
    SELECT
        chosen.*,
        money.cash_minor, money.principal_minor, money.interest_minor, money.penalty_minor, money.fees_minor,
        pending.interest_minor AS pending_interest_minor,
        money.principal_minor + money.interest_minor + pending.interest_minor + money.penalty_minor
            + money.fees_minor AS debt_minor,
        coalesce(portfolio.securities_minor, 0) AS securities_minor,
        money.cash_minor + coalesce(portfolio.securities_minor, 0) AS collateral_minor,
        money.cash_minor + coalesce(portfolio.counted_minor, 0) AS lending_value_minor,
        coalesce(portfolio.instrument_ids, '{}') AS instrument_ids,
        coalesce(portfolio.quantities, '{}') AS quantities,
        coalesce(portfolio.mark_ids, '{}') AS mark_ids,
        coalesce(portfolio.credits_ppm, '{}') AS credits_ppm,
        coalesce(portfolio.marks_allow_liquidation, true) AS marks_allow_liquidation,
        CASE
            WHEN coalesce(portfolio.price_hold, money.foreign_currencies, pending.unfixed) IS NOT NULL
                THEN 'price_hold'
            WHEN portfolio.action_hold IS NOT NULL THEN 'corporate_action_hold'
            ELSE ''
        END AS side_state,
        concat_ws(
            '; ', portfolio.price_hold, portfolio.action_hold,
            'there is no rate for ' || money.foreign_currencies, pending.unfixed
        ) AS hold_reason
    FROM chosen
    INNER JOIN money ON money.contract_id = chosen.id
    LEFT JOIN portfolio ON portfolio.holder_id = chosen.id
    LEFT JOIN LATERAL (
        SELECT
            accrual.accrual_date,
            accrual.cumulative_numerator + coalesce(late.cumulative_numerator, 0) AS cumulative_numerator,
            accrual.cumulative_posted_minor + coalesce(late.posted_minor, 0) AS cumulative_posted_minor
        FROM contracts_interestaccrual AS accrual
        LEFT JOIN LATERAL (
            SELECT
                sum(adjusted.cumulative_numerator) AS cumulative_numerator,
                sum(adjusted.posted_minor) AS posted_minor
            FROM contracts_interestadjustment AS adjusted
            WHERE adjusted.contract_id = chosen.id AND adjusted.accrual_date = accrual.accrual_date
                AND adjusted.tranche_id IS NULL
        ) AS late ON true
        WHERE accrual.contract_id = chosen.id AND accrual.tranche_id IS NULL
        ORDER BY accrual.accrual_date DESC
        LIMIT 1
    ) AS accrued ON true
    CROSS JOIN LATERAL (
        SELECT CASE
            -- Half up by whole division: a quotient of numerics is cut short before it is rounded.
            WHEN accrued.accrual_date < %(business_date)s THEN greatest(0, div(
                2 * (
                    accrued.cumulative_numerator + money.principal_minor::numeric * nights.rate_parts
                ) + %(interest_denominator)s::numeric,
                2 * %(interest_denominator)s::numeric
            ) - accrued.cumulative_posted_minor)
            ELSE 0
        END AS interest_minor,
        CASE WHEN NOT nights.is_fixed THEN 'interest waits for a fixing of its benchmark' END AS unfixed
        FROM (SELECT 1) AS always
        -- Asked only where nights are left that no accrual has counted.
        LEFT JOIN LATERAL contracts_interest_weigh(
            chosen.id, accrued.accrual_date, %(business_date)s::date
        ) AS nights ON accrued.accrual_date < %(business_date)s
    ) AS pending
), added AS (
    INSERT INTO margin_valuation (
        book_id, contract_id, terms_id, business_date, cash_minor, securities_minor, lending_value_minor,
        collateral_minor, principal_minor, interest_minor, pending_interest_minor, penalty_minor, fees_minor,
        debt_minor, coverage_ppm, raw_level, side_state, hold_reason, marks_allow_liquidation, instrument_ids,
        quantities, mark_ids, credits_ppm, inputs_digest, ledger_position
    )
    SELECT
        %(book_id)s, id, terms_id, %(business_date)s, cash_minor,
        CASE WHEN side_state = '' THEN securities_minor END,
        CASE WHEN side_state = '' THEN lending_value_minor END,
        CASE WHEN side_state = '' THEN collateral_minor END,
        principal_minor, interest_minor, pending_interest_minor, penalty_minor, fees_minor, debt_minor,
        CASE WHEN side_state = '' AND debt_minor > 0 THEN div(collateral_minor * 1000000, debt_minor) END,
        CASE
            WHEN side_state = '' THEN margin_level(
                collateral_minor, debt_minor, lending_value_minor, warn_ppm, restrict_ppm, call_ppm,
                    liquidate_ppm,
                emergency_ppm, insolvent_ppm, 0
            )
        END,
        side_state, hold_reason, side_state = '' AND marks_allow_liquidation,
        instrument_ids, quantities, mark_ids, credits_ppm,
        sha256(convert_to(jsonb_build_array(
            'plimsoll-valuation-v1', code, terms_id, to_char(%(business_date)s::date, 'YYYY-MM-DD'),
                cash_minor,
            principal_minor, interest_minor, pending_interest_minor, penalty_minor, fees_minor,
                instrument_ids,
            quantities, mark_ids, credits_ppm, hold_reason
        )::text, 'UTF8')),
        %(ledger_position)s
    FROM summed
    ORDER BY id
    ON CONFLICT (contract_id, business_date) DO NOTHING
    RETURNING side_state
)
SELECT count(*), count(*) FILTER (WHERE side_state <> '') FROM added
"""

VALUE_CONTRACTS = _FROM_BALANCES + PORTFOLIO + _INTO_ROWS
