"""The one statement that works stored valuations out again from their inputs, with corrected ones put in.

Read from the top: what is put in; the stored rows; their securities at corrected prices and quantities, by
the arithmetic of the valuation itself; the figures anew; the ladder walked day by day from the level before
the first day, once on the stored figures and once on the corrected ones, by `margin_level` and
`margin_next_level`; what differs; the decisions in doubt. Nothing stored is written over.

A difference counts only where the two walks differ, so that an input that changes nothing finds nothing.
"""

from clearing.corrections.queries.recompute_valuations import VALUATIONS

# A call stands from the first day at CALL or worse to the first day better than it, holds left out.
_WALK = """
walk AS (
    SELECT
        g.contract_id, 0::bigint AS n, NULL::smallint AS level, before.known_level AS known,
        before.called_on AS called_on, NULL::smallint AS new_level, before.known_level AS new_known,
        before.called_on AS new_called_on
    FROM (SELECT DISTINCT contract_id FROM graded) AS g
    CROSS JOIN LATERAL (
        SELECT
            (
                SELECT c.to_level FROM margin_levelchange AS c
                WHERE c.contract_id = g.contract_id AND c.business_date < %(first)s
                    AND c.to_level IS NOT NULL
                ORDER BY c.id DESC LIMIT 1
            ) AS known_level,
            (
                SELECT max(m.opened_on) FROM margin_margincall AS m
                WHERE m.contract_id = g.contract_id AND m.opened_on < %(first)s
                    AND (m.closed_on IS NULL OR m.closed_on >= %(first)s)
            ) AS called_on
    ) AS before
    UNION ALL
    SELECT
        g.contract_id, g.n, x.level, coalesce(x.level, w.known),
        CASE
            WHEN x.level IS NULL THEN w.called_on
            WHEN x.level >= 3 THEN coalesce(w.called_on, g.business_date)
        END,
        x.new_level, coalesce(x.new_level, w.new_known),
        CASE
            WHEN x.new_level IS NULL THEN w.new_called_on
            WHEN x.new_level >= 3 THEN coalesce(w.new_called_on, g.business_date)
        END
    FROM walk AS w
    INNER JOIN graded AS g ON g.contract_id = w.contract_id AND g.n = w.n + 1
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN NOT g.is_held THEN margin_next_level(w.known, g.raw_level, g.held_level) END AS level,
            CASE
                WHEN NOT g.is_newly_held
                    THEN margin_next_level(w.new_known, g.new_raw_level, g.new_held_level)
            END AS new_level
    ) AS x
), dated AS MATERIALIZED (
    SELECT
        g.id, g.contract_id, g.business_date, g.n, w.level, w.new_level, w.called_on,
        w.new_called_on, g.collateral_minor, g.lending_value_minor, g.debt_minor, g.coverage_ppm,
        g.raw_level, g.calendar_code,
        CASE WHEN NOT g.is_newly_held THEN g.new_collateral_minor END AS new_collateral_minor,
        CASE WHEN NOT g.is_newly_held THEN g.new_lending_value_minor END AS new_lending_value_minor,
        g.new_debt_minor,
        CASE
            WHEN NOT g.is_newly_held AND g.new_debt_minor > 0
                THEN div(g.new_collateral_minor * 1000000, g.new_debt_minor)
        END AS new_coverage_ppm,
        coalesce(
            w.level >= 4 AND g.raw_level >= 4 AND g.marks_allow_liquidation
            AND (deadline.old_on <= g.business_date OR g.raw_level >= 5 AND g.emergency_liquidation), false
        ) AS is_due,
        coalesce(
            w.new_level >= 4 AND g.new_raw_level >= 4 AND g.new_marks_allow
            AND (deadline.new_on <= g.business_date OR g.new_raw_level >= 5 AND g.emergency_liquidation),
            false
        ) AS is_newly_due
    FROM walk AS w
    INNER JOIN graded AS g ON g.contract_id = w.contract_id AND g.n = w.n
    CROSS JOIN LATERAL (
        SELECT
            (
                SELECT t.session_date FROM ledger_tradingsession AS t
                WHERE w.level >= 4 AND t.calendar_code = g.calendar_code AND t.session_date > w.called_on
                ORDER BY t.session_date OFFSET g.call_deadline_sessions - 1 LIMIT 1
            ) AS old_on,
            (
                SELECT t.session_date FROM ledger_tradingsession AS t
                WHERE w.new_level >= 4 AND t.calendar_code = g.calendar_code
                    AND t.session_date > w.new_called_on
                ORDER BY t.session_date OFFSET g.call_deadline_sessions - 1 LIMIT 1
            ) AS new_on
    ) AS deadline
), day AS MATERIALIZED (
    SELECT
        d.*,
        lag((d.called_on IS NULL) <> (d.new_called_on IS NULL), 1, false) OVER by_day AS call_differed,
        lag(d.is_due <> d.is_newly_due, 1, false) OVER by_day AS due_differed
    FROM dated AS d
    WINDOW by_day AS (PARTITION BY d.contract_id ORDER BY d.n)
)"""

