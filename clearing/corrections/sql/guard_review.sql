-- A review starts open and is decided once, by an executed approval of this very decision; what is asked never changes.
-- A compensation is an entry of its own kind that names the review.
CREATE OR REPLACE FUNCTION corrections_guard_review() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            broken := 'corrections_decisionreview_starts_open';
        ELSIF NOT EXISTS (
            SELECT FROM corrections_correctionrun AS r
            LEFT JOIN contracts_financingcontract AS c ON c.id = NEW.contract_id AND c.book_id = r.book_id
            WHERE r.id = NEW.run_id AND r.book_id = NEW.book_id AND c.id IS NOT DISTINCT FROM NEW.contract_id
                AND (NEW.contract_id IS NULL OR NEW.contract_id = coalesce(
                    (SELECT l.contract_id FROM margin_levelchange AS l WHERE l.id = NEW.level_change_id),
                    (SELECT m.contract_id FROM margin_margincall AS m WHERE m.id = NEW.margin_call_id),
                    (SELECT q.contract_id FROM liquidation_liquidation AS q WHERE q.id = NEW.liquidation_id),
                    (
                        SELECT o.id FROM custody_payment AS p
                        INNER JOIN contracts_financingcontract AS o ON o.cash_account_id = p.entitlement_account_id
                        WHERE p.id = NEW.payment_id
                    )
                ))
                AND NOT EXISTS (
                    SELECT FROM custody_payment AS p WHERE p.id = NEW.payment_id AND p.book_id <> NEW.book_id
                )
                AND NOT EXISTS (
                    SELECT FROM reconciliation_reconciliationbreak AS b
                    WHERE b.id = NEW.reconciliation_break_id AND b.book_id <> NEW.book_id
                )
        ) THEN
            broken := 'corrections_decisionreview_is_of_its_contract';
        END IF;
    ELSIF OLD.state <> 'open' THEN
        broken := 'corrections_decisionreview_decided_once';
    ELSIF to_jsonb(NEW) - '{state,reason,approval_id,entry_id,closed_on}'::text[]
        <> to_jsonb(OLD) - '{state,reason,approval_id,entry_id,closed_on}'::text[] THEN
        broken := 'corrections_decisionreview_question_unchanged';
    ELSIF NEW.state <> 'open' AND NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN ledger_book AS b ON b.id = NEW.book_id
        WHERE a.id = NEW.approval_id AND a.kind = 'correct_after_close' AND a.status = 'executed'
            AND a.subject = b.code || '/review/' || NEW.id
            AND a.payload ->> 'outcome' = NEW.state AND a.payload ->> 'reason' = NEW.reason
    ) THEN
        broken := 'corrections_decisionreview_decided_by_two';
    ELSIF NEW.entry_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM ledger_journalentry AS e
        WHERE e.id = NEW.entry_id AND e.book_id = NEW.book_id AND e.kind_id = 'client_compensated'
            AND e.source_reference = 'corrections.review:' || NEW.id
    ) THEN
        broken := 'corrections_decisionreview_entry_compensates_it';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('review %s breaks %s', NEW.id, broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION corrections_guard_review() FROM public;

CREATE OR REPLACE TRIGGER corrections_decisionreview_guard BEFORE INSERT OR UPDATE ON corrections_decisionreview
FOR EACH ROW EXECUTE FUNCTION corrections_guard_review();
