-- A liquidation begins as a proposal on a valuation that allows it. What was proposed stands; its life moves forward;
-- it is released by an executed approval of this very proposal, or by the standing authority of the contract's terms.
-- While the client disputes it or its call, the terms release nothing, and two people only what is in emergency or what
-- was not answered in time.
CREATE OR REPLACE FUNCTION liquidation_guard_proposal() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF new.state <> 'proposed' OR new.approval_id IS NOT NULL OR new.is_authorised_by_terms THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_begins_as_proposal',
            TABLE = 'liquidation_liquidation',
            MESSAGE = format('liquidation %s does not begin as a proposal', new.reference);
    END IF;
    IF NOT EXISTS (
        SELECT FROM margin_valuation AS valuation
        WHERE valuation.id = new.valuation_id AND valuation.contract_id = new.contract_id
            AND valuation.book_id = new.book_id AND valuation.side_state = ''
            AND valuation.marks_allow_liquidation AND valuation.raw_level >= 4
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_valuation_allows_it',
            TABLE = 'liquidation_liquidation',
            MESSAGE = format(
                'liquidation %s: its valuation is another contract''s, on hold, of one source, or above the line',
                new.reference
            );
    END IF;
    RETURN new;
END
$$;

CREATE OR REPLACE FUNCTION liquidation_guard_life() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
    IF (old.book_id, old.reference, old.contract_id, old.valuation_id, old.call_id, old.level, old.scope, old.policy,
        old.target_ppm, old.inputs, old.inputs_hash, old.simulation, old.maker_id, old.proposed_on)
        IS DISTINCT FROM
        (new.book_id, new.reference, new.contract_id, new.valuation_id, new.call_id, new.level, new.scope, new.policy,
        new.target_ppm, new.inputs, new.inputs_hash, new.simulation, new.maker_id, new.proposed_on)
        OR (old.state <> 'proposed'
            AND (old.approval_id, old.is_authorised_by_terms)
            IS DISTINCT FROM (new.approval_id, new.is_authorised_by_terms)) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_inputs_frozen', TABLE = 'liquidation_liquidation',
            MESSAGE = format('liquidation %s: what was proposed and who released it does not change', old.reference);
    END IF;
    IF old.state <> new.state AND (old.state, new.state) NOT IN (
        ('proposed', 'released'), ('proposed', 'cancelled'), ('released', 'ordered'), ('released', 'executed'),
        ('released', 'cancelled'), ('ordered', 'executed'), ('executed', 'settled'), ('settled', 'waterfalled'),
        ('settled', 'repaid')
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_moves_forward', TABLE = 'liquidation_liquidation',
            MESSAGE = format('liquidation %s does not go from %s to %s', old.reference, old.state, new.state);
    END IF;
    IF new.state = 'released' AND old.state = 'proposed' AND NOT (
        EXISTS (
            SELECT FROM accounts_approval AS approval
            WHERE approval.id = new.approval_id AND approval.kind = 'release_liquidation'
                AND approval.subject = new.reference AND approval.status = 'executed'
                AND approval.payload ->> 'inputs_hash' = encode(new.inputs_hash, 'hex')
        )
        OR new.is_authorised_by_terms AND new.approval_id IS NULL AND EXISTS (
            SELECT FROM margin_valuation AS valuation
            INNER JOIN contracts_termsversion AS terms ON terms.id = valuation.terms_id
            WHERE valuation.id = new.valuation_id AND terms.standing_liquidation_authority
        )
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_release_has_authority',
            TABLE = 'liquidation_liquidation',
            MESSAGE = format('liquidation %s: nobody has released it who may', old.reference);
    END IF;
    IF new.state = 'released' AND old.state = 'proposed' THEN
        -- A dispute is taken down under the lock of its contract: it is seen here, or comes after the release.
        PERFORM 1 FROM contracts_financingcontract AS own WHERE own.id = new.contract_id FOR NO KEY UPDATE;
        IF EXISTS (
            SELECT FROM contracts_dispute AS dispute
            WHERE dispute.contract_id = new.contract_id AND dispute.state = 'open'
                AND (
                    (dispute.subject_kind, dispute.subject_reference) = ('liquidation', new.reference)
                    OR (dispute.subject_kind, dispute.subject_reference) = ('call', 'call:' || new.call_id)
                )
                AND (
                    new.is_authorised_by_terms
                    OR (
                        dispute.answer_due_on < (
                            SELECT max(day.business_date) FROM ledger_businessday AS day
                            WHERE day.book_id = new.book_id
                        )
                        OR (
                            SELECT newest.raw_level FROM margin_valuation AS newest
                            WHERE newest.contract_id = new.contract_id
                            ORDER BY newest.business_date DESC
                            LIMIT 1
                        ) >= 5
                    ) IS NOT TRUE
                )
        ) THEN
            RAISE EXCEPTION USING
                ERRCODE = '23514', CONSTRAINT = 'liquidation_liquidation_release_undisputed',
                TABLE = 'liquidation_liquidation',
                MESSAGE = format('liquidation %s: the client disputes it or its call', old.reference);
        END IF;
    END IF;
    RETURN new;
END
$$;

CREATE OR REPLACE TRIGGER guard_proposal BEFORE INSERT ON liquidation_liquidation
FOR EACH ROW EXECUTE FUNCTION liquidation_guard_proposal();
CREATE OR REPLACE TRIGGER guard_life BEFORE UPDATE ON liquidation_liquidation
FOR EACH ROW EXECUTE FUNCTION liquidation_guard_life();
