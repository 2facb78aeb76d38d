-- A value snapshot is as append-only as the postings that it sums.
CREATE TRIGGER ledger_valuesnapshot_append_only BEFORE UPDATE OR DELETE ON ledger_valuesnapshot
FOR EACH ROW EXECUTE FUNCTION ledger_refuse_change('ledger_valuesnapshot_append_only');

-- Days closed before there were value snapshots get them now, in their order, from their postings.
DO $$
DECLARE
    shut record;
BEGIN
    FOR shut IN
        SELECT d.book_id, d.business_date
        FROM ledger_businessday AS d
        WHERE d.status = 'closed'
        ORDER BY d.business_date, d.book_id
    LOOP
        PERFORM ledger_snapshot_values(shut.book_id, shut.business_date, 1::smallint);
    END LOOP;
END;
$$;
