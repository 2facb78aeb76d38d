REVOKE UPDATE (state, decided_on, answer, approval_id) ON contracts_dispute FROM plimsoll_app;
REVOKE UPDATE (entry_id) ON contracts_feecharge FROM plimsoll_app;
REVOKE UPDATE (replaced_on) ON contracts_fundingtranche FROM plimsoll_app;
REVOKE INSERT ON contracts_contractamendment, contracts_feeschedule, contracts_feecharge, contracts_dispute
FROM plimsoll_app;
