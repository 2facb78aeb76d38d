DROP VIEW contracts_ratesegment;
