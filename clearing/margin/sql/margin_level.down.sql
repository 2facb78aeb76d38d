DROP FUNCTION margin_level(
    numeric, numeric, numeric, bigint, bigint, bigint, bigint, bigint, bigint, bigint
);
