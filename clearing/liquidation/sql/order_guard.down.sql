DROP TRIGGER guard_order ON liquidation_liquidationorder;
DROP FUNCTION liquidation_guard_order();