_FINDINGS = """
demand AS MATERIALIZED (
    SELECT
        m.id, m.contract_id, m.opened_on, m.deposit_minor,
        CASE
            WHEN d.new_called_on = m.opened_on AND d.new_collateral_minor IS NOT NULL THEN
                greatest(0, div(
                    m.target_ppm::numeric * d.new_debt_minor - d.new_collateral_minor * 1000000 + 999999,
                    1000000
                ))
        END AS new_deposit_minor
    FROM margin_margincall AS m
    INNER JOIN day AS d ON d.contract_id = m.contract_id AND d.business_date = m.opened_on
), finding AS MATERIALIZED (
    SELECT
        d.contract_id, d.business_date, f.figure, ''::text AS subject, f.stored, f.recomputed,
        ''::text AS tendency
    FROM day AS d
    CROSS JOIN LATERAL (
        VALUES
        ('collateral', d.collateral_minor, d.new_collateral_minor),
        ('lending_value', d.lending_value_minor, d.new_lending_value_minor),
        ('debt', d.debt_minor, d.new_debt_minor),
        ('coverage', d.coverage_ppm, d.new_coverage_ppm),
        ('level', d.level, d.new_level)
    ) AS f (figure, stored, recomputed)
    WHERE f.stored IS DISTINCT FROM f.recomputed
    UNION ALL
    SELECT m.contract_id, m.opened_on, 'deposit', '', m.deposit_minor, m.new_deposit_minor, ''
    FROM demand AS m
    WHERE m.new_deposit_minor <> m.deposit_minor
    UNION ALL
    SELECT
        d.contract_id, d.business_date, 'call', '', (d.called_on IS NOT NULL)::int,
        (d.new_called_on IS NOT NULL)::int, CASE WHEN d.new_called_on IS NULL THEN 'made' ELSE 'missed' END
    FROM day AS d
    WHERE (d.called_on IS NULL) <> (d.new_called_on IS NULL) AND NOT d.call_differed
    UNION ALL
    SELECT
        d.contract_id, d.business_date, 'liquidation', '', d.is_due::int, d.is_newly_due::int,
        CASE WHEN d.is_due THEN 'made' ELSE 'missed' END
    FROM day AS d
    WHERE d.is_due <> d.is_newly_due AND NOT d.due_differed
    UNION ALL
    SELECT own.contract_id, own.business_date, own.figure, own.subject, own.stored, own.recomputed, ''
    FROM own
    WHERE own.stored IS DISTINCT FROM own.recomputed
)"""

# A decision is in doubt where the corrected figures would not have led to it, or to it with other amounts.
_DOUBTS = """
doubt AS MATERIALIZED (
    SELECT
        'level_change'::text AS kind, c.id AS level_change_id, NULL::bigint AS margin_call_id,
        NULL::bigint AS liquidation_id, c.contract_id, c.business_date
    FROM margin_levelchange AS c
    INNER JOIN day AS d ON d.contract_id = c.contract_id AND d.business_date = c.business_date
    WHERE d.level IS DISTINCT FROM d.new_level
    UNION ALL
    SELECT 'margin_call', NULL, m.id, NULL, m.contract_id, m.opened_on
    FROM demand AS m
    WHERE m.new_deposit_minor IS DISTINCT FROM m.deposit_minor
    UNION ALL
    SELECT 'margin_call', NULL, m.id, NULL, m.contract_id, d.business_date
    FROM margin_margincall AS m
    INNER JOIN day AS d ON d.contract_id = m.contract_id AND d.business_date = m.closed_on
    WHERE m.status = 'met' AND d.called_on IS NULL AND d.new_called_on IS NOT NULL
        AND NOT EXISTS (
            SELECT FROM demand AS o
            WHERE o.id = m.id AND o.new_deposit_minor IS DISTINCT FROM o.deposit_minor
        )
    UNION ALL
    SELECT 'liquidation', NULL, NULL, q.id, q.contract_id, q.proposed_on
    FROM liquidation_liquidation AS q
    INNER JOIN day AS d ON d.contract_id = q.contract_id AND d.business_date = q.proposed_on
    WHERE (q.is_authorised_by_terms OR q.approval_id IS NOT NULL)
        AND (
            NOT d.is_newly_due
            OR d.collateral_minor IS DISTINCT FROM d.new_collateral_minor
            OR d.debt_minor <> d.new_debt_minor
        )
), review AS MATERIALIZED (
    SELECT
        doubt.*,
        jsonb_build_object(
            'collateral_minor', d.collateral_minor, 'debt_minor', d.debt_minor,
            'coverage_ppm', d.coverage_ppm, 'level', d.level, 'call', d.called_on IS NOT NULL,
            'liquidation', d.is_due, 'deposit_minor', m.deposit_minor
        ) AS stored,
        jsonb_build_object(
            'collateral_minor', d.new_collateral_minor, 'debt_minor', d.new_debt_minor,
            'coverage_ppm', d.new_coverage_ppm, 'level', d.new_level, 'call', d.new_called_on IS NOT NULL,
            'liquidation', d.is_newly_due, 'deposit_minor', m.new_deposit_minor
        ) AS recomputed,
        coalesce(
            (
                SELECT t.session_date FROM ledger_tradingsession AS t
                WHERE t.calendar_code = d.calendar_code AND t.session_date > %(booking_date)s
                ORDER BY t.session_date OFFSET %(deadline_sessions)s - 1 LIMIT 1
            ),
            %(booking_date)s::date + 7 * div(%(deadline_sessions)s + 4, 5)::int
        ) AS deadline_on
    FROM doubt
    INNER JOIN day AS d ON d.contract_id = doubt.contract_id AND d.business_date = doubt.business_date
    LEFT JOIN demand AS m ON m.id = doubt.margin_call_id
)"""

