REVOKE INSERT ON ledger_seal, ledger_sealnode, ledger_sealchart, ledger_sealkey, ledger_sealkeyevent FROM plimsoll_app;
