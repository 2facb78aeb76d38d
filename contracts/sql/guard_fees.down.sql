DROP TRIGGER contracts_feecharge_entry_set_once ON contracts_feecharge;
DROP TRIGGER contracts_feecharge_kept ON contracts_feecharge;
DROP TRIGGER contracts_feecharge_check ON contracts_feecharge;
DROP FUNCTION contracts_guard_fee_charges();
DROP TRIGGER contracts_feeschedule_guard ON contracts_feeschedule;
DROP FUNCTION contracts_guard_fee_schedule();
