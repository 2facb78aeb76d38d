REVOKE INSERT, UPDATE (carried_out_at) ON contracts_bulkimport FROM plimsoll_app;
DROP TRIGGER contracts_bulkimport_guard ON contracts_bulkimport;
DROP FUNCTION contracts_guard_import();
