REVOKE ALL ON contracts_document FROM plimsoll_app;
DROP TRIGGER contracts_document_append_only ON contracts_document;
DROP TRIGGER contracts_document_guard ON contracts_document;
DROP FUNCTION contracts_guard_document();
DROP FUNCTION IF EXISTS contracts_keep_document();
DROP FUNCTION contracts_next_document_number(integer, text, integer);
