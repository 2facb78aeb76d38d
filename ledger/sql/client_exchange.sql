-- An exchange says what its entry posted, between two accounts of one client and contract; its settlement says what
-- the settlement posted, once due, of an exchange that stands. So whatever settles by these rows settles what was
-- traded.
CREATE OR REPLACE FUNCTION ledger_entry_posts_exactly(
    examined bigint, wanted_kind text, wanted_book integer, account_ids bigint[], amounts_minor bigint[]
) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM ledger_journalentry AS e
        WHERE e.id = examined AND e.kind_id = wanted_kind AND e.book_id = wanted_book AND e.reverses_id IS NULL
            AND e.posting_count = cardinality(account_ids)
            AND e.posting_count = (
                SELECT count(*)
                FROM unnest(account_ids, amounts_minor) AS wanted (account_id, amount_minor)
                INNER JOIN ledger_posting AS p
                    ON p.entry_id = e.id AND p.booking_date = e.booking_date
                    AND p.account_id = wanted.account_id AND p.amount_minor = wanted.amount_minor
            )
    );
$$;

-- Two settlements of a book's exchanges wait for one another.
CREATE OR REPLACE FUNCTION ledger_lock_exchanges(locked_book integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT pg_advisory_xact_lock(hashtext('ledger_lock_exchanges'), locked_book);
$$;

CREATE OR REPLACE FUNCTION ledger_guard_client_exchange() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    sold record;
    bought record;
BEGIN
    SELECT a.unit_id, a.owner_id, a.contract_code INTO sold
    FROM ledger_account AS a
    WHERE a.id = NEW.sold_account_id AND a.ring = 'client' AND a.role = 'entitlement';
    SELECT a.unit_id, a.owner_id, a.contract_code, a.address INTO bought
    FROM ledger_account AS a
    WHERE a.id = NEW.bought_account_id AND a.ring = 'client' AND a.role = 'entitlement';
    IF (sold.owner_id, sold.contract_code) IS DISTINCT FROM (bought.owner_id, bought.contract_code)
        OR sold.unit_id IS NOT DISTINCT FROM bought.unit_id THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_clientexchange_within_contract',
            TABLE = 'ledger_clientexchange',
            MESSAGE = format('exchange %s is not between two currencies of one contract', NEW.reference);
    END IF;
    IF NOT ledger_entry_posts_exactly(
        NEW.entry_id, 'fx_traded', NEW.book_id,
        ARRAY[
            NEW.sold_account_id,
            ledger_account_at(NEW.book_id, 'client/fx-clearing/' || NEW.custodian_code, sold.unit_id),
            ledger_account_at(NEW.book_id, 'client/fx-clearing/' || NEW.custodian_code, bought.unit_id),
            ledger_account_at(NEW.book_id, bought.address || '/unsettled', bought.unit_id)
        ],
        ARRAY[NEW.sold_minor, -NEW.sold_minor, NEW.bought_minor, -NEW.bought_minor]
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_clientexchange_matches_entry',
            TABLE = 'ledger_clientexchange',
            MESSAGE = format('exchange %s is not what entry %s posted', NEW.reference, NEW.entry_id);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE FUNCTION ledger_guard_client_exchange_settlement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    deal record;
BEGIN
    -- A second settlement at the same time waits here and then sees the first.
    SELECT x.*, s.unit_id AS sold_unit_id, b.unit_id AS bought_unit_id, b.address INTO STRICT deal
    FROM ledger_clientexchange AS x
    INNER JOIN ledger_account AS s ON s.id = x.sold_account_id
    INNER JOIN ledger_account AS b ON b.id = x.bought_account_id
    WHERE x.id = NEW.exchange_id
    FOR NO KEY UPDATE OF x;
    IF EXISTS (SELECT FROM ledger_journalentry AS e WHERE e.reverses_id = deal.entry_id)
        OR NEW.attempt <> (
            SELECT count(*) + 1 FROM ledger_clientexchangesettlement AS c WHERE c.exchange_id = deal.id
        )
        OR EXISTS (
            SELECT FROM ledger_clientexchangesettlement AS c
            WHERE c.exchange_id = deal.id
                AND NOT EXISTS (SELECT FROM ledger_journalentry AS e WHERE e.reverses_id = c.entry_id)
        )
        OR NOT EXISTS (
            SELECT FROM ledger_journalentry AS e
            WHERE e.id = NEW.entry_id AND e.booking_date >= deal.settlement_date
        ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_clientexchangesettlement_is_due',
            TABLE = 'ledger_clientexchangesettlement',
            MESSAGE = format('exchange %s is not due, settled already or reversed', deal.reference);
    END IF;
    IF NOT ledger_entry_posts_exactly(
        NEW.entry_id, 'fx_settled', deal.book_id,
        ARRAY[
            ledger_account_at(deal.book_id, 'client/fx-clearing/' || deal.custodian_code, deal.sold_unit_id),
            ledger_account_at(deal.book_id, 'client/custody/' || deal.custodian_code, deal.sold_unit_id),
            ledger_account_at(deal.book_id, 'client/custody/' || deal.custodian_code, deal.bought_unit_id),
            ledger_account_at(deal.book_id, 'client/fx-clearing/' || deal.custodian_code, deal.bought_unit_id),
            ledger_account_at(deal.book_id, deal.address || '/unsettled', deal.bought_unit_id),
            deal.bought_account_id
        ],
        ARRAY[
            deal.sold_minor, -deal.sold_minor, deal.bought_minor, -deal.bought_minor, deal.bought_minor,
            -deal.bought_minor
        ]
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'ledger_clientexchangesettlement_matches_entry',
            TABLE = 'ledger_clientexchangesettlement',
            MESSAGE = format('the settlement of %s is not what entry %s posted', deal.reference, NEW.entry_id);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER ledger_clientexchange_guard BEFORE INSERT ON ledger_clientexchange
FOR EACH ROW EXECUTE FUNCTION ledger_guard_client_exchange();

CREATE OR REPLACE TRIGGER ledger_clientexchange_append_only BEFORE UPDATE OR DELETE ON ledger_clientexchange
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_clientexchange_append_only');

CREATE OR REPLACE TRIGGER ledger_clientexchangesettlement_guard BEFORE INSERT ON ledger_clientexchangesettlement
FOR EACH ROW EXECUTE FUNCTION ledger_guard_client_exchange_settlement();

CREATE OR REPLACE TRIGGER ledger_clientexchangesettlement_append_only
BEFORE UPDATE OR DELETE ON ledger_clientexchangesettlement
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_clientexchangesettlement_append_only');
