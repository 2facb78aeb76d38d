"""What the database refuses of approvals, their rules and delegations. The services are bypassed."""

import datetime as dt

import pytest
from django.db import ProgrammingError

from accounts.models import Approval, ApprovalDelegation, ApprovalKind, StaffRole, User
from accounts.services.actor import acting
from accounts.services.approval_rules import (
    delegate_approvals,
    propose_delegation,
    propose_rule,
    set_rule,
)
from accounts.services.approvals import approve, propose_approval
from accounts.services.staff import deactivate_staff
from tests.accounts.cast import staff
from tests.invariants.approval_attacks import decide, refused_as
from tests.invariants.test_accounts import execute

pytestmark = pytest.mark.django_db

START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
END = dt.datetime(2199, 1, 1, tzinfo=dt.UTC)
PAYMENT = {"amount_minor": 5_000_000, "reference": "P-1"}


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def li() -> User:
    return staff("li.wei", StaffRole.FINANCE)


@pytest.fixture
def noor() -> User:
    return staff("noor.haddad", StaffRole.COMPLIANCE)


@pytest.fixture
def olga() -> User:
    return staff("olga.petrova", StaffRole.OPERATIONS)


@pytest.fixture
def otto() -> User:
    return staff("otto.weiss", StaffRole.AUDITOR)


def payment(maker: User, *, currency: str = "USD", expires_at: dt.datetime | None = None) -> Approval:
    return propose_approval(
        book_code="MAIN",
        kind=ApprovalKind.RELEASE_WITHDRAWAL,
        subject="custody.payment:P-1",
        payload=PAYMENT,
        maker_id=maker.pk,
        currency=currency,
        expires_at=expires_at,
    )


def delegated(
    giver: User, taker: User, third: User, *, kind: ApprovalKind | None = None, ends_at: dt.datetime = END
) -> ApprovalDelegation:
    proposed = propose_delegation(
        delegator_id=giver.pk,
        delegate_id=taker.pk,
        kind=kind,
        starts_at=START,
        ends_at=ends_at,
        reason="on leave",
        maker_id=giver.pk,
    )
    approve(approval_id=proposed.pk, checker_id=third.pk)
    return delegate_approvals(approval_id=proposed.pk)


def limit(
    maker: User, checker: User, role: str, currency: str | None, most: int | None, *, may: bool
) -> None:
    proposed = propose_rule(
        role=role,
        kind=ApprovalKind.RELEASE_WITHDRAWAL,
        currency=currency,
        max_amount_minor=most,
        is_permitted=may,
        maker_id=maker.pk,
    )
    approve(approval_id=proposed.pk, checker_id=checker.pk)
    set_rule(approval_id=proposed.pk)


