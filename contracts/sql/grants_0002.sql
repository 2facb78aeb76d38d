-- What the application's login may write; everything else of contracts is read only to it.
GRANT INSERT, UPDATE ON contracts_product TO plimsoll_app;
GRANT INSERT, UPDATE ON contracts_termsversion TO plimsoll_app;
GRANT INSERT ON contracts_financingcontract TO plimsoll_app;
GRANT UPDATE (state, matures_on, closed_on) ON contracts_financingcontract TO plimsoll_app;
GRANT INSERT ON contracts_fundingtranche, contracts_interestaccrual, contracts_interestrun TO plimsoll_app;
GRANT UPDATE (entry_id) ON contracts_interestrun TO plimsoll_app;
