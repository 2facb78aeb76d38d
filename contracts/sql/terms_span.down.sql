DROP VIEW contracts_amendedcontract;
DROP VIEW contracts_termsspan;
