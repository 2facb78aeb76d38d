-- An entry of a drawdown has the row that says what permitted it when its transaction ends. A reversal mirrors its
-- entry, whose row stands.
CREATE OR REPLACE FUNCTION contracts_check_drawdown_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contracts_drawdown AS d WHERE d.entry_id = NEW.id) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'contracts_drawdown_permits_entry',
            TABLE = tg_table_name,
            MESSAGE = format('entry %s: a drawdown without the row that says what permitted it', NEW.id);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_drawdown_entry() FROM public;

DROP TRIGGER IF EXISTS contracts_drawdown_permits_entry ON ledger_journalentry;

CREATE CONSTRAINT TRIGGER contracts_drawdown_permits_entry AFTER INSERT ON ledger_journalentry
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (new.kind_id = 'drawdown' AND new.reverses_id IS NULL)
EXECUTE FUNCTION contracts_check_drawdown_entry();

-- What a row says is so: its entry and no other contract's money in it, the days that the contract runs, the client's
-- standing and tier on the day, the rule pack that the contract is held to, a cap within pack, tier and terms, a
-- leverage within the cap, and what the ledger has of the principal and, but for securities, of the client's own.
CREATE OR REPLACE FUNCTION contracts_check_drawdowns() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    bad record;
BEGIN
    WITH standing AS MATERIALIZED (
        SELECT asked.booking_date, told.party_id, told.tier, told.faults
        FROM (
            SELECT n.booking_date, array_agg(DISTINCT c.client_id) AS client_ids
            FROM new_drawdowns AS n
            INNER JOIN contracts_financingcontract AS c ON c.id = n.contract_id
            GROUP BY n.booking_date
        ) AS asked
        CROSS JOIN LATERAL accounts_standings(asked.client_ids, asked.booking_date) AS told
    ),

    after AS MATERIALIZED (
        SELECT n.contract_id, max(n.financed_minor) AS financed_minor FROM new_drawdowns AS n GROUP BY n.contract_id
    )

    SELECT c.code, rule.name INTO bad
    FROM new_drawdowns AS n
    INNER JOIN contracts_financingcontract AS c ON c.id = n.contract_id
    INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
    INNER JOIN contracts_termsversion AS held_to ON held_to.id = coalesce(
        (
            SELECT a.to_terms_id
            FROM contracts_contractamendment AS a
            WHERE a.contract_id = c.id AND a.effective_from <= n.booking_date
            ORDER BY a.effective_from DESC
            LIMIT 1
        ), c.terms_id
    )
    INNER JOIN after ON after.contract_id = n.contract_id
    LEFT JOIN contracts_rulepackversion AS named ON named.id = t.rule_pack_version_id
    LEFT JOIN contracts_rulepackversion AS v ON v.id = n.rule_pack_version_id
    LEFT JOIN standing ON standing.party_id = c.client_id AND standing.booking_date = n.booking_date
    LEFT JOIN accounts_suitabilityassessment AS s ON s.id = n.assessment_id
    LEFT JOIN ledger_journalentry AS e ON e.id = n.entry_id
    LEFT JOIN ledger_balance AS b ON b.account_id = c.principal_account_id
    CROSS JOIN LATERAL (
        SELECT
            sum(p.amount_minor) FILTER (WHERE p.account_id = c.principal_account_id) AS lent_minor,
            bool_or(a.role = 'loan_principal' AND a.id <> c.principal_account_id) AS lends_to_another
        FROM ledger_posting AS p
        INNER JOIN ledger_account AS a ON a.id = p.account_id
        WHERE p.entry_id = n.entry_id AND p.booking_date = n.booking_date
    ) AS put
    CROSS JOIN LATERAL (
        -- A drawdown adds to cash and debts alike, so that this is the same before and after it.
        SELECT -sum(own.balance_minor) AS own_minor
        FROM ledger_balance AS own
        WHERE own.account_id IN (
            c.cash_account_id, c.unsettled_cash_account_id, c.principal_account_id, c.interest_account_id,
            c.penalty_account_id, c.fee_account_id
        )
    ) AS now
    CROSS JOIN LATERAL (
        VALUES
        (
            1, 'contracts_drawdown_entry_is_its_own',
            (e.kind_id, e.book_id, e.booking_date, e.reverses_id, put.lent_minor)
            IS NOT DISTINCT FROM ('drawdown', c.book_id, n.booking_date, NULL::bigint, n.amount_minor::numeric)
            AND n.book_id = c.book_id AND NOT put.lends_to_another
        ),
        (
            1, 'contracts_drawdown_contract_has_opened',
            n.booking_date >= c.opened_on AND e.value_date >= c.opened_on
        ),
        (1, 'contracts_drawdown_before_maturity', coalesce(n.booking_date < c.matures_on, true)),
        (2, 'contracts_drawdown_client_is_suitable', coalesce(standing.faults = '{}', false)),
        (
            3, 'contracts_drawdown_tier_is_the_clients',
            s.party_id = c.client_id AND s.tier = n.tier AND standing.tier = n.tier
        ),
        (
            4, 'contracts_drawdown_pack_is_the_contracts',
            v.id IS NOT DISTINCT FROM contracts_pack_in_force(
                coalesce(
                    named.pack_id, (SELECT p.id FROM contracts_rulepack AS p WHERE p.code = 'PLATFORM')
                ),
                c.opened_on
            )
        ),
        (
            5, 'contracts_drawdown_cap_within_tier',
            n.cap_ppm <= (v.parameters -> 'leverage_cap_ppm_by_tier' ->> (n.tier - 1))::bigint
        ),
        (
            6, 'contracts_drawdown_cap_within_pack',
            -- Compared with the exact multiple, which may lie up to one part below what is written.
            (n.cap_ppm - 1)::numeric * (v.parameters ->> 'initial_margin_ppm')::numeric < 1000000 * (
                1000000
                + CASE
                    WHEN v.parameters ->> 'initial_margin_of' = 'financed'
                        THEN (v.parameters ->> 'initial_margin_ppm')::numeric
                    ELSE 0
                END
            )
        ),
        (
            6, 'contracts_drawdown_cap_within_terms',
            n.cap_ppm <= held_to.max_leverage_ppm
            AND (n.cap_ppm - 1)::numeric * held_to.initial_margin_ppm < 1000000000000
            AND (n.cap_ppm + 999999)::numeric * held_to.maintenance_ppm < 1000000000000
        ),
        (
            7, 'contracts_drawdown_own_is_the_ledgers',
            n.own_minor <= now.own_minor OR EXISTS (
                SELECT FROM ledger_account AS a
                INNER JOIN ledger_unit AS u ON u.id = a.unit_id AND u.kind = 'security'
                INNER JOIN ledger_balance AS stock ON stock.account_id = a.id AND stock.balance_minor <> 0
                WHERE a.book_id = c.book_id AND a.contract_code = c.code AND a.role IN ('entitlement', 'unsettled')
            )
        ),
        (
            7, 'contracts_drawdown_leverage_within_cap',
            (n.own_minor::numeric + n.financed_minor) * 1000000 <= n.cap_ppm::numeric * n.own_minor
        ),
        (
            8, 'contracts_drawdown_financed_is_the_ledgers',
            after.financed_minor IS NOT DISTINCT FROM b.balance_minor
        )
    ) AS rule (step, name, kept)
    WHERE rule.kept IS NOT TRUE
    ORDER BY c.code, rule.step
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = bad.name,
            TABLE = tg_table_name,
            MESSAGE = format('the drawdown on %s breaks %s', bad.code, bad.name);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_drawdowns() FROM public;

CREATE OR REPLACE TRIGGER contracts_drawdown_rule AFTER INSERT ON contracts_drawdown
REFERENCING NEW TABLE AS new_drawdowns
FOR EACH STATEMENT EXECUTE FUNCTION contracts_check_drawdowns();

CREATE OR REPLACE TRIGGER contracts_drawdown_append_only BEFORE UPDATE OR DELETE ON contracts_drawdown
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_drawdown_append_only');

GRANT INSERT ON contracts_drawdown TO plimsoll_app;
