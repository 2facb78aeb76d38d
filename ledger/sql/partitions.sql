-- The month of a day exists before anything is booked into it. The login may call this and gets no right
-- on the partition: an insert there would slip past the statement triggers of the parent.
CREATE FUNCTION ledger_ensure_posting_month(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month_start date := date_trunc('month', day);
    partition_name text := 'ledger_posting_' || to_char(day, 'YYYYMM');
BEGIN
    IF to_regclass('public.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ledger_ensure_posting_month'));
    IF to_regclass('public.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE TABLE public.%I PARTITION OF public.ledger_posting FOR VALUES FROM (%L) TO (%L)',
        partition_name, month_start, (month_start + interval '1 month')::date
    );
    EXECUTE format('REVOKE ALL ON public.%I FROM plimsoll_app', partition_name);
END;
$$;
