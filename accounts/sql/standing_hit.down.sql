DROP VIEW accounts_standinghit;
