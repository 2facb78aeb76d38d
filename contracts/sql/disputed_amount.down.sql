DROP VIEW contracts_disputedamount;
