-- What a revaluation, a result taken over or an exchange would have been at the right official rate, less what it was.
-- It moves nothing between rings.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('house_revaluation_corrected', '');
