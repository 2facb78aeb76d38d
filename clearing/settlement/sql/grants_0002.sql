-- Reports and bookings are only ever added to; of a trade the settlement is written once (trade_rules.sql).
GRANT INSERT ON settlement_trade, settlement_tradefile, settlement_rejectedtrade TO plimsoll_app;
GRANT UPDATE (settled_entry_id, settled_on) ON settlement_trade TO plimsoll_app;
GRANT INSERT ON settlement_corporateactionstep, settlement_corporateactionentry TO plimsoll_app;
