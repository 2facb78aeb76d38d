DROP FUNCTION accounts_questionnaire_is_sound(jsonb);
DROP FUNCTION accounts_tier_of(jsonb, jsonb, integer);
DROP FUNCTION accounts_score_of(jsonb, jsonb);
