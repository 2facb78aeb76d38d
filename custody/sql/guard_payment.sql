-- A payment is made through an account of its book and custodian, for money of the same ring; what was asked for
-- never changes, its state moves forward only, and nothing goes out without the approval of two people. What a
-- withdrawal asks for is held from the request on, posted through that hold or given up with it. Backward only as a
-- corrected statement says, entry by entry (guard_effect.sql).
-- Plans are held to index probes: one made on an empty table must serve a full one.
CREATE OR REPLACE FUNCTION custody_guard_payment() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state NOT IN ('received', 'unidentified', 'requested') THEN
            broken := 'custody_payment_starts_at_the_beginning';
        ELSIF NOT EXISTS (
            SELECT
            FROM custody_custodyaccount AS c
            INNER JOIN custody_custodyaccountunit AS u ON u.custody_account_id = c.id AND u.unit_id = NEW.unit_id
            WHERE c.id = NEW.custody_account_id AND c.book_id = NEW.book_id AND c.custodian_id = NEW.custodian_id
                AND c.ring = CASE
                    WHEN NEW.kind IN ('client_deposit', 'client_withdrawal', 'securities_in', 'receipt_return')
                        THEN 'client'
                    WHEN NEW.kind IN ('funder_deposit', 'funder_withdrawal') THEN 'funder'
                    ELSE 'house'
                END
        ) THEN
            broken := 'custody_payment_account_matches';
        ELSIF NEW.returns_id IS NOT NULL AND NOT EXISTS (
            SELECT
            FROM custody_payment AS r
            WHERE r.id = NEW.returns_id AND r.direction = 'in' AND r.custody_account_id = NEW.custody_account_id
                AND r.unit_id = NEW.unit_id AND r.amount_minor = NEW.amount_minor
        ) THEN
            broken := 'custody_payment_return_equals_its_receipt';
        ELSIF NEW.kind IN ('client_withdrawal', 'funder_withdrawal') AND NOT EXISTS (
            SELECT
            FROM ledger_hold AS h
            WHERE h.id = NEW.hold_id AND h.account_id = NEW.entitlement_account_id
                AND h.amount_minor = NEW.amount_minor AND h.open_minor = NEW.amount_minor
        ) THEN
            broken := 'custody_payment_hold_matches';
        END IF;
    ELSIF (
        NEW.id, NEW.book_id, NEW.custodian_id, NEW.custody_account_id, NEW.direction, NEW.kind, NEW.unit_id,
        NEW.amount_minor, NEW.counterparty_account, NEW.reference, NEW.requested_on, NEW.approval_id, NEW.returns_id,
        NEW.hold_id, NEW.maker_id, NEW.recorded_at
    ) IS DISTINCT FROM (
        OLD.id, OLD.book_id, OLD.custodian_id, OLD.custody_account_id, OLD.direction, OLD.kind, OLD.unit_id,
        OLD.amount_minor, OLD.counterparty_account, OLD.reference, OLD.requested_on, OLD.approval_id, OLD.returns_id,
        OLD.hold_id, OLD.maker_id, OLD.recorded_at
    )
        OR (
            OLD.bank_reference IS NOT NULL AND NEW.bank_reference IS DISTINCT FROM OLD.bank_reference
            AND (OLD.state, NEW.state, NEW.bank_reference) IS DISTINCT FROM ('confirmed', 'instructed', NULL)
        )
        OR (OLD.booked_entry_id IS NOT NULL AND NEW.booked_entry_id IS DISTINCT FROM OLD.booked_entry_id)
        OR (
            OLD.entitlement_account_id IS NOT NULL
            AND NEW.entitlement_account_id IS DISTINCT FROM OLD.entitlement_account_id
        )
        OR (NEW.state = OLD.state AND NEW IS DISTINCT FROM OLD)
    THEN
        broken := 'custody_payment_request_unchanged';
    ELSIF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('unidentified', 'received'), ('unidentified', 'returned'), ('requested', 'instructed'),
        ('requested', 'rejected'), ('instructed', 'confirmed'), ('received', 'reversed'),
        ('unidentified', 'reversed'), ('confirmed', 'instructed')
    ) THEN
        broken := 'custody_payment_state_moves_forward';
    ELSIF (NEW.state = 'reversed' OR (OLD.state, NEW.state) = ('confirmed', 'instructed')) AND EXISTS (
        SELECT
        FROM unnest(ARRAY[
            OLD.resolved_entry_id, CASE WHEN NEW.state = 'reversed' THEN OLD.booked_entry_id END
        ]) AS undone (entry_id)
        WHERE undone.entry_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM custody_replacementeffect AS e
            WHERE e.payment_id = NEW.id AND e.undone_entry_id = undone.entry_id
        )
    ) THEN
        broken := 'custody_payment_taken_back_by_a_correction';
    ELSIF OLD.state = 'requested' AND NEW.state = 'instructed' AND NOT EXISTS (
        SELECT
        FROM accounts_approval AS a
        WHERE a.id = NEW.approval_id AND a.status = 'executed'
            AND a.kind = CASE NEW.kind WHEN 'funder_withdrawal' THEN 'pay_funder_out' ELSE 'release_withdrawal' END
            AND a.subject = 'custody.payment:' || NEW.reference
            AND a.book_code = (SELECT b.code FROM ledger_book AS b WHERE b.id = NEW.book_id)
            AND a.currency = (SELECT u.code FROM ledger_unit AS u WHERE u.id = NEW.unit_id)
            AND a.payload @> jsonb_build_object(
                'reference', NEW.reference, 'kind', NEW.kind, 'custody_account_id', NEW.custody_account_id,
                'unit_id', NEW.unit_id, 'amount_minor', NEW.amount_minor,
                'entitlement_account_id', coalesce(NEW.entitlement_account_id, 0),
                'counterparty_account', NEW.counterparty_account, 'returns_payment_id', coalesce(NEW.returns_id, 0)
            )
    ) THEN
        broken := 'custody_payment_release_is_approved';
    ELSIF OLD.state = 'requested' AND NEW.state = 'instructed' AND NEW.hold_id IS NOT NULL AND NOT EXISTS (
        SELECT
        FROM ledger_holdevent AS v
        WHERE v.hold_id = NEW.hold_id AND v.event = 'posted' AND v.entry_id = NEW.booked_entry_id
            AND v.amount_minor = NEW.amount_minor
    ) THEN
        broken := 'custody_payment_posted_through_its_hold';
    ELSIF OLD.state = 'requested' AND NEW.state = 'rejected' AND EXISTS (
        SELECT FROM ledger_hold AS h WHERE h.id = NEW.hold_id AND h.open_minor > 0
    ) THEN
        broken := 'custody_payment_rejection_frees_its_hold';
    END IF;
    IF broken IS NULL AND NEW.entitlement_account_id IS NOT NULL AND NOT EXISTS (
        SELECT
        FROM ledger_account AS a
        INNER JOIN custody_custodyaccount AS c ON c.id = NEW.custody_account_id
        WHERE a.id = NEW.entitlement_account_id AND a.unit_id = NEW.unit_id AND a.book_id = NEW.book_id
            AND a.ring = c.ring AND (
                a.role IN ('entitlement', 'funder_available')
                OR (NEW.kind = 'receipt_return' AND a.role = 'unallocated')
            )
    ) THEN
        broken := 'custody_payment_ring_matches';
    END IF;
    IF broken IS NULL AND EXISTS (
        SELECT
        FROM ledger_journalentry AS e
        WHERE e.id IN (NEW.booked_entry_id, NEW.resolved_entry_id) AND e.book_id <> NEW.book_id
    ) THEN
        broken := 'custody_payment_entries_of_its_book';
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = broken,
            TABLE = 'custody_payment',
            MESSAGE = format('payment %s breaks %s', coalesce(NEW.reference, NEW.bank_reference), broken);
    END IF;
    RETURN NEW;
END;
$$;

CREATE OR REPLACE TRIGGER custody_payment_guard BEFORE INSERT OR UPDATE ON custody_payment
FOR EACH ROW EXECUTE FUNCTION custody_guard_payment();
