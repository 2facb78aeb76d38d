REVOKE UPDATE (state, reason, approval_id, entry_id, closed_on) ON corrections_decisionreview FROM plimsoll_app;
REVOKE INSERT ON corrections_correctionentry, corrections_decisionreview FROM plimsoll_app;
REVOKE INSERT ON corrections_correction, corrections_correctionrun, corrections_correctionfinding FROM plimsoll_app;
