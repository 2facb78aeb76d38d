-- The level of assets against debts, before hysteresis. Agrees with clearing/domain/ladder.py, comparison by
-- comparison: cross-multiplied, never divided; a line's value belongs to the better side, except the emergency line's;
-- no debt is NORMAL; debts above the lending value are RESTRICT at least. `shift_ppm` moves every line up: hysteresis.
CREATE FUNCTION margin_level(
    collateral_minor numeric, debt_minor numeric, lending_value_minor numeric,
    warn_ppm bigint, restrict_ppm bigint, call_ppm bigint, liquidate_ppm bigint,
    emergency_ppm bigint, insolvent_ppm bigint, shift_ppm bigint
) RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN debt_minor <= 0 THEN 0
    WHEN collateral_minor * 1000000 < (insolvent_ppm + shift_ppm) * debt_minor THEN 6
    WHEN collateral_minor * 1000000 <= (emergency_ppm + shift_ppm) * debt_minor THEN 5
    WHEN collateral_minor * 1000000 < (liquidate_ppm + shift_ppm) * debt_minor THEN 4
    WHEN collateral_minor * 1000000 < (call_ppm + shift_ppm) * debt_minor THEN 3
    WHEN collateral_minor * 1000000 < (restrict_ppm + shift_ppm) * debt_minor THEN 2
    WHEN debt_minor > lending_value_minor THEN 2
    WHEN collateral_minor * 1000000 < (warn_ppm + shift_ppm) * debt_minor THEN 1
    ELSE 0
END::smallint;

GRANT EXECUTE ON FUNCTION margin_level(
    numeric, numeric, numeric, bigint, bigint, bigint, bigint, bigint, bigint, bigint
) TO plimsoll_app;
