-- Where the lines of an import stand while they are checked and opened. Whoever puts rows here takes them out again
-- before the commit, so nobody else ever sees one, and a dry run leaves none.
CREATE UNLOGGED TABLE contracts_importstage (
    line_no integer NOT NULL,
    contract text NOT NULL,
    client text NOT NULL,
    custodian text NOT NULL,
    product text NOT NULL,
    version integer NOT NULL,
    opened_on date NOT NULL,
    matures_on date,
    source text NOT NULL,
    funder text NOT NULL,
    share_ppm integer NOT NULL,
    rate_ppm integer NOT NULL,
    seniority smallint NOT NULL,
    contract_no integer,
    ordinal integer,
    client_id bigint,
    custodian_id bigint,
    terms_id bigint,
    unit_id bigint,
    funder_id bigint,
    cash_id bigint,
    unsettled_id bigint,
    principal_id bigint,
    interest_id bigint,
    penalty_id bigint,
    fee_id bigint,
    funded_id bigint,
    payable_id bigint,
    available_id bigint,
    contract_id bigint
);

-- What a chunk has made so far: accounts by their role, and contracts.
CREATE UNLOGGED TABLE contracts_importmade (
    id bigint NOT NULL,
    contract text NOT NULL,
    role text NOT NULL,
    owner_id bigint
);

GRANT INSERT, UPDATE, DELETE ON contracts_importstage TO plimsoll_app;
GRANT INSERT, DELETE ON contracts_importmade TO plimsoll_app;
