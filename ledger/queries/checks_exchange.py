"""Checks of `verify_ledger` on exchange: FX clearing, positions, and revaluations at the official rate."""

from ledger.queries.verification_check import Check

CHECKS = (
    Check(
        "fx_clearing_under_way",
        "FX clearing holds the exchanges that are traded and not settled, and nothing when all are",
        """
        SELECT format(
            'account %%s %%s: stands at %%s, exchanges under way say %%s', a.address, u.code, b.balance_minor,
            coalesce(o.amount_minor, 0)
        )
        FROM ledger_account AS a
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        INNER JOIN ledger_currentbalance AS b ON b.account_id = a.id
        LEFT JOIN (
            SELECT 'client/fx-clearing/' || x.custodian_code AS address, leg.unit_id,
                sum(leg.amount_minor) AS amount_minor
            FROM (
            SELECT x.*
            FROM ledger_clientexchange AS x
            WHERE x.book_id = %(book)s
                AND NOT EXISTS (SELECT FROM ledger_journalentry AS r WHERE r.reverses_id = x.entry_id)
                AND NOT EXISTS (
                    SELECT FROM ledger_clientexchangesettlement AS s
                    WHERE s.exchange_id = x.id
                        AND NOT EXISTS (SELECT FROM ledger_journalentry AS r WHERE r.reverses_id = s.entry_id)
                )
            ) AS x
            INNER JOIN ledger_account AS sold ON sold.id = x.sold_account_id
            INNER JOIN ledger_account AS bought ON bought.id = x.bought_account_id
            CROSS JOIN LATERAL (
                VALUES (sold.unit_id, -x.sold_minor), (bought.unit_id, x.bought_minor)
            ) AS leg(unit_id, amount_minor)
            GROUP BY x.custodian_code, leg.unit_id
        ) AS o ON o.address = a.address AND o.unit_id = a.unit_id
        WHERE a.book_id = %(book)s AND a.role = 'fx_clearing'
            AND b.balance_minor <> coalesce(o.amount_minor, 0)
        ORDER BY a.address, u.code
        """,
    ),
    Check(
        "exchanges_recorded",
        "every entry of an exchange, a settlement or a revaluation belongs to its row",
        """
        SELECT format('entry %%s: %%s without its row', e.id, e.kind_id)
        FROM ledger_journalentry AS e
        WHERE e.book_id = %(book)s AND e.reverses_id IS NULL
            AND CASE e.kind_id
                WHEN 'fx_traded'
                    THEN NOT EXISTS (SELECT FROM ledger_clientexchange AS x WHERE x.entry_id = e.id)
                WHEN 'fx_settled'
                    THEN NOT EXISTS (SELECT FROM ledger_clientexchangesettlement AS s WHERE s.entry_id = e.id)
                WHEN 'house_revalued'
                    THEN NOT EXISTS (SELECT FROM ledger_revaluation AS r WHERE r.entry_id = e.id)
                WHEN 'house_result_translated'
                    THEN NOT EXISTS (SELECT FROM ledger_revaluation AS r WHERE r.translated_entry_id = e.id)
                ELSE false
            END
        ORDER BY e.id
        """,
    ),
    Check(
        "exchanges_keep_owner",
        "no exchange takes one client's money and gives another what it bought",
        """
        SELECT format('entry %%s: exchanges between two owners', e.id)
        FROM ledger_journalentry AS e
        INNER JOIN ledger_posting AS p ON p.entry_id = e.id AND p.booking_date = e.booking_date
        INNER JOIN ledger_account AS a ON a.id = p.account_id
        WHERE e.book_id = %(book)s AND e.kind_id IN ('fx_traded', 'fx_settled') AND a.owner_id IS NOT NULL
        GROUP BY e.id
        HAVING min(a.owner_id) <> max(a.owner_id)
        ORDER BY e.id
        """,
        needs_every_month=True,
    ),
    Check(
        "positions_in_place",
        "every position account is a foreign currency's own, its cost or its unrealised part",
        """
        SELECT format('account %%s %%s: no position of a foreign currency', a.address, u.code)
        FROM ledger_account AS a
        INNER JOIN ledger_unit AS u ON u.id = a.unit_id
        INNER JOIN ledger_book AS b ON b.id = a.book_id
        WHERE a.book_id = %(book)s AND a.role = 'position'
            AND NOT EXISTS (
                SELECT FROM ledger_unit AS f
                WHERE f.kind = 'currency' AND f.id <> b.base_unit_id
                    AND (
                        (a.address = 'house/position/' || f.code AND a.unit_id IN (f.id, b.base_unit_id))
                        OR (
                            a.address = 'house/position/' || f.code || '/revaluation'
                            AND a.unit_id = b.base_unit_id
                        )
                    )
            )
        ORDER BY a.address, u.code
        """,
    ),
    Check(
        "revaluations_at_rate",
        "what stands unrealised is the position times its official rate of the day, less its cost",
        """
        SELECT format(
            '%%s of %%s, run %%s: %%s at the rate less cost %%s, not %%s', u.code, r.business_date, r.run_no,
            v.value_minor, l.cost_minor, l.unrealised_minor
        )
        FROM ledger_revaluation AS r
        INNER JOIN ledger_revaluationline AS l ON l.revaluation_id = r.id
        INNER JOIN ledger_book AS b ON b.id = r.book_id
        INNER JOIN ledger_unit AS u ON u.id = l.unit_id
        INNER JOIN ledger_unit AS base ON base.id = b.base_unit_id
        LEFT JOIN ledger_officialrate AS o
            ON o.id = l.rate_id AND o.book_id = r.book_id AND o.rate_date = r.business_date
            AND (o.unit_id, o.base_unit_id) IN ((u.id, base.id), (base.id, u.id))
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN l.quantity_minor = 0 THEN 0
                ELSE sign(l.quantity_minor) * div(
                    2 * abs(l.quantity_minor::numeric) * way.times + way.over, 2 * way.over
                )
            END AS value_minor
            FROM (
                SELECT
                    ('1e' || base.exponent)::numeric
                    * CASE WHEN o.unit_id = u.id THEN o.rate ELSE 1 END AS times,
                    ('1e' || u.exponent)::numeric
                    * CASE WHEN o.unit_id = u.id THEN 1 ELSE o.rate END AS over
            ) AS way
        ) AS v
        WHERE r.book_id = %(book)s AND v.value_minor - l.cost_minor IS DISTINCT FROM l.unrealised_minor
        ORDER BY r.business_date, r.run_no, u.code
        """,
    ),
    Check(
        "revaluations_stand",
        "a day's last revaluation says what the position accounts held when the day was over",
        """
        WITH moved AS (
            SELECT
                f.id AS unit_id,
                p.booking_date,
                count(*) AS postings,
                -coalesce(sum(p.amount_minor) FILTER (WHERE a.unit_id = f.id), 0) AS quantity_minor,
                coalesce(
                    sum(p.amount_minor) FILTER (
                        WHERE a.unit_id <> f.id AND a.address NOT LIKE '%%/revaluation'
                    ), 0
                ) AS cost_minor,
                coalesce(
                    sum(p.amount_minor) FILTER (WHERE a.address LIKE '%%/revaluation'), 0
                ) AS unrealised_minor
            FROM ledger_account AS a
            INNER JOIN ledger_unit AS f ON f.code = split_part(a.address, '/', 3)
            INNER JOIN ledger_posting AS p ON p.account_id = a.id
            WHERE a.book_id = %(book)s AND a.role = 'position'
            GROUP BY f.id, p.booking_date
        ), lines AS (
            SELECT DISTINCT ON (r.business_date, l.unit_id) l.*, r.business_date
            FROM ledger_revaluation AS r
            INNER JOIN ledger_revaluationline AS l ON l.revaluation_id = r.id
            WHERE r.book_id = %(book)s
            ORDER BY r.business_date, l.unit_id, r.run_no DESC
        ), together AS (
            SELECT
                coalesce(m.unit_id, l.unit_id) AS unit_id,
                coalesce(m.booking_date, l.business_date) AS business_date,
                coalesce(m.postings, 0) AS postings,
                sum(coalesce(m.quantity_minor, 0)) OVER days AS quantity_minor,
                sum(coalesce(m.cost_minor, 0)) OVER days AS cost_minor,
                sum(coalesce(m.unrealised_minor, 0)) OVER days AS unrealised_minor,
                l.id AS line_id,
                l.day_postings,
                l.quantity_minor AS said_quantity,
                l.cost_minor AS said_cost,
                l.unrealised_minor AS said_unrealised
            FROM moved AS m
            FULL JOIN lines AS l ON l.unit_id = m.unit_id AND l.business_date = m.booking_date
            WINDOW days AS (
                PARTITION BY coalesce(m.unit_id, l.unit_id) ORDER BY coalesce(m.booking_date, l.business_date)
            )
        )
        SELECT format(
            '%%s of %%s: postings give position %%s, cost %%s, unrealised %%s; it says %%s, %%s, %%s', u.code,
            t.business_date, t.quantity_minor, t.cost_minor, t.unrealised_minor, t.said_quantity, t.said_cost,
            t.said_unrealised
        )
        FROM together AS t
        INNER JOIN ledger_unit AS u ON u.id = t.unit_id
        WHERE t.line_id IS NOT NULL
            AND (
                t.postings < t.day_postings
                OR (
                    -- Postings after the last revaluation of a day are the next day's to revalue.
                    t.postings = t.day_postings
                    AND (t.quantity_minor, t.cost_minor, t.unrealised_minor)
                    IS DISTINCT FROM (t.said_quantity, t.said_cost, t.said_unrealised)
                )
            )
        ORDER BY t.business_date, u.code
        """,
        needs_every_month=True,
    ),
)
