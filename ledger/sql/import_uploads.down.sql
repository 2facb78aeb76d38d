REVOKE ALL ON ledger_importupload FROM plimsoll_app;
DROP TRIGGER ledger_importupload_append_only ON ledger_importupload;
DROP TRIGGER ledger_importupload_guard ON ledger_importupload;
DROP FUNCTION ledger_guard_import_upload();
