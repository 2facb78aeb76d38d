-- Amendments and charges are only added to; a tranche is replaced, a charge booked and a dispute decided once.
GRANT INSERT ON contracts_contractamendment, contracts_feeschedule, contracts_feecharge, contracts_dispute
TO plimsoll_app;
GRANT UPDATE (replaced_on) ON contracts_fundingtranche TO plimsoll_app;
GRANT UPDATE (entry_id) ON contracts_feecharge TO plimsoll_app;
GRANT UPDATE (state, decided_on, answer, approval_id) ON contracts_dispute TO plimsoll_app;
