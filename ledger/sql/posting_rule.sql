-- The posting rule, once per statement over all its postings, in the order of docs/rules/ledger.md. Its plans must
-- serve two postings and two hundred thousand, on an empty table and a large one: what is looked up in a table is
-- a LATERAL probe by key, which leaves the planner nothing but a loop over an index, and whatever else is joined is
-- of the size of the statement and joined by a hash.
CREATE OR REPLACE FUNCTION ledger_check_postings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_material = off
SET enable_hashjoin = on SET enable_hashagg = on
SET enable_sort = off SET jit = off SET work_mem = '128MB' SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    bad record;
    way record;
    step integer;
    entry bigint;
    not_permitted text;
    in_parts bigint[];
    unbalanced bigint[];
    of_contracts bigint[];
    of_owners bigint[];
    of_funders bigint[];
    has_reversals boolean := false;
    clears_fx bigint;
    first_entry bigint;
    last_entry bigint;
    touched bigint[];
    amounts_minor bigint[];
    places tid[];
    place_amounts_minor bigint[];
    hot bigint[];
    hot_amounts_minor bigint[];
    restricted bigint[];
    most_minor numeric;
    -- What a statement moves on one account, in and out together; from which amount on a hot account's sum is looked
    -- at; and what an account may hold. Decision 34 says why these.
    largest_movement constant numeric := 1e15;
    large_movement constant numeric := 1e12;
    largest_balance constant numeric := 1e17;
