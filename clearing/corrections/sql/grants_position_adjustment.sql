-- Adjustments of positions are append-only.
GRANT INSERT (run_id, unit_id, revaluation_id, entry_id, cost_minor, unrealised_minor, realised_minor, recorded_at)
ON corrections_positionadjustment TO plimsoll_app;
