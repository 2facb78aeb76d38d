-- Benchmarks, fixings and what is counted are added to; a hold is lifted once, a run of penalty gets its entry once.
GRANT INSERT ON contracts_benchmark, contracts_benchmarkfixing, contracts_interesthold TO plimsoll_app;
GRANT INSERT ON contracts_penaltyrun, contracts_penaltyaccrual TO plimsoll_app;
GRANT UPDATE (lifted_on) ON contracts_interesthold TO plimsoll_app;
GRANT UPDATE (entry_id) ON contracts_penaltyrun TO plimsoll_app;
