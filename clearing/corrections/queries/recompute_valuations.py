"""Stored valuations with corrected inputs put in: the first half of the recomputation, in SQL.

`touched`, `shift`, `moved` say whom it is about and what is put in; `anew` has the stored figures beside the
corrected ones, `graded` both with their levels before and with the hysteresis.
"""

from clearing.margin.services.valuation_statement import PORTFOLIO

NO_SHIFT = """
    SELECT
        NULL::bigint AS contract_id, NULL::date AS first_date, NULL::date AS last_date,
        0::bigint AS cash_minor, 0::bigint AS debt_minor
    WHERE false
"""
"""Nothing of money changes. Else one row per contract and span of days: what cash and debts would be more."""

NO_MOVE = """
    SELECT
        NULL::bigint AS contract_id, NULL::bigint AS instrument_id, NULL::date AS first_date,
        0::bigint AS quantity
    WHERE false
"""
"""No quantity changes. Else one row per contract and security: how much more from a day on."""

_STORED = """
stored AS MATERIALIZED (
    SELECT
        v.id, v.contract_id, v.business_date, v.cash_minor, v.debt_minor, v.collateral_minor,
        v.lending_value_minor, v.coverage_ppm, v.raw_level, v.side_state, v.marks_allow_liquidation,
        v.instrument_ids, v.quantities, v.mark_ids, v.credits_ppm,
        string_to_array(nullif(v.hold_reason, ''), '; ') AS hold_reasons,
        t.haircut_ppm, t.concentration_cap_ppm, t.warn_ppm, t.restrict_ppm, t.call_ppm, t.liquidate_ppm,
        t.emergency_ppm, t.insolvent_ppm, t.hysteresis_ppm, t.calendar_code, t.call_deadline_sessions,
        t.emergency_liquidation
    FROM margin_valuation AS v
    INNER JOIN contracts_termsversion AS t ON t.id = v.terms_id
    WHERE v.book_id = %(book_id)s AND v.business_date BETWEEN %(first)s AND %(last)s
        AND v.contract_id IN (SELECT touched.contract_id FROM touched)
)"""

# What a security of a valuation is priced at; one that is put in has the credit of today's haircut.
_SECURITIES = """
element AS MATERIALIZED (
    SELECT
        one.holder_id, one.instrument_id, sum(one.quantity) AS quantity, max(one.mark_id) AS mark_id,
        max(one.credit_ppm) AS credit_ppm, bool_or(one.is_moved) AS is_moved
    FROM (
        SELECT s.id AS holder_id, e.instrument_id, e.quantity, e.mark_id, e.credit_ppm, false AS is_moved
        FROM stored AS s
        CROSS JOIN LATERAL unnest(s.instrument_ids, s.quantities, s.mark_ids, s.credits_ppm)
            AS e (instrument_id, quantity, mark_id, credit_ppm)
        UNION ALL
        SELECT
            s.id, m.instrument_id, m.quantity, mark.id,
            CASE
                WHEN m.instrument_id <> ALL (s.instrument_ids)
                    THEN 1000000 - coalesce(i.haircut_ppm, s.haircut_ppm)
            END,
            true
        FROM stored AS s
        INNER JOIN moved AS m ON m.contract_id = s.contract_id AND m.first_date <= s.business_date
        INNER JOIN marks_instrument AS i ON i.id = m.instrument_id
        LEFT JOIN LATERAL (
            SELECT k.id
            FROM marks_mark AS k
            WHERE k.book_id = %(book_id)s AND k.instrument_id = m.instrument_id
                AND k.session_date <= s.business_date AND m.instrument_id <> ALL (s.instrument_ids)
            ORDER BY k.session_date DESC, k.version DESC
            LIMIT 1
        ) AS mark ON true
    ) AS one
    GROUP BY one.holder_id, one.instrument_id
    HAVING sum(one.quantity) <> 0 OR bool_or(one.is_moved)
), quoted AS MATERIALIZED (
    SELECT
        e.*, u.code AS unit_code, u.exponent,
        coalesce(e.mark_id = ANY(%(mark_ids)s::bigint[]), false) AS is_corrected,
        CASE WHEN e.mark_id = ANY(%(mark_ids)s::bigint[]) THEN %(price_minor)s ELSE k.price_minor END
            AS price_minor,
        CASE WHEN e.mark_id = ANY(%(mark_ids)s::bigint[]) THEN %(hold_reason)s ELSE k.reason END AS reason,
        CASE WHEN e.mark_id = ANY(%(mark_ids)s::bigint[]) THEN %(usable)s ELSE k.usable_for_liquidation END
            AS usable_for_liquidation
    FROM element AS e
    INNER JOIN marks_instrument AS i ON i.id = e.instrument_id
    INNER JOIN ledger_unit AS u ON u.id = i.unit_id
    LEFT JOIN marks_mark AS k ON k.id = e.mark_id
), priced AS (
    SELECT
        q.holder_id, q.quantity, q.instrument_id, q.mark_id, q.usable_for_liquidation,
        div(q.quantity * q.price_minor, power(10::numeric, q.exponent)) AS value_minor,
        q.credit_ppm, s.concentration_cap_ppm,
        CASE
            WHEN q.quantity < 0 THEN format('%%s is held short', q.unit_code)
            WHEN (q.is_corrected OR q.is_moved) AND q.mark_id IS NULL
                THEN format('%%s has no mark of the day', q.unit_code)
            WHEN (q.is_corrected OR q.is_moved) AND q.price_minor IS NULL AND q.reason <> 'epoch_mismatch'
                THEN format('the mark of %%s is on hold: %%s', q.unit_code, q.reason)
        END AS price_hold,
        CASE
            WHEN (q.is_corrected OR q.is_moved) AND q.price_minor IS NULL AND q.reason = 'epoch_mismatch'
                THEN format('price and quantity of %%s are of different epochs', q.unit_code)
        END AS action_hold
    FROM quoted AS q
    INNER JOIN stored AS s ON s.id = q.holder_id
    WHERE q.quantity <> 0
)"""

