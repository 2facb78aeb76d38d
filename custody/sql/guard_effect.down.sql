DROP TRIGGER custody_replacementeffect_guard ON custody_replacementeffect;
DROP FUNCTION custody_guard_effect();
