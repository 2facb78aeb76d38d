-- The arithmetic of accounts.domain.questionnaire, where the database can hold assessments against it.

-- The points of the answers; NULL unless each question has exactly one of its own answers and nothing else is answered.
CREATE FUNCTION accounts_score_of(content jsonb, answers jsonb) RETURNS integer
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT
    CASE
        WHEN
            jsonb_typeof(answers) = 'object' AND count(*) = count(given.points)
            AND count(*) = (SELECT count(*) FROM jsonb_object_keys(answers))
            THEN sum(given.points)::integer
    END
FROM jsonb_array_elements(content -> 'questions') AS question
LEFT JOIN LATERAL (
    SELECT (answer ->> 'points')::integer AS points
    FROM jsonb_array_elements(question -> 'answers') AS answer
    WHERE answer ->> 'code' = answers ->> (question ->> 'code')
) AS given ON true;
$$;

-- The highest tier that the score reaches, but not above what an answer allows at most; NULL without a score.
CREATE FUNCTION accounts_tier_of(content jsonb, answers jsonb, score integer) RETURNS smallint
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
SELECT
    CASE
        WHEN score IS NOT NULL
            THEN least(
                (
                    SELECT max((band ->> 'tier')::smallint)
                    FROM jsonb_array_elements(content -> 'tiers') AS band
                    WHERE (band ->> 'from_points')::integer <= score
                ),
                (
                    SELECT min((answer ->> 'max_tier')::smallint)
                    FROM jsonb_array_elements(content -> 'questions') AS question
                    CROSS JOIN LATERAL jsonb_array_elements(question -> 'answers') AS answer
                    WHERE answer ? 'max_tier' AND answer ->> 'code' = answers ->> (question ->> 'code')
                )
            )
    END;
$$;

-- Whether every set of answers to it gives a tier: codes that tell questions and answers apart, whole points from
-- zero, five tiers that begin one above another and the first at zero, all texts in three languages.
CREATE FUNCTION accounts_questionnaire_is_sound(content jsonb) RETURNS boolean
LANGUAGE sql
IMMUTABLE
SET search_path = pg_catalog, public, pg_temp
AS $$
WITH
question AS (
    SELECT asked.item, asked.item ->> 'code' AS code
    FROM jsonb_array_elements(content -> 'questions') AS asked (item)
),

answer AS (
    SELECT question.code AS question_code, offered.item, offered.item ->> 'code' AS code
    FROM question CROSS JOIN LATERAL jsonb_array_elements(question.item -> 'answers') AS offered (item)
),

band AS (
    SELECT (begin.item ->> 'tier')::integer AS tier, (begin.item ->> 'from_points')::integer AS points
    FROM jsonb_array_elements(content -> 'tiers') AS begin (item)
),

words AS (
    SELECT content -> 'title' AS said
    UNION ALL
    SELECT question.item -> 'text' FROM question
    UNION ALL
    SELECT answer.item -> 'text' FROM answer
)

SELECT
    COALESCE(
        (SELECT count(*) > 0 AND count(*) = count(DISTINCT code) AND bool_and(code ~ '\S') FROM question)
        AND (
            SELECT bool_and(each.answers >= 2 AND each.answers = each.codes)
            FROM (
                SELECT count(answer.code) AS answers, count(DISTINCT answer.code) AS codes
                FROM question LEFT JOIN answer ON question.code = answer.question_code
                GROUP BY question.code
            ) AS each
        )
        AND (
            SELECT
                bool_and(
                    COALESCE(answer.item ->> 'points', '') ~ '^[0-9]{1,4}$'
                    AND COALESCE(answer.item ->> 'max_tier', '1') ~ '^[1-5]$'
                )
            FROM answer
        )
        AND (
            SELECT array_agg(tier ORDER BY points, tier) = ARRAY[1, 2, 3, 4, 5] AND count(DISTINCT points) = 5
                AND min(points) = 0
            FROM band
        )
        AND (
            SELECT
                bool_and(
                    COALESCE((said ->> 'en') ~ '\S' AND (said ->> 'zh-hans') ~ '\S' AND (said ->> 'zh-hant') ~ '\S', false)
                )
            FROM words
        ),
        false
    );
$$;

GRANT EXECUTE ON FUNCTION
accounts_score_of(jsonb, jsonb), accounts_tier_of(jsonb, jsonb, integer), accounts_questionnaire_is_sound(jsonb)
TO plimsoll_app;
