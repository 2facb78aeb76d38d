-- Every role given or taken, by whom and why. A membership has no history table of its own: a role is held or not.
CREATE FUNCTION accounts_write_role_change() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    actor_id constant bigint := public.accounts_acting_user();
BEGIN
    IF actor_id IS NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'accounts_history_actor_present',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('%s of %s without an actor and a reason', TG_OP, TG_TABLE_NAME),
            HINT = 'Set plimsoll.actor_id to a user and plimsoll.reason, both local to the transaction.';
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        INSERT INTO public.accounts_staffrolechange (user_id, group_id, change, actor_id, reason, recorded_at)
        VALUES (
            OLD.user_id, OLD.group_id, 'withdrawn', actor_id, current_setting('plimsoll.reason', true),
            clock_timestamp()
        );
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO public.accounts_staffrolechange (user_id, group_id, change, actor_id, reason, recorded_at)
        VALUES (
            NEW.user_id, NEW.group_id, 'granted', actor_id, current_setting('plimsoll.reason', true),
            clock_timestamp()
        );
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION accounts_write_role_change() FROM public;

CREATE TRIGGER write_role_change
AFTER INSERT OR UPDATE OR DELETE ON accounts_user_groups
FOR EACH ROW EXECUTE FUNCTION accounts_write_role_change();
