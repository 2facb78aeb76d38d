-- The month of a day exists before anything is booked into it, and so do the next two. Called at the opening of a
-- day; the login may not call it. The login gets no right on a partition: an insert there would slip past the
-- statement triggers of the parent. Made beside the parent and attached, which waits for no reader or writer of
-- another book; PARTITION OF would stop them all. Months ahead wait where too many are attached: whoever opens days
-- of far-off years must not fill the catalogue.
CREATE OR REPLACE FUNCTION ledger_make_posting_month(month_start date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    partition_name text := 'ledger_posting_' || to_char(month_start, 'YYYYMM');
BEGIN
    IF to_regclass('public.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtext('ledger_ensure_posting_month'));
    IF to_regclass('public.' || partition_name) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format('CREATE TABLE public.%I (LIKE public.ledger_posting INCLUDING ALL)', partition_name);
    EXECUTE format('REVOKE ALL ON public.%I FROM plimsoll_app', partition_name);
    EXECUTE format(
        'CREATE TRIGGER ledger_posting_never_emptied BEFORE TRUNCATE ON public.%I'
        ' FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change(''ledger_posting_append_only'')',
        partition_name
    );
    EXECUTE format(
        'ALTER TABLE public.ledger_posting ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)',
        partition_name, month_start, (month_start + interval '1 month')::date
    );
END;
$$;

CREATE OR REPLACE FUNCTION ledger_ensure_posting_month(day date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    month_start date := date_trunc('month', day::timestamp);
    ahead date;
BEGIN
    PERFORM ledger_make_posting_month(month_start);
    FOREACH ahead IN ARRAY ARRAY[month_start + interval '1 month', month_start + interval '2 months']
    LOOP
        IF (SELECT count(*) FROM pg_inherits AS i WHERE i.inhparent = 'public.ledger_posting'::regclass) < 600 THEN
            PERFORM ledger_make_posting_month(ahead);
        END IF;
    END LOOP;
END;
$$;