class TestDecision:
    def test_is_not_the_makers_through_a_delegate(self, mei: User, li: User, noor: User) -> None:
        """Neither in the name of the maker, nor by the delegate's own right while the delegation lasts."""
        asked = payment(mei)
        lent = delegated(mei, li, noor)
        with refused_as("accounts_approval_maker_is_not_delegator"):
            decide(asked, li, by=lent)
        with refused_as("accounts_approval_maker_is_not_delegator"):
            decide(asked, li)
        decide(asked, noor)

    def test_is_not_the_makers_as_a_delegate(self, mei: User, li: User, noor: User) -> None:
        lent = delegated(li, mei, noor)
        with refused_as("accounts_approval_maker_is_not_checker"):
            decide(payment(mei), mei, by=lent)

    def test_is_not_passed_on_by_a_delegate(self, mei: User, li: User, noor: User, olga: User) -> None:
        """Risk may decide no payment; finance lends to risk, and risk lends on to operations."""
        limit(mei, noor, "risk", None, None, may=False)
        limit(mei, noor, "operations", None, None, may=False)
        first = delegated(li, mei, noor)
        onward = delegated(mei, olga, noor)
        asked = payment(noor)
        with refused_as("accounts_approval_checker_permitted"):
            decide(asked, olga, by=onward)
        with refused_as("accounts_approval_delegation_in_force"):
            decide(asked, olga, by=first)
        decide(asked, mei, by=first)

    def test_stays_within_the_limit_of_its_currency(self, mei: User, li: User, noor: User) -> None:
        limit(mei, noor, "finance", "USD", 4_999_999, may=True)
        with refused_as("accounts_approval_amount_within_limit"):
            decide(payment(mei), li)
        decide(payment(mei), li, status="rejected")
        limit(mei, noor, "finance", "USD", 5_000_000, may=True)
        decide(payment(mei), li)
        limit(mei, noor, "finance", None, None, may=False)
        with refused_as("accounts_approval_amount_within_limit"):
            decide(payment(mei, currency="EUR"), li)

    def test_counts_the_limit_of_who_delegates(self, mei: User, li: User, noor: User) -> None:
        limit(mei, noor, "finance", "USD", 1, may=True)
        lent = delegated(li, mei, noor)
        with refused_as("accounts_approval_amount_within_limit"):
            decide(payment(noor), mei, by=lent)

    def test_is_not_made_late_nor_dated_back(self, mei: User, li: User) -> None:
        asked = payment(mei, expires_at=END)
        execute(
            "INSERT INTO accounts_approval (book_code, kind, subject, payload, payload_hash, maker_id,"
            " status, comment, proposed_at, expires_at) SELECT book_code, kind, 'late', '{}', payload_hash,"
            " maker_id, status, comment, '2020-01-01', clock_timestamp() + interval '40 milliseconds'"
            " FROM accounts_approval WHERE id = %s",
            asked.pk,
        )
        execute("SELECT pg_sleep(0.05)")
        late = Approval.objects.get(subject="late")
        assert late.proposed_at > START
        with refused_as("accounts_approval_not_expired"):
            decide(late, li)
        with refused_as("accounts_approval_not_expired"):
            decide(late, li, at="'2020-01-01 12:00'")
        with refused_as("accounts_approval_expires_when_due"):
            execute(
                "UPDATE accounts_approval SET status = 'expired', ended_at = now() WHERE id = %s", asked.pk
            )
        execute("UPDATE accounts_approval SET status = 'expired', ended_at = now() WHERE id = %s", late.pk)

    def test_is_not_used_late(self, mei: User, li: User) -> None:
        soon = "clock_timestamp() + interval '40 milliseconds'"
        execute(
            "INSERT INTO accounts_approval (book_code, kind, subject, payload, payload_hash, maker_id,"
            " status, comment, expires_at) VALUES ('MAIN', 'write_off_break', 'soon', '{}', sha256('{}'), %s,"
            f" 'proposed', '', {soon})",
            mei.pk,
        )
        asked = Approval.objects.get(subject="soon")
        decide(asked, li)
        execute("SELECT pg_sleep(0.05)")
        with refused_as("accounts_approval_not_expired"):
            execute("UPDATE accounts_approval SET status = 'executed', executed_at = '2020-01-01'")

    @pytest.mark.parametrize("after", ["approved", "rejected", "executed", "proposed"])
    def test_is_not_made_after_a_withdrawal(self, mei: User, li: User, after: str) -> None:
        asked = payment(mei)
        with refused_as("accounts_approval_withdrawn_by_maker"):
            execute(
                "UPDATE accounts_approval SET status = 'withdrawn', ended_at = now(), withdrawn_by_id = %s",
                li.pk,
            )
        execute(
            "UPDATE accounts_approval SET status = 'withdrawn', ended_at = now(), withdrawn_by_id = %s",
            mei.pk,
        )
        with refused_as("accounts_approval_status_moves_forward"):
            decide(asked, li, status=after)

    def test_needs_a_role(self, mei: User, li: User, otto: User) -> None:
        asked = payment(mei)
        with refused_as("accounts_approval_checker_permitted"):
            decide(asked, otto)
        with refused_as("accounts_approval_checker_permitted"):
            decide(asked, otto, status="rejected")
        with acting(actor_id=mei.pk, reason="moved to another house"):
            execute("DELETE FROM accounts_user_groups WHERE user_id = %s", li.pk)
        with refused_as("accounts_approval_checker_permitted"):
            decide(asked, li)

    def test_needs_somebody_who_is_still_here(self, mei: User, li: User, noor: User) -> None:
        asked = payment(noor)
        lent = delegated(li, mei, noor, kind=ApprovalKind.RELEASE_WITHDRAWAL)
        deactivate_staff(user_id=li.pk, actor_id=noor.pk, reason="left the house")
        with refused_as("accounts_approval_checker_can_sign_in"):
            decide(asked, li)
        with refused_as("accounts_approval_checker_permitted"):
            decide(asked, mei, by=lent)

    @pytest.mark.parametrize(
        "change",
        [
            "amount_minor = 1",
            "currency = 'JPY'",
            "expires_at = '2199-01-01'",
            "payload = '{\"amount_minor\": 1}'",
        ],
    )
    def test_is_about_what_was_proposed(self, mei: User, change: str) -> None:
        payment(mei)
        with refused_as("accounts_approval_content_unchanged"):
            execute("UPDATE accounts_approval SET " + change)

    @pytest.mark.parametrize(
        ("name", "columns"),
        [
            ("accounts_approval_amount_is_the_payloads", "4999999, 'USD', NULL"),
            ("accounts_approval_amount_is_the_payloads", "NULL, NULL, NULL"),
            ("accounts_approval_currency_is_the_payloads", "5000000, 'JPY', NULL"),
            ("accounts_approval_amount_has_currency", "5000000, NULL, NULL"),
            ("accounts_approval_expires_after_proposal", "5000000, 'USD', '2020-01-01'"),
        ],
    )
    def test_says_what_it_is_worth(self, mei: User, name: str, columns: str) -> None:
        with refused_as(name):
            execute(
                "INSERT INTO accounts_approval (book_code, kind, subject, payload, payload_hash, maker_id,"
                " status, comment, amount_minor, currency, expires_at) VALUES ('MAIN', 'release_withdrawal',"
                " 'x', '{\"amount_minor\": -5000000, \"currency\": \"USD\"}', sha256('x'), %s, 'proposed',"
                f" '', {columns})",
                mei.pk,
            )


