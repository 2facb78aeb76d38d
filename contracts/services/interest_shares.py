"""How an amount of a contract's interest is shared among its funders and the spread, set-based."""

# Each amount is shared by largest remainder, funders in their order and the spread last; what funders earned
# beyond the client's interest leaves the spread nothing. Where interest becomes principal, a funder that was
# replaced has no part: it lends no more, and what it has earned stays due to be collected.
SHARED = """
WITH asked AS (
    SELECT * FROM unnest(%(contract_ids)s::bigint[], %(entry_nos)s::int[], %(amounts)s::bigint[])
    AS a(contract_id, entry_no, amount_minor)
), funder AS (
    SELECT
        asked.contract_id,
        t.ordinal,
        t.interest_account_id,
        t.available_account_id,
        home.transit_id,
        greatest(-earned.balance_minor, 0)::numeric AS earned_minor,
        CASE
            WHEN %(into_principal)s AND t.replaced_on IS NOT NULL THEN 0
            ELSE greatest(-earned.balance_minor, 0)
        END::numeric AS weight
    FROM asked
    INNER JOIN contracts_fundingtranche AS t ON t.contract_id = asked.contract_id AND t.funder_id IS NOT NULL
    INNER JOIN ledger_balance AS earned ON earned.account_id = t.interest_account_id
    LEFT JOIN unnest(%(funder_ids)s::bigint[], %(funder_transits)s::bigint[]) AS home(funder_id, transit_id)
        ON home.funder_id = t.funder_id
), side AS (
    SELECT
        f.contract_id, f.ordinal, f.interest_account_id, f.available_account_id, f.transit_id, f.weight
    FROM funder AS f
    UNION ALL
    SELECT
        asked.contract_id,
        32767,
        NULL,
        NULL,
        %(house_transit)s,
        greatest(
            interest.balance_minor
            - coalesce((
                SELECT sum(f.earned_minor) FROM funder AS f WHERE f.contract_id = asked.contract_id
            ), 0),
            0
        )
    FROM asked
    INNER JOIN contracts_financingcontract AS c ON c.id = asked.contract_id
    INNER JOIN ledger_balance AS interest ON interest.account_id = c.interest_account_id
), whole AS (
    SELECT
        side.*,
        asked.entry_no,
        asked.amount_minor,
        sum(side.weight) OVER (PARTITION BY side.contract_id) AS whole
    FROM side
    INNER JOIN asked USING (contract_id)
), floored AS (
    SELECT
        whole.*,
        div(whole.amount_minor * whole.weight, whole.whole) AS part_minor,
        row_number() OVER (
            PARTITION BY whole.contract_id
            ORDER BY mod(whole.amount_minor * whole.weight, whole.whole) DESC, whole.ordinal
        ) AS place
    FROM whole
), shared AS (
    SELECT
        floored.*,
        floored.part_minor + CASE
            WHEN floored.place <= floored.amount_minor
                - sum(floored.part_minor) OVER (PARTITION BY floored.contract_id)
                THEN 1
            ELSE 0
        END AS share_minor
    FROM floored
)"""
