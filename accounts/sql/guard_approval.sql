-- An approval starts proposed, is decided once by somebody whose roles, or whose delegator's, permit it, is executed at
-- most once, ends when its maker withdraws it or its time is over, and never changes in what it permits. That maker and
-- checker differ is a CHECK of the table as well. When each of this happened is the database's to say: instants that a
-- statement states are replaced by its own.
CREATE OR REPLACE FUNCTION accounts_guard_approval() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'proposed' THEN
            broken := 'accounts_approval_starts_proposed';
        ELSIF jsonb_typeof(NEW.payload -> 'amount_minor') = 'number'
            AND abs((NEW.payload ->> 'amount_minor')::numeric) <> COALESCE(NEW.amount_minor, 0)
        THEN
            broken := 'accounts_approval_amount_is_the_payloads';
        ELSIF EXISTS (
            SELECT
            FROM unnest(ARRAY['currency', 'unit']) AS name
            WHERE jsonb_typeof(NEW.payload -> name) = 'string' AND NEW.payload ->> name <> ''
                AND NEW.payload ->> name <> NEW.currency
        ) THEN
            broken := 'accounts_approval_currency_is_the_payloads';
        END IF;
        NEW.proposed_at := statement_timestamp();
    ELSIF (
        NEW.id, NEW.book_code, NEW.kind, NEW.subject, NEW.payload, NEW.payload_hash, NEW.maker_id, NEW.proposed_at,
        NEW.amount_minor, NEW.currency, NEW.expires_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.book_code, OLD.kind, OLD.subject, OLD.payload, OLD.payload_hash, OLD.maker_id, OLD.proposed_at,
        OLD.amount_minor, OLD.currency, OLD.expires_at
    ) THEN
        broken := 'accounts_approval_content_unchanged';
    ELSIF NEW IS DISTINCT FROM OLD AND (OLD.status, NEW.status) NOT IN (
        ('proposed', 'approved'), ('proposed', 'rejected'), ('proposed', 'withdrawn'), ('proposed', 'expired'),
        ('approved', 'executed'), ('approved', 'withdrawn'), ('approved', 'expired')
    ) THEN
        broken := 'accounts_approval_status_moves_forward';
    ELSIF (OLD.status = 'approved' OR OLD.status = 'proposed' AND NEW.status IN ('withdrawn', 'expired'))
        AND (NEW.checker_id, NEW.delegation_id, NEW.decided_at, NEW.comment)
        IS DISTINCT FROM (OLD.checker_id, OLD.delegation_id, OLD.decided_at, OLD.comment)
    THEN
        broken := 'accounts_approval_decision_unchanged';
    ELSIF NEW.status = 'expired' AND OLD.status <> 'expired'
        AND (NEW.expires_at IS NULL OR NEW.expires_at > clock_timestamp())
    THEN
        broken := 'accounts_approval_expires_when_due';
    ELSIF OLD.status = 'approved' AND NEW.status = 'executed' AND NEW.expires_at <= clock_timestamp() THEN
        broken := 'accounts_approval_not_expired';
    ELSIF OLD.status = 'proposed' AND NEW.status IN ('approved', 'rejected') AND NEW.checker_id IS NOT NULL THEN
        -- Judged at the moment of the database, not at the one that the statement states, or it could be stated early.
        broken := public.accounts_refusal_of_decision(
            NEW.id, NEW.checker_id, NEW.delegation_id, NEW.status, clock_timestamp()
        );
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('approval %s breaks %s', NEW.id, broken);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.decided_at IS NULL AND NEW.decided_at IS NOT NULL THEN
            NEW.decided_at := clock_timestamp();
        END IF;
        IF OLD.executed_at IS NULL AND NEW.executed_at IS NOT NULL THEN
            NEW.executed_at := clock_timestamp();
        END IF;
        IF OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL THEN
            NEW.ended_at := clock_timestamp();
        END IF;
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_approval() FROM public;

CREATE OR REPLACE TRIGGER guard_approval
BEFORE INSERT OR UPDATE ON accounts_approval
FOR EACH ROW EXECUTE FUNCTION accounts_guard_approval();
