-- The user on whose behalf this transaction writes, or NULL when it does not say, names nobody, or gives no reason.
-- Both are transaction-local settings, made by accounts.services.actor.acting().
CREATE FUNCTION accounts_acting_user() RETURNS bigint
LANGUAGE plpgsql
VOLATILE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    named text := current_setting('plimsoll.actor_id', true);
BEGIN
    IF COALESCE(current_setting('plimsoll.reason', true), '') !~ '\S' OR COALESCE(named, '') !~ '^[0-9]{1,18}$' THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT id FROM public.accounts_user WHERE id = named::bigint);
END
$$;

REVOKE ALL ON FUNCTION accounts_acting_user() FROM public;
