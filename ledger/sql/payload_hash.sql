-- What an idempotency key stands for: the same key with another hash is another request and is refused.
-- `postings` is "account amount" of each posting, in order of account and amount, joined by commas.
-- The body is parsed here and once, so no search path can bend it; without one of its own it runs inline.
CREATE OR REPLACE FUNCTION ledger_payload_hash(
    caller text, idempotency_key text, kind text, value_date date, narration text, source_reference text,
    reverses bigint, adjusts bigint, postings text
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(
    convert_to(
        json_build_array(
            'plimsoll-payload-v1', caller, idempotency_key, kind, value_date, narration, source_reference, reverses,
            adjusts, postings
        )::text,
        'UTF8'
    )
);

GRANT EXECUTE ON FUNCTION ledger_payload_hash(text, text, text, date, text, text, bigint, bigint, text)
TO plimsoll_app;
