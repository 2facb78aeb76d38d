-- One group at a time. A range of the identifier stands for equality, which GiST lacks for integers by itself.
ALTER TABLE accounts_creditgroupmember
ADD CONSTRAINT accounts_creditgroupmember_one_group_at_a_time
EXCLUDE USING gist (int8range(party_id, party_id, '[]') WITH &&, daterange(member_from, member_until) WITH &&);

-- A membership ends once, on a day; nothing else of it changes.
CREATE FUNCTION accounts_guard_membership() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF OLD.member_until IS NOT NULL AND NEW IS DISTINCT FROM OLD
        OR to_jsonb(NEW) - 'member_until' <> to_jsonb(OLD) - 'member_until'
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'accounts_creditgroupmember_ends_once',
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('membership %s may only end, once', NEW.id);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_membership() FROM public;

CREATE TRIGGER guard_membership BEFORE UPDATE ON accounts_creditgroupmember
FOR EACH ROW EXECUTE FUNCTION accounts_guard_membership();