class TestRule:
    RULE = (
        "INSERT INTO accounts_approvalrule"
        " (role, kind, currency, max_amount_minor, is_permitted, approval_id) VALUES "
    )

    def test_is_not_changed_by_one_person(self, mei: User, noor: User) -> None:
        with refused_as("accounts_approvalrule_changed_by_two"):
            execute(self.RULE + "('risk', 'release_withdrawal', 'USD', 9, true, NULL)")
        said = propose_rule(
            role="risk",
            kind="release_withdrawal",
            currency="USD",
            max_amount_minor=9,
            is_permitted=True,
            maker_id=mei.pk,
        )
        for more, status in ((9, "proposed"), (90, "executed")):
            if status == "executed":
                approve(approval_id=said.pk, checker_id=noor.pk)
                set_rule(approval_id=said.pk)
            with refused_as("accounts_approvalrule_changed_by_two"):
                execute(self.RULE + f"('risk', 'release_withdrawal', 'USD', {more}, true, %s)", said.pk)
        with refused_as("accounts_approvalrule_approval_used_once"):
            execute(self.RULE + "('risk', 'release_withdrawal', 'USD', 9, true, %s)", said.pk)

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("accounts_approvalrule_role_decides", "'auditor', 'release_withdrawal', NULL, NULL, true"),
            ("accounts_approvalrule_limit_has_currency", "'risk', 'release_withdrawal', NULL, 5, true"),
            ("accounts_approvalrule_limit_has_currency", "'risk', 'release_withdrawal', 'USD', 5, false"),
            ("accounts_approvalrule_currency_named", "'risk', 'release_withdrawal', '', NULL, true"),
        ],
    )
    def test_is_refused(self, mei: User, noor: User, name: str, values: str) -> None:
        role, kind, currency, most, may = (one.strip(" '") for one in values.split(","))
        said = propose_approval(
            book_code="*",
            kind=ApprovalKind.SET_APPROVAL_LIMIT,
            subject="x",
            payload={
                "role": role,
                "kind": kind,
                "currency": None if currency == "NULL" else currency,
                "max_amount_minor": None if most == "NULL" else int(most),
                "is_permitted": may == "true",
            },
            maker_id=mei.pk,
        )
        decide(said, noor)
        execute("UPDATE accounts_approval SET status = 'executed', executed_at = clock_timestamp()")
        with refused_as(name):
            execute(self.RULE + f"({values}, %s)", said.pk)

    def test_leaves_somebody_who_may_change_rules(self, mei: User, noor: User) -> None:
        """Finance has nobody here: taking it from risk and then compliance would leave none."""
        payload = {
            "role": "risk",
            "kind": "set_approval_limit",
            "currency": None,
            "max_amount_minor": None,
            "is_permitted": False,
        }
        for role in ("risk", "compliance"):
            said = propose_approval(
                book_code="*",
                kind=ApprovalKind.SET_APPROVAL_LIMIT,
                subject=role,
                payload=payload | {"role": role},
                maker_id=mei.pk,
            )
            decide(said, noor)
            execute(
                "UPDATE accounts_approval SET status = 'executed', executed_at = now() WHERE id = %s", said.pk
            )
            rule = self.RULE + f"('{role}', 'set_approval_limit', NULL, NULL, false, %s)"
            if role == "risk":
                execute(rule, said.pk)
                continue
            with refused_as("accounts_approvalrule_somebody_decides"):
                execute(rule, said.pk)

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM accounts_approvalrule",
            "UPDATE accounts_approvalrule SET max_amount_minor = NULL",
            "TRUNCATE accounts_approvalrule",
            "DELETE FROM accounts_approvaldelegation",
            "UPDATE accounts_approvaldelegation SET ends_at = '2200-01-01'",
            "DELETE FROM accounts_accessreview",
            "DELETE FROM accounts_accessreviewitem",
            "UPDATE accounts_accessreviewitem SET user_id = 1",
            "UPDATE accounts_accessreview SET due_on = '2200-01-01'",
            "CREATE OR REPLACE VIEW accounts_approvalruleinforce AS SELECT 1",
        ],
    )
    def test_is_only_added(self, statement: str) -> None:
        with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
            execute(statement)


