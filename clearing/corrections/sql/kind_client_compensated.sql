-- The house pays a client what a decision cost that a correction has put in doubt: house to client, through transit.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('client_compensated', '');
INSERT INTO ledger_entrykindflow (kind_id, from_ring, to_ring, direction)
VALUES ('client_compensated', 'house', 'client', 'forward'), ('client_compensated', 'client', 'house', 'reversal');

INSERT INTO ledger_accountcategory (number, name, type, normal_side) VALUES (5060, 'Compensation', 'expense', 'debit');
