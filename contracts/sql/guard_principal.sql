-- Principal that is booked back to an earlier value date, or made of interest, as its statement ends: a funder that
-- was replaced lends no more; nothing is valued before the day on which one funder took another's place, or the
-- successor would earn or lose for nights of the other; and no day comes to have less than nothing outstanding.
CREATE OR REPLACE FUNCTION contracts_check_principal_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off AS $$
DECLARE
    broken text;
BEGIN
    SELECT rule.name INTO broken
    FROM (
        SELECT DISTINCT p.account_id
        FROM ledger_posting AS p
        WHERE p.entry_id = NEW.id AND p.booking_date = NEW.booking_date
    ) AS put
    INNER JOIN contracts_fundingtranche AS t ON t.funded_account_id = put.account_id
    CROSS JOIN LATERAL (
        VALUES
        (1, 'contracts_fundingtranche_replaced_lends_no_more', t.replaced_on IS NULL),
        (
            2, 'contracts_fundingtranche_principal_since_it_joined',
            NEW.value_date >= NEW.booking_date OR NOT EXISTS (
                SELECT FROM contracts_fundingtranche AS later
                WHERE later.contract_id = t.contract_id AND later.joined_on > NEW.value_date
            )
        )
    ) AS rule (step, name, kept)
    WHERE NOT rule.kept
    ORDER BY rule.step
    LIMIT 1;
    IF NOT FOUND AND NEW.value_date < NEW.booking_date AND EXISTS (
        SELECT
        FROM (
            SELECT DISTINCT p.account_id, a.role
            FROM ledger_posting AS p
            INNER JOIN ledger_account AS a
                ON a.id = p.account_id AND a.role IN ('loan_principal', 'funded_principal')
            INNER JOIN contracts_financingcontract AS c ON c.book_id = a.book_id AND c.code = a.contract_code
            WHERE p.entry_id = NEW.id AND p.booking_date = NEW.booking_date
        ) AS put
        CROSS JOIN LATERAL (
            SELECT
                day.value_date,
                sum(sum(day.amount_minor)) OVER (ORDER BY day.value_date)
                * CASE put.role WHEN 'loan_principal' THEN 1 ELSE -1 END AS outstanding_minor
            FROM ledger_posting AS day
            WHERE day.account_id = put.account_id
            GROUP BY day.value_date
        ) AS run
        WHERE run.outstanding_minor < 0 AND run.value_date >= NEW.value_date
    ) THEN
        broken := 'contracts_principal_never_negative';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('entry %s (%s, valued %s) breaks %s', NEW.id, NEW.kind_id, NEW.value_date, broken);
    END IF;
    RETURN NULL;
END;
$$;

REVOKE ALL ON FUNCTION contracts_check_principal_entry() FROM public;

CREATE OR REPLACE TRIGGER contracts_principal_entry AFTER INSERT ON ledger_journalentry
FOR EACH ROW WHEN (
    new.kind_id = 'interest_capitalised'
    OR new.kind_id IN ('drawdown', 'repayment') AND new.value_date < new.booking_date
)
EXECUTE FUNCTION contracts_check_principal_entry();
