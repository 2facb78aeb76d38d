REVOKE INSERT, UPDATE ON contracts_product, contracts_termsversion FROM plimsoll_app;
REVOKE INSERT, UPDATE ON contracts_financingcontract FROM plimsoll_app;
REVOKE UPDATE (state, matures_on, closed_on) ON contracts_financingcontract FROM plimsoll_app;
REVOKE INSERT ON contracts_fundingtranche, contracts_interestaccrual, contracts_interestrun FROM plimsoll_app;
REVOKE UPDATE (entry_id) ON contracts_interestrun FROM plimsoll_app;
