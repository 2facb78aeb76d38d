-- A dispute starts open; what it is about never changes; it is decided once, by two people unless the client
-- withdraws it.
CREATE OR REPLACE FUNCTION contracts_guard_dispute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF tg_op = 'DELETE' THEN
        broken := 'contracts_dispute_decided_once';
    ELSIF tg_op = 'INSERT' THEN
        IF NEW.state <> 'open' THEN
            broken := 'contracts_dispute_starts_open';
        ELSIF NOT EXISTS (
            SELECT FROM contracts_financingcontract AS c WHERE c.id = NEW.contract_id AND c.book_id = NEW.book_id
        ) THEN
            broken := 'contracts_dispute_book_agrees';
        ELSIF NEW.answer_due_on > NEW.opened_on + 30 THEN
            -- contracts.domain.disputes.ANSWER_WITHIN_DAYS, which every contract promises.
            broken := 'contracts_dispute_answered_in_time';
        END IF;
    ELSIF OLD.state <> 'open' OR (
        OLD.id, OLD.book_id, OLD.contract_id, OLD.reference, OLD.subject_kind, OLD.subject_reference, OLD.opened_on,
        OLD.opened_by_id, OLD.reason, OLD.answer_due_on
    ) IS DISTINCT FROM (
        NEW.id, NEW.book_id, NEW.contract_id, NEW.reference, NEW.subject_kind, NEW.subject_reference, NEW.opened_on,
        NEW.opened_by_id, NEW.reason, NEW.answer_due_on
    ) THEN
        broken := 'contracts_dispute_decided_once';
    ELSIF NEW.state IN ('upheld', 'rejected') AND NOT EXISTS (
        SELECT FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'resolve_dispute' AND a.status = 'executed'
            AND a.payload ->> 'dispute' = NEW.reference AND a.payload ->> 'outcome' = NEW.state
            AND a.payload ->> 'answer' = NEW.answer
            AND a.book_code = (SELECT b.code FROM ledger_book AS b WHERE b.id = NEW.book_id)
    ) THEN
        broken := 'contracts_dispute_decided_by_two';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('%s of dispute %s breaks %s', tg_op, coalesce(NEW.reference, OLD.reference), broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_dispute() FROM public;

CREATE OR REPLACE TRIGGER contracts_dispute_guard BEFORE INSERT OR UPDATE OR DELETE ON contracts_dispute
FOR EACH ROW EXECUTE FUNCTION contracts_guard_dispute();
