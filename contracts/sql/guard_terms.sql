-- Terms in force never change; they come into force by an executed approval of these very terms.
CREATE OR REPLACE FUNCTION contracts_guard_terms() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF tg_op <> 'INSERT' AND OLD.state = 'active' THEN
        broken := 'contracts_termsversion_active_immutable';
    ELSIF tg_op = 'INSERT' AND NEW.state <> 'draft' THEN
        broken := 'contracts_termsversion_starts_as_draft';
    ELSIF tg_op = 'UPDATE' AND (NEW.id, NEW.product_id, NEW.version) IS DISTINCT FROM (OLD.id, OLD.product_id, OLD.version) THEN
        broken := 'contracts_termsversion_identity_immutable';
    ELSIF tg_op = 'UPDATE' AND NEW.state = 'active' AND NOT EXISTS (
        SELECT FROM accounts_approval AS a
        INNER JOIN contracts_product AS p ON p.id = NEW.product_id
        WHERE a.id = NEW.approval_id AND a.kind = 'activate_terms' AND a.status = 'executed'
            AND a.subject = p.code || '/v' || NEW.version
            AND a.payload ->> 'unit' = (SELECT u.code FROM ledger_unit AS u WHERE u.id = NEW.unit_id)
            -- Word for word what the second person read: a draft may change after it was approved.
            AND NOT EXISTS (
                SELECT
                FROM jsonb_each(
                    to_jsonb(NEW) - ARRAY[
                        'id', 'product_id', 'version', 'state', 'approval_id', 'unit_id', 'rule_pack_version_id'
                    ]
                ) AS held
                WHERE a.payload -> held.key IS DISTINCT FROM held.value
            )
            AND a.payload -> 'fees' = (
                SELECT
                    coalesce(
                        jsonb_agg(
                            f.kind || ': ' || CASE
                                WHEN f.basis = 'flat' THEN f.amount_minor::text
                                ELSE f.rate_ppm || ' ppm of the principal'
                            END
                            ORDER BY f.ordinal
                        ),
                        '[]'
                    )
                FROM contracts_feeschedule AS f
                WHERE f.terms_id = NEW.id
            )
    ) THEN
        broken := 'contracts_termsversion_activation_executed';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = tg_table_name,
            MESSAGE = format('%s of terms %s breaks %s', tg_op, OLD.id, broken);
    END IF;
    IF tg_op = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END;
$$;

REVOKE ALL ON FUNCTION contracts_guard_terms() FROM public;

CREATE OR REPLACE TRIGGER contracts_termsversion_guard BEFORE INSERT OR UPDATE OR DELETE ON contracts_termsversion
FOR EACH ROW EXECUTE FUNCTION contracts_guard_terms();
