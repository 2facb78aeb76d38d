-- A delegation is what two people approved, of whom the one that agreed is neither of the two whom it concerns; it goes
-- to somebody who decides something in their own right, and afterwards it can only be revoked, once.
CREATE OR REPLACE FUNCTION accounts_guard_delegation() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    agreed public.accounts_approval;
    broken text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'revoked_at' - 'revoked_by_id' IS DISTINCT FROM to_jsonb(OLD) - 'revoked_at' - 'revoked_by_id'
            OR OLD.revoked_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
        THEN
            broken := 'accounts_approvaldelegation_content_unchanged';
        ELSIF OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL THEN
            -- Now, whatever is stated: a date to come would leave the power and take the revocation.
            NEW.revoked_at := clock_timestamp();
        END IF;
    ELSE
        SELECT * INTO agreed
        FROM public.accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'delegate_approvals' AND a.status = 'executed'
            AND (a.payload ->> 'delegator_id')::bigint = NEW.delegator_id
            AND (a.payload ->> 'delegate_id')::bigint = NEW.delegate_id
            AND (a.payload ->> 'kind') IS NOT DISTINCT FROM NEW.kind
            AND (a.payload ->> 'starts_at')::timestamptz = NEW.starts_at
            AND (a.payload ->> 'ends_at')::timestamptz = NEW.ends_at
            AND a.payload ->> 'reason' = NEW.reason;
        IF NEW.revoked_at IS NOT NULL THEN
            broken := 'accounts_approvaldelegation_starts_in_force';
        ELSIF NEW.delegator_id = NEW.delegate_id THEN
            broken := 'accounts_approvaldelegation_two_people';
        ELSIF agreed.id IS NULL THEN
            broken := 'accounts_approvaldelegation_agreed_by_two';
        ELSIF agreed.checker_id IN (NEW.delegator_id, NEW.delegate_id) THEN
            broken := 'accounts_approvaldelegation_checker_is_a_third';
        ELSIF NOT public.accounts_decides(NEW.delegate_id, NULL) OR NOT public.accounts_decides(NEW.delegator_id, NULL)
        THEN
            broken := 'accounts_approvaldelegation_both_decide';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('delegation from user %s to user %s breaks %s', NEW.delegator_id, NEW.delegate_id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_delegation() FROM public;

CREATE OR REPLACE TRIGGER guard_delegation
BEFORE INSERT OR UPDATE ON accounts_approvaldelegation
FOR EACH ROW EXECUTE FUNCTION accounts_guard_delegation();
