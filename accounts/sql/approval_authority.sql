-- Who may decide what. One place: the guard of approvals asks it, and so do the services before they try.

-- The rule in force of each role, kind and currency: the newest.
CREATE OR REPLACE VIEW accounts_approvalruleinforce AS
SELECT DISTINCT ON (role, kind, currency)
    id,
    role,
    kind,
    currency,
    max_amount_minor,
    is_permitted
FROM accounts_approvalrule
ORDER BY role ASC, kind ASC, currency ASC, id DESC;

-- Whether somebody's own roles permit a kind at all (no kind: anything at all).
CREATE OR REPLACE FUNCTION accounts_decides(decider_id bigint, wanted text) RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM public.accounts_user AS u
        INNER JOIN public.accounts_user_groups AS m ON u.id = m.user_id
        INNER JOIN public.auth_group AS g ON m.group_id = g.id
        INNER JOIN public.accounts_approvalruleinforce AS r ON g.name = r.role
        WHERE u.id = decider_id AND u.is_active AND u.is_staff AND r.is_permitted
            AND (wanted IS NULL OR r.kind = wanted)
    )
$$;

-- Whether somebody's own roles permit a kind up to an amount. A rule for the currency goes before the one without. What
-- says no amount is for roles that have no limit at all, or leaving it out would be a way round one.
CREATE OR REPLACE FUNCTION accounts_decides_amount(decider_id bigint, wanted text, amount bigint, amount_currency text)
RETURNS boolean
LANGUAGE sql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT EXISTS (
        SELECT
        FROM public.accounts_user AS u
        INNER JOIN public.accounts_user_groups AS m ON u.id = m.user_id
        INNER JOIN public.auth_group AS g ON m.group_id = g.id
        CROSS JOIN LATERAL (
            SELECT r.is_permitted, r.max_amount_minor
            FROM public.accounts_approvalruleinforce AS r
            WHERE r.role = g.name AND r.kind = wanted AND (r.currency IS NULL OR r.currency = amount_currency)
            ORDER BY r.currency NULLS LAST
            LIMIT 1
        ) AS rule
        WHERE u.id = decider_id AND u.is_active AND u.is_staff
            AND rule.is_permitted AND (rule.max_amount_minor IS NULL OR amount <= rule.max_amount_minor)
            AND (
                amount IS NOT NULL OR NOT EXISTS (
                    SELECT
                    FROM public.accounts_approvalruleinforce AS limited
                    WHERE limited.role = g.name AND limited.kind = wanted AND limited.max_amount_minor IS NOT NULL
                )
            )
    )
$$;

-- The rule that a decision about an approval would break, or NULL. A rejection needs the kind, not the amount.
CREATE OR REPLACE FUNCTION accounts_refusal_of_decision(
    wanted_id bigint, decider_id bigint, used_delegation_id bigint, decision text, at timestamptz
) RETURNS text
LANGUAGE plpgsql
STABLE
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
    wanted public.accounts_approval;
    used public.accounts_approvaldelegation;
    authority bigint := decider_id;
BEGIN
    SELECT * INTO STRICT wanted FROM public.accounts_approval WHERE id = wanted_id;
    IF decider_id = wanted.maker_id THEN
        RETURN 'accounts_approval_maker_is_not_checker';
    ELSIF NOT EXISTS (SELECT FROM public.accounts_user WHERE id = decider_id AND is_active AND is_staff) THEN
        RETURN 'accounts_approval_checker_can_sign_in';
    ELSIF wanted.expires_at <= at THEN
        RETURN 'accounts_approval_not_expired';
    ELSIF EXISTS (
        SELECT
        FROM public.accounts_approvaldelegation AS d
        WHERE d.delegator_id = wanted.maker_id AND d.delegate_id = decider_id
            AND (d.kind IS NULL OR d.kind = wanted.kind)
            AND d.starts_at <= at AND d.ends_at > at AND (d.revoked_at IS NULL OR d.revoked_at > at)
    ) THEN
        RETURN 'accounts_approval_maker_is_not_delegator';
    END IF;
    IF used_delegation_id IS NOT NULL THEN
        SELECT * INTO used FROM public.accounts_approvaldelegation WHERE id = used_delegation_id;
        IF used.delegate_id IS DISTINCT FROM decider_id
            OR used.kind <> wanted.kind
            OR used.starts_at > at OR used.ends_at <= at OR used.revoked_at <= at
        THEN
            RETURN 'accounts_approval_delegation_in_force';
        ELSIF used.delegator_id = wanted.maker_id OR EXISTS (
            -- Whoever the maker has lent their decisions to decides it through nobody else either.
            SELECT
            FROM public.accounts_approvaldelegation AS d
            WHERE d.delegator_id = wanted.maker_id AND d.delegate_id = used.delegator_id
                AND (d.kind IS NULL OR d.kind = wanted.kind)
                AND d.starts_at <= at AND d.ends_at > at AND (d.revoked_at IS NULL OR d.revoked_at > at)
        ) THEN
            RETURN 'accounts_approval_maker_is_not_delegator';
        ELSIF NOT public.accounts_decides(decider_id, NULL) THEN
            RETURN 'accounts_approval_checker_permitted';
        END IF;
        authority := used.delegator_id;
    END IF;
    IF NOT public.accounts_decides(authority, wanted.kind) THEN
        RETURN 'accounts_approval_checker_permitted';
    ELSIF decision = 'approved'
        AND NOT public.accounts_decides_amount(authority, wanted.kind, wanted.amount_minor, wanted.currency)
    THEN
        RETURN 'accounts_approval_amount_within_limit';
    END IF;
    RETURN NULL;
END
$$;

REVOKE ALL ON FUNCTION accounts_decides(bigint, text) FROM public;
REVOKE ALL ON FUNCTION accounts_decides_amount(bigint, text, bigint, text) FROM public;
REVOKE ALL ON FUNCTION accounts_refusal_of_decision(bigint, bigint, bigint, text, timestamptz) FROM public;
GRANT EXECUTE ON FUNCTION accounts_decides(bigint, text) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION accounts_refusal_of_decision(bigint, bigint, bigint, text, timestamptz) TO plimsoll_app;