# A hold that the corrected input has nothing to do with stays; what it caused is judged anew.
_ANEW = """
kept AS (
    SELECT s.id, string_agg(said.reason, '; ') AS reasons
    FROM stored AS s
    CROSS JOIN LATERAL unnest(s.hold_reasons) AS said (reason)
    WHERE NOT EXISTS (
        SELECT FROM quoted AS q
        WHERE q.holder_id = s.id
            AND (
                (q.is_corrected OR q.is_moved)
                AND (
                    said.reason LIKE 'the mark of ' || q.unit_code || ' is on hold: %%'
                    OR said.reason LIKE q.unit_code || ' has no mark of %%'
                    OR said.reason = q.unit_code || ' is held short'
                )
                OR q.is_corrected
                AND said.reason = format('price and quantity of %%s are of different epochs', q.unit_code)
            )
    )
    GROUP BY s.id
), shifted AS (
    SELECT s.id, sum(f.cash_minor) AS cash_minor, sum(f.debt_minor) AS debt_minor
    FROM stored AS s
    INNER JOIN shift AS f
        ON f.contract_id = s.contract_id AND s.business_date BETWEEN f.first_date AND f.last_date
    GROUP BY s.id
), anew AS MATERIALIZED (
    SELECT
        s.*,
        concat_ws('; ', p.price_hold, p.action_hold, kept.reasons) AS new_hold_reason,
        s.debt_minor + coalesce(f.debt_minor, 0) AS new_debt_minor,
        s.cash_minor + coalesce(f.cash_minor, 0) + coalesce(p.securities_minor, 0) AS new_collateral_minor,
        s.cash_minor + coalesce(f.cash_minor, 0) + coalesce(p.counted_minor, 0) AS new_lending_value_minor,
        coalesce(p.marks_allow_liquidation, true) AS new_marks_allow,
        row_number() OVER (PARTITION BY s.contract_id ORDER BY s.business_date) AS n
    FROM stored AS s
    LEFT JOIN portfolio AS p ON p.holder_id = s.id
    LEFT JOIN kept ON kept.id = s.id
    LEFT JOIN shifted AS f ON f.id = s.id
), graded AS MATERIALIZED (
    SELECT
        a.*, a.side_state <> '' AS is_held, a.new_hold_reason <> '' AS is_newly_held,
        margin_level(
            a.collateral_minor, a.debt_minor, a.lending_value_minor, a.warn_ppm, a.restrict_ppm, a.call_ppm,
            a.liquidate_ppm, a.emergency_ppm, a.insolvent_ppm, a.hysteresis_ppm
        ) AS held_level,
        margin_level(
            a.new_collateral_minor, a.new_debt_minor, a.new_lending_value_minor, a.warn_ppm, a.restrict_ppm,
            a.call_ppm, a.liquidate_ppm, a.emergency_ppm, a.insolvent_ppm, 0
        ) AS new_raw_level,
        margin_level(
            a.new_collateral_minor, a.new_debt_minor, a.new_lending_value_minor, a.warn_ppm, a.restrict_ppm,
            a.call_ppm, a.liquidate_ppm, a.emergency_ppm, a.insolvent_ppm, a.hysteresis_ppm
        ) AS new_held_level
    FROM anew AS a
)"""

VALUATIONS = ", ".join([_STORED, _SECURITIES, PORTFOLIO + ")", _ANEW])
"""Expects `touched`, `shift` and `moved`; leaves `graded`."""
