-- An approval starts proposed, is decided once by somebody who can sign in, is executed at most once, and never changes
-- in what it permits. That maker and checker differ is a CHECK of the table.
CREATE FUNCTION accounts_guard_approval() RETURNS trigger
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
        END IF;
    ELSIF (NEW.id, NEW.book_code, NEW.kind, NEW.subject, NEW.payload, NEW.payload_hash, NEW.maker_id, NEW.proposed_at)
        IS DISTINCT FROM
        (OLD.id, OLD.book_code, OLD.kind, OLD.subject, OLD.payload, OLD.payload_hash, OLD.maker_id, OLD.proposed_at)
    THEN
        broken := 'accounts_approval_content_unchanged';
    ELSIF NEW IS DISTINCT FROM OLD AND (OLD.status, NEW.status) NOT IN (
        ('proposed', 'approved'), ('proposed', 'rejected'), ('approved', 'executed')
    ) THEN
        broken := 'accounts_approval_status_moves_forward';
    ELSIF OLD.status = 'approved'
        AND (NEW.checker_id, NEW.decided_at, NEW.comment) IS DISTINCT FROM (OLD.checker_id, OLD.decided_at, OLD.comment)
    THEN
        broken := 'accounts_approval_decision_unchanged';
    ELSIF OLD.status = 'proposed' AND NEW.checker_id IS NOT NULL
        AND NOT EXISTS (SELECT FROM public.accounts_user WHERE id = NEW.checker_id AND is_active AND is_staff)
    THEN
        broken := 'accounts_approval_checker_can_sign_in';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('approval %s breaks %s', NEW.id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_approval() FROM public;

CREATE TRIGGER guard_approval
BEFORE INSERT OR UPDATE ON accounts_approval
FOR EACH ROW EXECUTE FUNCTION accounts_guard_approval();
