REVOKE INSERT ON settlement_trade, settlement_tradefile, settlement_rejectedtrade FROM plimsoll_app;
REVOKE UPDATE (settled_entry_id, settled_on) ON settlement_trade FROM plimsoll_app;
REVOKE INSERT ON settlement_corporateactionstep, settlement_corporateactionentry FROM plimsoll_app;
