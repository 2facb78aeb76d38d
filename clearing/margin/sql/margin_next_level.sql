-- Today's level given yesterday's: `raw_level` is today's without hysteresis, `held_level` with every line moved up by
-- it. A level rises at once and falls only past the hysteresis. Agrees with next_level() of clearing/domain/ladder.py.
CREATE FUNCTION margin_next_level(previous_level smallint, raw_level smallint, held_level smallint) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN previous_level IS NULL OR raw_level >= previous_level THEN raw_level
    ELSE least(previous_level, held_level)
END;

GRANT EXECUTE ON FUNCTION margin_next_level(smallint, smallint, smallint) TO plimsoll_app;
