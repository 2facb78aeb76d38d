DROP TRIGGER guard_life ON liquidation_liquidation;
DROP TRIGGER guard_proposal ON liquidation_liquidation;
DROP FUNCTION liquidation_guard_life();
DROP FUNCTION liquidation_guard_proposal();
