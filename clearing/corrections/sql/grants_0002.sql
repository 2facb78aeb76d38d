-- Corrections, runs, findings and entries are append-only; of a review only its life moves.
GRANT INSERT ON corrections_correction, corrections_correctionrun, corrections_correctionfinding TO plimsoll_app;
GRANT INSERT ON corrections_correctionentry, corrections_decisionreview TO plimsoll_app;
GRANT UPDATE (state, reason, approval_id, entry_id, closed_on) ON corrections_decisionreview TO plimsoll_app;
