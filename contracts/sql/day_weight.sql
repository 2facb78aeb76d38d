-- What nights weigh, as contracts/domain/day_count.py says it: a property test holds the two against each other.
-- A year of every convention has 1,603,080 parts (the least common multiple of 360, 365 and 366), so that segments
-- under different day counts add up as integers over one denominator.
CREATE OR REPLACE FUNCTION contracts_leap_days(day date) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT
        366 * ((y.year - 1) / 4 - (y.year - 1) / 100 + (y.year - 1) / 400)
        + CASE
            WHEN y.year % 4 = 0 AND (y.year % 100 <> 0 OR y.year % 400 = 0) THEN day - make_date(y.year, 1, 1)
            ELSE 0
        END
    FROM (SELECT extract(YEAR FROM day)::integer AS year) AS y
);

CREATE OR REPLACE FUNCTION contracts_thirty_days(
    day_count text, origin date, until date, terminates date
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT
        360 * (d.last_year - d.first_year) + 30 * (d.last_month - d.first_month)
        + CASE day_count
            WHEN 'THIRTY_E_360' THEN least(d.last_day, 30) - least(d.first_day, 30)
            WHEN 'THIRTY_E_360_ISDA'
                THEN
                    CASE
                        WHEN d.last_is_end AND NOT (until IS NOT DISTINCT FROM terminates AND d.last_month = 2)
                            THEN 30
                        ELSE d.last_day
                    END
                    - CASE WHEN d.first_is_end THEN 30 ELSE d.first_day END
            ELSE
                CASE
                    WHEN d.is_us AND d.last_is_end AND d.last_month = 2 THEN 30
                    WHEN d.last_day = 31 AND (d.is_us OR d.first_day >= 30) THEN 30
                    ELSE d.last_day
                END
                - CASE WHEN d.is_us THEN 30 ELSE least(d.first_day, 30) END
        END
    FROM (
        SELECT
            extract(YEAR FROM origin)::integer AS first_year,
            extract(MONTH FROM origin)::integer AS first_month,
            extract(DAY FROM origin)::integer AS first_day,
            extract(DAY FROM origin + 1)::integer = 1 AS first_is_end,
            extract(YEAR FROM until)::integer AS last_year,
            extract(MONTH FROM until)::integer AS last_month,
            extract(DAY FROM until)::integer AS last_day,
            extract(DAY FROM until + 1)::integer = 1 AS last_is_end,
            -- The February rule holds where the period starts on the last day of February.
            day_count = 'THIRTY_360_US' AND extract(MONTH FROM origin)::integer = 2
            AND extract(DAY FROM origin + 1)::integer = 1 AS is_us
    ) AS d
);

CREATE OR REPLACE FUNCTION contracts_day_weight(
    day_count text, origin date, until date, terminates date DEFAULT NULL
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE day_count
    WHEN 'ACT_365F' THEN until - origin
    WHEN 'ACT_360' THEN until - origin
    WHEN 'ACT_ACT_ISDA'
        THEN (until - origin) * 366 - (contracts_leap_days(until) - contracts_leap_days(origin))
    ELSE contracts_thirty_days(day_count, origin, until, terminates)
END;

-- Parts of a year that the nights from one day to another weigh, counted from the origin of the accrual.
CREATE OR REPLACE FUNCTION contracts_year_parts(
    day_count text, origin date, since date, until date, terminates date
) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    contracts_day_weight(day_count, origin, until, terminates)
    - contracts_day_weight(day_count, origin, since, terminates)
)::bigint
* CASE day_count WHEN 'ACT_365F' THEN 4392 WHEN 'ACT_ACT_ISDA' THEN 12 ELSE 4453 END;

REVOKE ALL ON FUNCTION contracts_leap_days(date), contracts_thirty_days(text, date, date, date) FROM public;
REVOKE ALL ON FUNCTION contracts_day_weight(text, date, date, date) FROM public;
REVOKE ALL ON FUNCTION contracts_year_parts(text, date, date, date, date) FROM public;
GRANT EXECUTE ON FUNCTION contracts_leap_days(date), contracts_thirty_days(text, date, date, date) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION contracts_day_weight(text, date, date, date) TO plimsoll_app;
GRANT EXECUTE ON FUNCTION contracts_year_parts(text, date, date, date, date) TO plimsoll_app;
