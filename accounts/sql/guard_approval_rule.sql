-- A rule of approvals is what two people approved, word for word, and somebody is left who may change rules. Rules that
-- ship with a kind are written by the owner of the tables and need no approval; the login that writes later ones can
-- neither change nor delete.
CREATE OR REPLACE FUNCTION accounts_guard_approval_rule() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.approval_id IS NULL AND NEW.is_permitted AND pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
    ) THEN
        RETURN NEW;
    ELSIF NOT EXISTS (
        SELECT
        FROM public.accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.kind = 'set_approval_limit' AND a.status = 'executed'
            AND a.payload = jsonb_build_object(
                'role', NEW.role, 'kind', NEW.kind, 'currency', NEW.currency,
                'max_amount_minor', NEW.max_amount_minor, 'is_permitted', NEW.is_permitted
            )
    ) THEN
        broken := 'accounts_approvalrule_changed_by_two';
    ELSIF NEW.kind = 'set_approval_limit' AND NEW.currency IS NULL AND NOT NEW.is_permitted AND NOT EXISTS (
        SELECT
        FROM public.accounts_approvalruleinforce AS r
        INNER JOIN public.auth_group AS g ON r.role = g.name
        INNER JOIN public.accounts_user_groups AS m ON g.id = m.group_id
        INNER JOIN public.accounts_user AS u ON m.user_id = u.id
        WHERE r.kind = NEW.kind AND r.currency IS NULL AND r.is_permitted AND r.role <> NEW.role
            AND u.is_active AND u.is_staff
    ) THEN
        broken := 'accounts_approvalrule_somebody_decides';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('rule of %s for %s breaks %s', NEW.role, NEW.kind, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_approval_rule() FROM public;

CREATE OR REPLACE TRIGGER guard_approval_rule
BEFORE INSERT OR UPDATE ON accounts_approvalrule
FOR EACH ROW EXECUTE FUNCTION accounts_guard_approval_rule();
