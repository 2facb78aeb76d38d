REVOKE INSERT ON settlement_tradecancellation FROM plimsoll_app;
DELETE FROM ledger_entrykindflow WHERE kind_id = 'commission_returned';
DELETE FROM ledger_entrykind WHERE code = 'commission_returned';
DROP TRIGGER settlement_trade_cancelled ON settlement_trade;
DROP FUNCTION settlement_check_cancelled();
DROP TRIGGER settlement_tradecancellation_check ON settlement_tradecancellation;
DROP FUNCTION settlement_check_cancellation();
