-- A purchase that was executed although its contract may not buy. What has happened is never refused (DESIGN 3),
-- so this kind obeys no restriction; like any purchase on trade date it moves nothing between rings.
INSERT INTO ledger_entrykind (code, restriction_scope) VALUES ('trade_bought_restricted', '');
