DROP VIEW contracts_ratestep;
