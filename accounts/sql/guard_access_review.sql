-- A review is completed once, by two people, when every role that was held at its opening has its decision and those to
-- be withdrawn are; afterwards it is a record.
CREATE OR REPLACE FUNCTION accounts_guard_access_review() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.status <> 'open' THEN
            broken := 'accounts_accessreview_starts_open';
        END IF;
        -- Which roles were held at the opening hangs on it.
        NEW.opened_at := clock_timestamp();
    ELSIF OLD.status = 'completed' AND NEW IS DISTINCT FROM OLD
        OR (NEW.id, NEW.period, NEW.due_on, NEW.opened_by_id, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.period, OLD.due_on, OLD.opened_by_id, OLD.opened_at)
    THEN
        broken := 'accounts_accessreview_content_unchanged';
    ELSIF NEW.status = 'completed' AND OLD.status = 'open' THEN
        IF EXISTS (SELECT FROM public.accounts_accessreviewitem WHERE review_id = NEW.id AND decision IS NULL)
            OR EXISTS (
                SELECT
                FROM public.accounts_user_groups AS m
                INNER JOIN public.accounts_user AS u ON m.user_id = u.id
                WHERE u.is_active AND u.is_staff
                    AND NOT EXISTS (
                        SELECT
                        FROM public.accounts_accessreviewitem AS i
                        WHERE i.review_id = NEW.id AND i.user_id = m.user_id AND i.group_id = m.group_id
                    )
                    -- Held at the opening, even if it was taken and given again since.
                    AND 'granted' = (
                        SELECT c.change
                        FROM public.accounts_staffrolechange AS c
                        WHERE c.user_id = m.user_id AND c.group_id = m.group_id AND c.recorded_at <= NEW.opened_at
                        ORDER BY c.id DESC
                        LIMIT 1
                    )
            )
        THEN
            broken := 'accounts_accessreview_every_role_decided';
        ELSIF NOT EXISTS (
            SELECT
            FROM public.accounts_approval AS a
            WHERE a.id = NEW.approval_id AND a.kind = 'review_access' AND a.status = 'executed'
                AND (a.payload ->> 'review')::bigint = NEW.id
                AND a.payload -> 'decisions' = (
                    SELECT jsonb_object_agg(i.id::text, i.decision)
                    FROM public.accounts_accessreviewitem AS i
                    WHERE i.review_id = NEW.id
                )
        ) THEN
            broken := 'accounts_accessreview_completed_by_two';
        ELSIF EXISTS (
            SELECT
            FROM public.accounts_accessreviewitem AS i
            INNER JOIN public.accounts_user_groups AS m ON i.user_id = m.user_id AND i.group_id = m.group_id
            WHERE i.review_id = NEW.id AND i.decision = 'withdraw'
        ) THEN
            broken := 'accounts_accessreview_roles_withdrawn';
        END IF;
        IF NEW.completed_at IS NOT NULL THEN
            NEW.completed_at := clock_timestamp();
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('access review %s breaks %s', NEW.period, broken);
    END IF;
    RETURN NEW;
END
$$;

-- Roles are decided while their review is open; which role of whom it is never changes.
CREATE OR REPLACE FUNCTION accounts_guard_access_review_item() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.id, NEW.review_id, NEW.user_id, NEW.group_id)
        IS DISTINCT FROM (OLD.id, OLD.review_id, OLD.user_id, OLD.group_id)
    THEN
        broken := 'accounts_accessreviewitem_content_unchanged';
    ELSIF NOT EXISTS (SELECT FROM public.accounts_accessreview WHERE id = NEW.review_id AND status = 'open') THEN
        broken := 'accounts_accessreviewitem_review_open';
    ELSIF NEW.reviewer_id IS NOT NULL AND NOT public.accounts_decides(NEW.reviewer_id, NULL) THEN
        broken := 'accounts_accessreviewitem_reviewer_decides';
    ELSIF NEW.decided_at IS NOT NULL THEN
        NEW.decided_at := clock_timestamp();
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = TG_TABLE_NAME,
            MESSAGE = format('role %s of user %s breaks %s', NEW.group_id, NEW.user_id, broken);
    END IF;
    RETURN NEW;
END
$$;

REVOKE ALL ON FUNCTION accounts_guard_access_review() FROM public;
REVOKE ALL ON FUNCTION accounts_guard_access_review_item() FROM public;

CREATE OR REPLACE TRIGGER guard_access_review
BEFORE INSERT OR UPDATE ON accounts_accessreview
FOR EACH ROW EXECUTE FUNCTION accounts_guard_access_review();

CREATE OR REPLACE TRIGGER guard_access_review_item
BEFORE INSERT OR UPDATE ON accounts_accessreviewitem
FOR EACH ROW EXECUTE FUNCTION accounts_guard_access_review_item();
