DROP TRIGGER guard_outbox ON accounts_outboxmessage;
DROP FUNCTION accounts_guard_outbox();
