-- What the application's login may write of due diligence; histories are written by triggers, and nothing is deleted.
GRANT INSERT ON
accounts_identitycheck, accounts_identitydocument, accounts_screening, accounts_creditgroup, accounts_creditgroupmember,
accounts_questionnaireversion, accounts_suitabilityassessment, accounts_disclosureversion,
accounts_disclosureacknowledgement
TO plimsoll_app;
GRANT UPDATE (outcome, approval_id) ON accounts_identitycheck TO plimsoll_app;
GRANT UPDATE (result, is_sanctioned, is_politically_exposed, approval_id) ON accounts_screening TO plimsoll_app;
GRANT UPDATE (name) ON accounts_creditgroup TO plimsoll_app;
GRANT UPDATE (member_until) ON accounts_creditgroupmember TO plimsoll_app;
GRANT UPDATE (state, approval_id) ON accounts_questionnaireversion, accounts_disclosureversion TO plimsoll_app;
