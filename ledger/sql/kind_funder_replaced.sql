-- One funder takes another's place in a contract: principal passes in one direction, money in the other, all inside
-- the rings of funders and principal, so no flow between rings is permitted.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('funder_replaced', '');
