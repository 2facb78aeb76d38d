-- Who decides about erasing a party, until a house says otherwise by two people.
INSERT INTO accounts_approvalrule (role, kind, is_permitted)
VALUES ('compliance', 'erase_party', true), ('risk', 'erase_party', true);
