DROP TRIGGER custody_payment_guard ON custody_payment;
DROP FUNCTION custody_guard_payment();
