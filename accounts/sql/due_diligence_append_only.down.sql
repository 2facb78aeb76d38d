DROP TRIGGER append_only ON accounts_disclosureacknowledgement;
DROP TRIGGER append_only ON accounts_suitabilityassessment;
DROP TRIGGER append_only ON accounts_identitydocument;
DROP FUNCTION accounts_refuse_change();