class TestDelegation:
    def said(self, maker: User, giver: User, taker: User, **other: object) -> Approval:
        return propose_approval(
            book_code="*",
            kind=ApprovalKind.DELEGATE_APPROVALS,
            subject="delegation",
            payload={
                "delegator_id": giver.pk,
                "delegate_id": taker.pk,
                "kind": None,
                "starts_at": START.isoformat(),
                "ends_at": END.isoformat(),
                "reason": "leave",
            }
            | other,
            maker_id=maker.pk,
        )

    def insert(self, said: Approval) -> None:
        payload = said.payload
        execute(
            "INSERT INTO accounts_approvaldelegation"
            " (delegator_id, delegate_id, kind, starts_at, ends_at, reason, approval_id)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            payload["delegator_id"],
            payload["delegate_id"],
            payload["kind"],
            payload["starts_at"],
            payload["ends_at"],
            payload["reason"],
            said.pk,
        )

    def used(self, said: Approval, checker: User) -> Approval:
        decide(said, checker)
        execute(
            "UPDATE accounts_approval SET status = 'executed', executed_at = now() WHERE id = %s", said.pk
        )
        return said

    def test_is_not_to_oneself(self, mei: User, noor: User) -> None:
        with refused_as("accounts_approvaldelegation_two_people"):
            self.insert(self.used(self.said(mei, mei, mei), noor))

    def test_is_agreed_by_a_second_person(self, mei: User, li: User, noor: User) -> None:
        said = self.said(mei, mei, li)
        with refused_as("accounts_approvaldelegation_agreed_by_two"):
            self.insert(said)
        self.used(said, noor)
        with refused_as("accounts_approvaldelegation_starts_in_force"):
            execute(
                "INSERT INTO accounts_approvaldelegation (delegator_id, delegate_id, starts_at, ends_at,"
                f" reason, approval_id, revoked_at, revoked_by_id) VALUES ({mei.pk}, {li.pk}, now(),"
                f" '2199-01-01', 'leave', {said.pk}, '2198-01-01', {mei.pk})"
            )
        said.payload["ends_at"] = "2200-01-01T00:00:00+00:00"
        with refused_as("accounts_approvaldelegation_agreed_by_two"):
            self.insert(said)

    def test_is_not_agreed_by_who_gains_by_it(self, mei: User, li: User, noor: User) -> None:
        with refused_as("accounts_approvaldelegation_checker_is_a_third"):
            self.insert(self.used(self.said(mei, mei, li), li))
        with refused_as("accounts_approvaldelegation_checker_is_a_third"):
            self.insert(self.used(self.said(mei, noor, li), noor))

    def test_goes_to_somebody_who_decides(self, mei: User, noor: User, otto: User) -> None:
        with refused_as("accounts_approvaldelegation_both_decide"):
            self.insert(self.used(self.said(mei, mei, otto), noor))

    @pytest.mark.parametrize(
        ("name", "other"),
        [
            ("accounts_approvaldelegation_ends_after_start", {"ends_at": START.isoformat()}),
            ("accounts_approvaldelegation_reason_present", {"reason": " "}),
        ],
    )
    def test_is_refused(self, mei: User, li: User, noor: User, name: str, other: dict[str, object]) -> None:
        with refused_as(name):
            self.insert(self.used(self.said(mei, mei, li, **other), noor))

    def test_holds_for_its_kind_and_time_until_revoked(self, mei: User, li: User, noor: User) -> None:
        past = delegated(li, mei, noor, ends_at=dt.datetime(2020, 1, 2, tzinfo=dt.UTC))
        other = delegated(li, mei, noor, kind=ApprovalKind.WRITE_OFF_BREAK)
        asked = payment(noor)
        for used in (past, other):
            with refused_as("accounts_approval_delegation_in_force"):
                decide(asked, mei, by=used)
        lent = delegated(li, mei, noor)
        with refused_as("accounts_approvaldelegation_revocation_complete"):
            execute("UPDATE accounts_approvaldelegation SET revoked_at = now() WHERE id = %s", lent.pk)
        execute(
            "UPDATE accounts_approvaldelegation SET revoked_at = now(), revoked_by_id = %s WHERE id = %s",
            li.pk,
            lent.pk,
        )
        with refused_as("accounts_approvaldelegation_content_unchanged"):
            execute("UPDATE accounts_approvaldelegation SET revoked_at = NULL, revoked_by_id = NULL")
        with refused_as("accounts_approval_delegation_in_force"):
            decide(asked, mei, by=lent)
