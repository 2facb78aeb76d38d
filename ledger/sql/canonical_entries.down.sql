DROP FUNCTION ledger_entry_leaves(integer, bigint, bigint);
DROP FUNCTION ledger_canonical_entries(integer, bigint, bigint);
DROP FUNCTION ledger_canonical_accounts(bigint[]);
DROP FUNCTION ledger_netstring(text);