BEGIN
    -- Cast only what fits; what does not is refused below.
    SELECT
        array_agg(m.account_id ORDER BY m.account_id),
        array_agg(
            CASE WHEN abs(m.amount_minor) <= largest_movement THEN m.amount_minor::bigint END ORDER BY m.account_id
        ),
        max(greatest(m.highest_minor::numeric, -m.lowest_minor::numeric) * m.postings),
        min(m.first_entry),
        max(m.last_entry)
    INTO touched, amounts_minor, most_minor, first_entry, last_entry
    FROM (
        SELECT
            n.account_id,
            sum(n.amount_minor) AS amount_minor,
            max(n.amount_minor) AS highest_minor,
            min(n.amount_minor) AS lowest_minor,
            count(*) AS postings,
            min(n.entry_id) AS first_entry,
            max(n.entry_id) AS last_entry
        FROM new_postings AS n
        GROUP BY n.account_id
    ) AS m;

    -- Rarely more than a glance: only a statement that could be beyond the bound is summed exactly.
    IF most_minor > largest_movement THEN
        SELECT n.account_id, min(n.entry_id) AS entry_id INTO bad
        FROM new_postings AS n
        GROUP BY n.account_id
        HAVING sum(greatest(n.amount_minor, 0)) - sum(least(n.amount_minor, 0)) > largest_movement
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_movement_within_bound',
                TABLE = 'ledger_posting',
                MESSAGE = format(
                    'entry %s: more than %s minor units on account %s in one statement', bad.entry_id,
                    largest_movement::bigint, bad.account_id
                );
        END IF;
    END IF;

    -- One pass over the postings, one probe of each account, one range of entries (those of a statement have
    -- neighbouring numbers): sums per ring of all value and of resources alone, owners and contracts by their
    -- extremes. What comes back is a row for each way in which a kind moves resources, with the entries that a
    -- closer look is due to.
    FOR way IN
        WITH account AS MATERIALIZED (
            SELECT
                own.id,
                own.book_id,
                own.unit_id,
                ring.number AS ring,
                CASE
                    WHEN own.role IN ('custody', 'transit', 'payments', 'due_from_house', 'due_to_client', 'cover')
                        THEN ring.number
                END AS resource_ring,
                CASE WHEN own.role IN ('entitlement', 'unsettled', 'funder_available') THEN own.owner_id END AS owner_id,
                CASE WHEN own.ring = 'principal' THEN own.contract_code END AS contract_code,
                own.role = 'fx_clearing' AS is_fx_clearing
            FROM unnest(touched) AS moved (account_id)
            -- OFFSET 0, here and below, keeps each a probe by key: a planner that believes the table empty would
            -- read it whole for every posting.
            CROSS JOIN LATERAL (
                SELECT found.* FROM ledger_account AS found WHERE found.id = moved.account_id OFFSET 0
            ) AS own
            -- Numbers are compared faster than names, and each posting is compared ten times.
            CROSS JOIN LATERAL (
                SELECT
                    CASE own.ring
                        WHEN 'client' THEN 1 WHEN 'funder' THEN 2 WHEN 'reserve' THEN 3 WHEN 'house' THEN 4 ELSE 5
                    END AS number
            ) AS ring
            -- True of all: it tells the planner that this is the smaller side of the join below, to be the hashed
            -- one. The plan is kept from a statement of two postings.
            WHERE own.id = moved.account_id
        ), entry AS MATERIALIZED (
            SELECT
                own.id, own.book_id, own.kind_id, own.booking_date, own.value_date, own.posting_count,
                own.reverses_id
            FROM ledger_journalentry AS own
            WHERE own.id BETWEEN first_entry AND last_entry
        )
        SELECT
            e.kind_id,
            e.reverses_id IS NULL AS is_forward,
            -- Five signs in one number: client, funder, reserve, house, outside.
            (
                81 * coalesce(sign(g.client_flow)::integer, 0) + 27 * coalesce(sign(g.funder_flow)::integer, 0)
                + 9 * coalesce(sign(g.reserve_flow)::integer, 0) + 3 * coalesce(sign(g.house_flow)::integer, 0)
                - coalesce(sign(g.outside_flow)::integer, 0) + 121
            ) AS signs,
            min(g.entry_id) AS entry_id,
            min(
                ARRAY[
                    CASE
                        WHEN e.id IS NULL THEN 1
                        WHEN NOT g.accounts_exist THEN 2
                        WHEN NOT g.book_agrees OR e.book_id <> g.book_id THEN 3
                        WHEN NOT g.unit_agrees THEN 4
                        WHEN NOT g.dates_agree OR e.booking_date <> g.booking_date OR e.value_date <> g.value_date
                            THEN 5
                    END, g.entry_id
                ]
            ) FILTER (
                WHERE e.id IS NULL OR NOT g.accounts_exist OR NOT g.book_agrees OR e.book_id <> g.book_id
                OR NOT g.unit_agrees OR NOT g.dates_agree OR e.booking_date <> g.booking_date
                OR e.value_date <> g.value_date
            ) AS misshapen,
            array_agg(g.entry_id) FILTER (
                WHERE g.postings <> e.posting_count OR g.first_no <> 1 OR g.last_no <> e.posting_count
            ) AS in_parts,
            array_agg(g.entry_id) FILTER (
                WHERE g.client <> 0 OR g.funder <> 0 OR g.reserve <> 0 OR g.house <> 0 OR g.principal <> 0
            ) AS unbalanced,
            array_agg(g.entry_id) FILTER (WHERE g.first_contract <> g.last_contract) AS of_contracts,
            array_agg(g.entry_id) FILTER (WHERE g.first_owner <> g.last_owner) AS of_owners,
            min(g.entry_id) FILTER (WHERE g.clears_fx) AS clears_fx
        FROM (
            SELECT
                n.entry_id,
                n.unit_id,
                count(*) AS postings,
                min(n.posting_no) AS first_no,
                max(n.posting_no) AS last_no,
                min(n.book_id) AS book_id,
                min(n.booking_date) AS booking_date,
                min(n.value_date) AS value_date,
                bool_and(n.is_there) AS accounts_exist,
                coalesce(bool_and(n.account_book_id = n.book_id), true)
                AND min(n.book_id) = max(n.book_id) AS book_agrees,
                coalesce(bool_and(n.account_unit_id = n.unit_id), true) AS unit_agrees,
                min(n.booking_date) = max(n.booking_date) AND min(n.value_date) = max(n.value_date) AS dates_agree,
                sum(n.amount_minor) FILTER (WHERE n.ring = 1) AS client,
                sum(n.amount_minor) FILTER (WHERE n.ring = 2) AS funder,
                sum(n.amount_minor) FILTER (WHERE n.ring = 3) AS reserve,
                sum(n.amount_minor) FILTER (WHERE n.ring = 4) AS house,
                sum(n.amount_minor) FILTER (WHERE n.ring = 5) AS principal,
                min(n.contract_code) AS first_contract,
                max(n.contract_code) AS last_contract,
                sum(n.amount_minor) FILTER (WHERE n.resource_ring = 1) AS client_flow,
                sum(n.amount_minor) FILTER (WHERE n.resource_ring = 2) AS funder_flow,
                sum(n.amount_minor) FILTER (WHERE n.resource_ring = 3) AS reserve_flow,
                sum(n.amount_minor) FILTER (WHERE n.resource_ring = 4) AS house_flow,
                sum(n.amount_minor) FILTER (WHERE n.resource_ring IS NOT NULL) AS outside_flow,
                min(n.owner_id) AS first_owner,
                max(n.owner_id) AS last_owner,
                bool_or(n.is_fx_clearing) AS clears_fx
            FROM (
                SELECT
                    p.entry_id, p.unit_id, p.posting_no, p.book_id, p.booking_date, p.value_date, p.amount_minor,
                    a.id IS NOT NULL AS is_there, a.book_id AS account_book_id, a.unit_id AS account_unit_id,
                    a.ring, a.resource_ring, a.owner_id, a.contract_code, a.is_fx_clearing
                FROM new_postings AS p
                LEFT JOIN account AS a ON a.id = p.account_id
                -- Postings come in the order of their entries, or nearly so: a sort costs a look, and sums that
                -- end with their entry cost no memory.
                ORDER BY p.entry_id, p.unit_id
                OFFSET 0
            ) AS n
            GROUP BY n.entry_id, n.unit_id
        ) AS g
        LEFT JOIN entry AS e ON e.id = g.entry_id
        GROUP BY e.kind_id, is_forward, signs
    LOOP
        IF way.misshapen IS NOT NULL AND (step IS NULL OR way.misshapen[1] < step) THEN
            step := way.misshapen[1];
            entry := way.misshapen[2];
        END IF;
        in_parts := in_parts || way.in_parts;
        unbalanced := unbalanced || way.unbalanced;
        of_contracts := of_contracts || way.of_contracts;
        IF way.kind_id = 'funder_replaced' THEN
            of_funders := of_funders || way.of_owners;
        ELSE
            of_owners := of_owners || way.of_owners;
        END IF;
        has_reversals := has_reversals OR NOT way.is_forward;
        IF way.clears_fx IS NOT NULL AND way.kind_id NOT IN ('fx_traded', 'fx_settled') THEN
            clears_fx := way.clears_fx;
        END IF;
        IF (step IS NULL OR step > 7) AND NOT EXISTS (
                SELECT FROM ledger_entrykind AS k WHERE k.code = way.kind_id
            ) THEN
            step := 7;
            entry := way.entry_id;
            not_permitted := format('kind %s is not in the table', way.kind_id);
        END IF;
        IF step IS NULL AND way.signs <> 121 THEN
            SELECT
                format(
                    '%s does not move value from %s to %s (%s)', way.kind_id, giver.ring, taker.ring,
                    CASE WHEN way.is_forward THEN 'forward' ELSE 'reversal' END
                ) INTO not_permitted
            FROM unnest(ARRAY['client', 'funder', 'reserve', 'house', 'external'], ARRAY[81, 27, 9, 3, 1])
                AS giver (ring, place)
            CROSS JOIN unnest(ARRAY['client', 'funder', 'reserve', 'house', 'external'], ARRAY[81, 27, 9, 3, 1])
                AS taker (ring, place)
            WHERE way.signs / giver.place % 3 = 0 AND way.signs / taker.place % 3 = 2
                AND NOT EXISTS (
                    SELECT FROM ledger_entrykindflow AS permitted
                    WHERE permitted.kind_id = way.kind_id AND permitted.from_ring = giver.ring
                        AND permitted.to_ring = taker.ring
                        AND permitted.direction = CASE WHEN way.is_forward THEN 'forward' ELSE 'reversal' END
                )
            LIMIT 1;
            IF FOUND THEN
                step := 9;
                entry := way.entry_id;
            END IF;
        END IF;
    END LOOP;

    IF step < 6 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = (ARRAY[
                'ledger_posting_entry_exists', 'ledger_posting_account_exists', 'ledger_posting_book_agrees',
                'ledger_posting_unit_agrees', 'ledger_posting_dates_agree'
            ])[step],
            TABLE = 'ledger_posting',
            MESSAGE = format('entry %s: %s', entry, (ARRAY[
                'it is not there', 'one of its accounts is not there',
                'a posting is in another book than entry or account',
                'a posting is in another unit than its account', 'a posting is dated otherwise than its entry'
            ])[step]);
    END IF;

    -- An entry in several units is complete when they are together.
    IF in_parts IS NOT NULL THEN
        SELECT n.entry_id INTO bad
        FROM (
            SELECT
                own.entry_id,
                count(*) AS postings,
                min(own.posting_no) AS first_no,
                max(own.posting_no) AS last_no
            FROM new_postings AS own
            -- IS TRUE, here and below, keeps the list a hash that is built once; a join would be a loop over it.
            WHERE (own.entry_id IN (SELECT unnest(in_parts))) IS TRUE
            GROUP BY own.entry_id
        ) AS n
        CROSS JOIN LATERAL (
            SELECT own.posting_count FROM ledger_journalentry AS own WHERE own.id = n.entry_id OFFSET 0
        ) AS e
        WHERE n.postings <> e.posting_count OR n.first_no <> 1 OR n.last_no <> e.posting_count
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_entry_complete',
                TABLE = 'ledger_posting',
                MESSAGE = format('entry %s: its postings do not all come in this statement', bad.entry_id);
        END IF;
    END IF;

    IF step = 7 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_journalentry_kind_known',
            TABLE = 'ledger_journalentry',
            MESSAGE = format('entry %s: %s', entry, not_permitted);
    END IF;

    IF unbalanced IS NOT NULL OR of_contracts IS NOT NULL THEN
        SELECT
            n.entry_id,
            format(
                'ring %s, unit %s%s: the postings sum to %s, not zero', a.ring,
                (SELECT own.code FROM ledger_unit AS own WHERE own.id = n.unit_id),
                coalesce(', contract ' || a.contract_code, ''), sum(n.amount_minor)
            ) AS detail INTO bad
        FROM new_postings AS n
        CROSS JOIN LATERAL (
            SELECT own.ring, CASE WHEN own.ring = 'principal' THEN own.contract_code END AS contract_code
            FROM ledger_account AS own
            WHERE own.id = n.account_id
            OFFSET 0
        ) AS a
        WHERE (n.entry_id IN (SELECT unnest(unbalanced || of_contracts))) IS TRUE
        GROUP BY n.entry_id, n.unit_id, a.ring, a.contract_code
        HAVING sum(n.amount_minor) <> 0
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_entry_balances',
                TABLE = 'ledger_posting',
                MESSAGE = format('entry %s: %s', bad.entry_id, bad.detail);
        END IF;
    END IF;

    IF step = 9 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_posting_flow_permitted',
            TABLE = 'ledger_posting',
            MESSAGE = format('entry %s: %s', entry, not_permitted);
    END IF;

    IF clears_fx IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_posting_clearing_is_of_exchange',
            TABLE = 'ledger_posting',
            MESSAGE = format('entry %s: FX clearing is moved by exchanges and their settlements alone', clears_fx);
    END IF;

    IF of_owners IS NOT NULL THEN
        SELECT o.entry_id, o.ring INTO bad
        FROM (
            SELECT n.entry_id, n.unit_id, a.ring, a.owner_id, sum(n.amount_minor) AS amount_minor
            FROM new_postings AS n
            CROSS JOIN LATERAL (
                SELECT own.ring, own.owner_id, own.role
                FROM ledger_account AS own
                WHERE own.id = n.account_id
                OFFSET 0
            ) AS a
            WHERE (n.entry_id IN (SELECT unnest(of_owners))) IS TRUE
                AND a.role IN ('entitlement', 'unsettled', 'funder_available')
            GROUP BY n.entry_id, n.unit_id, a.ring, a.owner_id
        ) AS o
        GROUP BY o.entry_id, o.ring, o.unit_id
        HAVING min(o.amount_minor) < 0 AND max(o.amount_minor) > 0
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_owner_keeps_own',
                TABLE = 'ledger_posting',
                MESSAGE = format(
                    'entry %s: in ring %s value would pass from one owner to another', bad.entry_id, bad.ring
                );
        END IF;
    END IF;

    -- A funder takes another's place: each gives or gets in money exactly what it gets or gives in principal.
    IF of_funders IS NOT NULL THEN
        SELECT n.entry_id INTO bad
        FROM new_postings AS n
        CROSS JOIN LATERAL (
            SELECT own.owner_id, own.role
            FROM ledger_account AS own
            WHERE own.id = n.account_id
            OFFSET 0
        ) AS a
        WHERE (n.entry_id IN (SELECT unnest(of_funders))) IS TRUE
            AND a.role IN ('entitlement', 'unsettled', 'funder_available', 'funded_principal')
        GROUP BY n.entry_id, n.unit_id, a.owner_id
        HAVING sum(n.amount_minor) <> 0
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_owner_keeps_own',
                TABLE = 'ledger_posting',
                MESSAGE = format('entry %s: a funder would give more, or less, than it gets', bad.entry_id);
        END IF;
    END IF;

    IF has_reversals THEN
        SELECT n.entry_id INTO bad
        FROM new_postings AS n
        CROSS JOIN LATERAL (
            SELECT own.reverses_id, own.posting_count
            FROM ledger_journalentry AS own
            WHERE own.id = n.entry_id
            OFFSET 0
        ) AS e
        CROSS JOIN LATERAL (
            SELECT own.posting_count, own.booking_date
            FROM ledger_journalentry AS own
            WHERE own.id = e.reverses_id
            OFFSET 0
        ) AS reversed
        LEFT JOIN LATERAL (
            SELECT own.account_id, own.amount_minor
            FROM ledger_posting AS own
            WHERE own.entry_id = e.reverses_id AND own.posting_no = n.posting_no
                AND own.booking_date = reversed.booking_date
            OFFSET 0
        ) AS r ON true
        WHERE reversed.posting_count <> e.posting_count
            OR (r.account_id, r.amount_minor) IS DISTINCT FROM (n.account_id, -n.amount_minor)
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_reversal_mirrors',
                TABLE = 'ledger_posting',
                MESSAGE = format('entry %s: a reversal negates every posting of its entry', bad.entry_id);
        END IF;
    END IF;

    -- Locks in account order, so that no two statements wait for each other crosswise. A locked row stands still, so
    -- its place is remembered; what has none is hot.
    SELECT
        array_agg(locked.place) FILTER (WHERE locked.place IS NOT NULL),
        array_agg(moved.amount_minor) FILTER (WHERE locked.place IS NOT NULL),
        array_agg(moved.account_id) FILTER (WHERE locked.place IS NULL),
        array_agg(moved.amount_minor) FILTER (WHERE locked.place IS NULL)
    INTO places, place_amounts_minor, hot, hot_amounts_minor
    FROM unnest(touched, amounts_minor) AS moved (account_id, amount_minor)
    LEFT JOIN LATERAL (
        SELECT b.ctid AS place
        FROM ledger_balance AS b
        WHERE b.account_id = moved.account_id AND NOT b.is_hot
        FOR NO KEY UPDATE
    ) AS locked ON true;

    SELECT array_agg(own.account_id) INTO restricted
    FROM unnest(touched) AS moved (account_id)
    CROSS JOIN LATERAL (
        SELECT kept.account_id
        FROM ledger_restriction AS kept
        WHERE kept.account_id = moved.account_id AND kept.lifted_on IS NULL
        OFFSET 0
    ) AS own;
    IF restricted IS NOT NULL THEN
        SELECT n.entry_id, a.address, r.reason INTO bad
        FROM new_postings AS n
        CROSS JOIN LATERAL (
            SELECT own.kind_id, own.reverses_id
            FROM ledger_journalentry AS own
            WHERE own.id = n.entry_id
            OFFSET 0
        ) AS e
        CROSS JOIN LATERAL (
            SELECT own.restriction_scope
            FROM ledger_entrykind AS own
            WHERE own.code = e.kind_id AND own.restriction_scope <> ''
            OFFSET 0
        ) AS k
        CROSS JOIN LATERAL (
            SELECT own.reason
            FROM ledger_restriction AS own
            WHERE own.account_id = n.account_id AND own.scope = k.restriction_scope AND own.lifted_on IS NULL
            OFFSET 0
        ) AS r
        CROSS JOIN LATERAL (
            SELECT own.address FROM ledger_account AS own WHERE own.id = n.account_id OFFSET 0
        ) AS a
        WHERE (n.account_id IN (SELECT unnest(restricted))) IS TRUE AND e.reverses_id IS NULL
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_posting_account_unrestricted',
                TABLE = 'ledger_posting',
                MESSAGE = format('entry %s: account %s is restricted: %s', bad.entry_id, bad.address, bad.reason);
        END IF;
    END IF;

    IF most_minor > large_movement THEN
        SELECT moved.account_id INTO bad
        FROM unnest(touched, amounts_minor) AS moved (account_id, amount_minor)
        CROSS JOIN LATERAL (
            SELECT own.balance_minor FROM ledger_balance AS own
            WHERE own.account_id = moved.account_id AND own.is_hot
            OFFSET 0
        ) AS b
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(own.amount_minor), 0) AS amount_minor
            FROM ledger_balancedelta AS own
            WHERE own.account_id = moved.account_id
        ) AS d
        WHERE abs(b.balance_minor + d.amount_minor + moved.amount_minor) > largest_balance
        LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION USING
                ERRCODE = 'check_violation',
                CONSTRAINT = 'ledger_balance_within_bound',
                TABLE = 'ledger_balance',
                MESSAGE = format(
                    'account %s would hold more than %s minor units', bad.account_id, largest_balance::bigint
                );
        END IF;
    END IF;

    PERFORM ledger_move_balances(places, place_amounts_minor, hot, hot_amounts_minor);
    RETURN NULL;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_posting_rule AFTER INSERT ON ledger_posting
REFERENCING NEW TABLE AS new_postings
FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_postings();
