-- The day that 30/360 counts a contract's nights from: the value date of the first money that was drawn.
CREATE OR REPLACE FUNCTION contracts_interest_origin(principal_account bigint, opened_on date) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(min(p.value_date), opened_on)
    FROM ledger_posting AS p
    WHERE p.account_id = principal_account
$$;

REVOKE ALL ON FUNCTION contracts_interest_origin(bigint, date) FROM public;
GRANT EXECUTE ON FUNCTION contracts_interest_origin(bigint, date) TO plimsoll_app;
