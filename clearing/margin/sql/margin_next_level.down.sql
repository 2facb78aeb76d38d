DROP FUNCTION margin_next_level(smallint, smallint, smallint);