_RECORD = """
recorded AS (
    INSERT INTO corrections_correctionfinding (
        run_id, contract_id, business_date, figure, subject, stored, recomputed, tendency
    )
    SELECT %(run_id)s, f.contract_id, f.business_date, f.figure, f.subject, f.stored, f.recomputed, f.tendency
    FROM finding AS f
    ORDER BY f.contract_id, f.business_date, f.figure, f.subject
    RETURNING figure, tendency
), opened AS (
    INSERT INTO corrections_decisionreview (
        run_id, book_id, contract_id, kind, level_change_id, margin_call_id, liquidation_id, business_date,
        stored, recomputed, opened_on, deadline_on, state, reason
    )
    SELECT
        %(run_id)s, %(book_id)s, r.contract_id, r.kind, r.level_change_id, r.margin_call_id, r.liquidation_id,
        r.business_date, r.stored, r.recomputed, %(booking_date)s, r.deadline_on, 'open', ''
    FROM review AS r
    ORDER BY r.contract_id, r.business_date, r.kind
    RETURNING kind
)
SELECT
    (
        SELECT jsonb_object_agg(figure, n)
        FROM (SELECT figure, count(*) AS n FROM recorded GROUP BY figure) AS f
    ),
    (SELECT jsonb_object_agg(kind, n) FROM (SELECT kind, count(*) AS n FROM opened GROUP BY kind) AS o)
"""

_SHOW = """
shown AS (
    SELECT c.code, f.business_date, f.figure, f.subject, f.stored, f.recomputed, f.tendency
    FROM finding AS f
    LEFT JOIN contracts_financingcontract AS c ON c.id = f.contract_id
    ORDER BY c.code, f.business_date, f.figure, f.subject
    LIMIT %(shown)s
)
SELECT
    (
        SELECT jsonb_object_agg(figure, n)
        FROM (SELECT figure, count(*) AS n FROM finding GROUP BY figure) AS f
    ),
    (SELECT jsonb_object_agg(kind, n) FROM (SELECT kind, count(*) AS n FROM review GROUP BY kind) AS o),
    (SELECT jsonb_agg(to_jsonb(shown)) FROM shown)
"""

NOTHING_OF_ITS_OWN = """
    SELECT
        NULL::bigint AS contract_id, NULL::date AS business_date, ''::text AS figure, ''::text AS subject,
        NULL::bigint AS stored, NULL::bigint AS recomputed
    WHERE false
"""
"""A kind of correction that finds nothing beyond valuations and what follows from them."""


def recording(*, touched: str, before: str = "", shift: str, moved: str, own: str) -> str:
    """Return the statement that writes findings and reviews of a run, and returns how many of each."""
    return _assembled(touched, before, shift, moved, own, _RECORD)


def showing(*, touched: str, before: str = "", shift: str, moved: str, own: str) -> str:
    """Return the statement that only tells findings and reviews."""
    return _assembled(touched, before, shift, moved, own, _SHOW)


def _assembled(touched: str, before: str, shift: str, moved: str, own: str, ending: str) -> str:
    given = [
        f"{name} AS MATERIALIZED ({body})"
        for name, body in (("touched", touched), ("shift", shift), ("moved", moved), ("own", own))
    ]
    parts = [VALUATIONS, _WALK, _FINDINGS, _DOUBTS, ending]
    return "WITH RECURSIVE " + ", ".join([*([before] if before else []), *given, *parts])
