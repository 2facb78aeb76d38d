-- Corrected rates and what they add are only ever added to.
GRANT INSERT ON contracts_ratecorrection, contracts_interestadjustment TO plimsoll_app;
