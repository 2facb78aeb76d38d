-- A version says what its hash covers, comes into force by an executed approval of exactly that, and never changes.
-- What ships with the product comes by a migration: only who owns the table may say so.
CREATE OR REPLACE FUNCTION contracts_guard_rule_pack() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    pack_code text;
    broken text;
BEGIN
    IF tg_op = 'DELETE' THEN
        broken := 'contracts_rulepackversion_kept';
    ELSE
        SELECT p.code INTO pack_code FROM contracts_rulepack AS p WHERE p.id = NEW.pack_id;
        IF tg_op = 'UPDATE' AND (
            OLD.state = 'active'
            OR (OLD.id, OLD.pack_id, OLD.version, OLD.effective_from, OLD.origin, OLD.content, OLD.sha256, OLD.parameters)
            IS DISTINCT FROM
            (NEW.id, NEW.pack_id, NEW.version, NEW.effective_from, NEW.origin, NEW.content, NEW.sha256, NEW.parameters)
        ) THEN
            broken := 'contracts_rulepackversion_content_immutable';
        ELSIF tg_op = 'INSERT' AND NEW.origin = 'shipped' AND NOT pg_has_role(
            session_user, (SELECT c.relowner FROM pg_class AS c WHERE c.oid = tg_relid), 'MEMBER'
        ) THEN
            broken := 'contracts_rulepackversion_shipped_by_migration';
        ELSIF tg_op = 'INSERT' AND NEW.origin <> 'shipped' AND NEW.state <> 'draft' THEN
            broken := 'contracts_rulepackversion_starts_as_draft';
        ELSIF NEW.sha256 IS DISTINCT FROM encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
            broken := 'contracts_rulepackversion_hash_is_its_own';
        ELSIF (
            NEW.content::jsonb ->> 'code', (NEW.content::jsonb ->> 'version')::bigint,
            (NEW.content::jsonb ->> 'effective_from')::date, NEW.content::jsonb -> 'parameters'
        ) IS DISTINCT FROM (pack_code, NEW.version::bigint, NEW.effective_from, NEW.parameters) THEN
            broken := 'contracts_rulepackversion_columns_match_content';
        ELSIF tg_op = 'UPDATE' AND NEW.state = 'active' AND NOT EXISTS (
            SELECT FROM accounts_approval AS a
            WHERE a.id = NEW.approval_id AND a.kind = 'activate_rule_pack' AND a.status = 'executed'
                AND a.subject = pack_code || '/v' || NEW.version AND a.payload ->> 'sha256' = NEW.sha256
        ) THEN
            broken := 'contracts_rulepackversion_activation_executed';
        ELSIF tg_op = 'UPDATE' AND NEW.state = 'active' AND EXISTS (
            SELECT FROM contracts_financingcontract AS c
            INNER JOIN contracts_termsversion AS t ON t.id = c.terms_id
            INNER JOIN contracts_rulepackversion AS v ON v.id = t.rule_pack_version_id
            WHERE v.pack_id = NEW.pack_id AND c.opened_on >= NEW.effective_from
        ) THEN
            broken := 'contracts_rulepackversion_not_back_dated';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('%s of a version of rule pack %s breaks %s', tg_op, pack_code, broken);
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_rule_pack() FROM public;

CREATE OR REPLACE TRIGGER contracts_rulepackversion_guard
BEFORE INSERT OR UPDATE OR DELETE ON contracts_rulepackversion
FOR EACH ROW EXECUTE FUNCTION contracts_guard_rule_pack();

CREATE OR REPLACE TRIGGER contracts_rulepack_kept BEFORE UPDATE OR DELETE ON contracts_rulepack
FOR EACH ROW EXECUTE FUNCTION contracts_refuse_change('contracts_rulepack_kept');

GRANT INSERT (code) ON contracts_rulepack TO plimsoll_app;
GRANT INSERT (pack_id, version, effective_from, origin, state, content, sha256, parameters, approval_id)
ON contracts_rulepackversion TO plimsoll_app;
GRANT UPDATE (state, approval_id) ON contracts_rulepackversion TO plimsoll_app;
