DROP TRIGGER settlement_trade_rules ON settlement_trade;
DROP FUNCTION settlement_check_trade();
