DROP TRIGGER guard_access_review_item ON accounts_accessreviewitem;
DROP TRIGGER guard_access_review ON accounts_accessreview;
DROP FUNCTION accounts_guard_access_review_item();
DROP FUNCTION accounts_guard_access_review();
