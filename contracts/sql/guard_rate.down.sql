DROP TRIGGER contracts_interestadjustment_check ON contracts_interestadjustment;
DROP FUNCTION contracts_guard_adjustments();
DROP TRIGGER contracts_ratecorrection_guard ON contracts_ratecorrection;
DROP FUNCTION contracts_guard_rate();
