REVOKE UPDATE (entry_id) ON contracts_penaltyrun FROM plimsoll_app;
REVOKE UPDATE (lifted_on) ON contracts_interesthold FROM plimsoll_app;
REVOKE INSERT ON contracts_penaltyrun, contracts_penaltyaccrual FROM plimsoll_app;
REVOKE INSERT ON contracts_benchmark, contracts_benchmarkfixing, contracts_interesthold FROM plimsoll_app;
