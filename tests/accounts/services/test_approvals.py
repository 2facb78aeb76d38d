"""Proposing, deciding, withdrawing and executing what needs two people."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from accounts.domain.payloads import UnfitPayload
from accounts.models import Approval, ApprovalKind, ApprovalStatus, StaffRole, User
from accounts.queries.approvals import approvals_awaiting, approved
from accounts.queries.staff import day_runner_id
from accounts.services.approval_rules import (
    DelegationRevoked,
    delegate_approvals,
    propose_delegation,
    revoke_delegation,
)
from accounts.services.approvals import (
    AmountAboveLimit,
    AmountWithoutCurrency,
    ApprovalAlreadyDecided,
    ApprovalAlreadyExecuted,
    ApprovalExpired,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
    CheckerNotPermitted,
    MakerIsDelegator,
    NotTheMaker,
    SelfApproval,
    approve,
    execute_approval,
    expire_approvals,
    propose_approval,
    reject,
    withdraw_approval,
)
from accounts.services.staff import deactivate_staff
from tests.accounts.cast import rule, staff

pytestmark = pytest.mark.django_db

SUBJECT = "liquidation 12"
PAYLOAD: dict[str, object] = {"orders": [{"instrument": "XNYS:GE", "quantity": 400}], "inputs_hash": "ab12"}


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def li() -> User:
    return staff("li.wei", StaffRole.RISK)


@pytest.fixture
def proposed(mei: User) -> Approval:
    return propose_approval(
        book_code="MAIN",
        kind=ApprovalKind.RELEASE_LIQUIDATION,
        subject=SUBJECT,
        payload=PAYLOAD,
        maker_id=mei.pk,
    )


def execute(
    approval: Approval, *, subject: str = SUBJECT, payload: dict[str, object] | None = None
) -> Approval:
    return execute_approval(
        approval_id=approval.pk,
        kind=ApprovalKind.RELEASE_LIQUIDATION,
        subject=subject,
        payload=PAYLOAD if payload is None else payload,
    )


class TestProposeApproval:
    def test_waits_for_anybody_but_its_maker(self, proposed: Approval, mei: User, li: User) -> None:
        assert list(approvals_awaiting(book_code="MAIN", user_id=li.pk)) == [proposed]
        assert not approvals_awaiting(book_code="MAIN", user_id=mei.pk).exists()
        assert not approvals_awaiting(book_code="OTHER", user_id=li.pk).exists()

    def test_refuses_a_payload_without_one_exact_text(self, mei: User) -> None:
        with pytest.raises(UnfitPayload):
            propose_approval(
                book_code="MAIN",
                kind=ApprovalKind.ACTIVATE_TERMS,
                subject="terms 3",
                payload={"rate": 6.5},
                maker_id=mei.pk,
            )

    def test_refuses_an_unknown_kind(self, mei: User) -> None:
        with pytest.raises(ValueError, match="open_the_safe"):
            propose_approval(
                book_code="MAIN", kind="open_the_safe", subject="safe", payload={}, maker_id=mei.pk
            )


class TestApprove:
    def test_names_the_checker(self, proposed: Approval, li: User) -> None:
        approval = approve(approval_id=proposed.pk, checker_id=li.pk, comment="checked against the call")
        assert (approval.status, approval.checker, approval.comment) == (
            ApprovalStatus.APPROVED,
            li,
            "checked against the call",
        )
        assert approval.decided_at is not None
        assert list(approved(book_code="MAIN", kind=ApprovalKind.RELEASE_LIQUIDATION)) == [approval]

    def test_refuses_the_maker(self, proposed: Approval, mei: User) -> None:
        with pytest.raises(SelfApproval):
            approve(approval_id=proposed.pk, checker_id=mei.pk)

    def test_refuses_an_auditor(self, proposed: Approval) -> None:
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=proposed.pk, checker_id=staff("otto.weiss", StaffRole.AUDITOR).pk)

    def test_refuses_the_system_user(self, proposed: Approval) -> None:
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=proposed.pk, checker_id=day_runner_id())

    def test_refuses_somebody_who_has_left(self, proposed: Approval, mei: User, li: User) -> None:
        deactivate_staff(user_id=li.pk, actor_id=mei.pk, reason="left the house")
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=proposed.pk, checker_id=li.pk)

    def test_refuses_what_was_decided_before(self, proposed: Approval, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        with pytest.raises(ApprovalAlreadyDecided):
            approve(approval_id=proposed.pk, checker_id=li.pk)

    def test_refuses_what_does_not_exist(self, li: User) -> None:
        with pytest.raises(ApprovalMissing):
            approve(approval_id=0, checker_id=li.pk)


class TestReject:
    def test_is_final(self, proposed: Approval, li: User) -> None:
        assert reject(approval_id=proposed.pk, checker_id=li.pk).status == ApprovalStatus.REJECTED
        with pytest.raises(ApprovalAlreadyDecided):
            approve(approval_id=proposed.pk, checker_id=li.pk)
        with pytest.raises(ApprovalNotApproved):
            execute(proposed)

    def test_refuses_the_maker(self, proposed: Approval, mei: User) -> None:
        with pytest.raises(SelfApproval):
            reject(approval_id=proposed.pk, checker_id=mei.pk)


class TestExecuteApproval:
    def test_uses_it_up(self, proposed: Approval, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        assert execute(proposed).status == ApprovalStatus.EXECUTED
        with pytest.raises(ApprovalAlreadyExecuted):
            execute(proposed)

    def test_takes_the_payload_in_any_order_of_keys(self, proposed: Approval, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        assert execute(proposed, payload=dict(reversed(PAYLOAD.items()))).executed_at is not None

    def test_refuses_what_nobody_has_approved(self, proposed: Approval) -> None:
        with pytest.raises(ApprovalNotApproved):
            execute(proposed)

    def test_refuses_another_payload(self, proposed: Approval, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        with pytest.raises(ApprovalPayloadChanged):
            execute(proposed, payload=PAYLOAD | {"inputs_hash": "cd34"})

    def test_refuses_another_subject(self, proposed: Approval, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        with pytest.raises(ApprovalMissing):
            execute(proposed, subject="liquidation 13")

    def test_refuses_what_does_not_exist(self, proposed: Approval) -> None:
        proposed.pk = 0
        with pytest.raises(ApprovalMissing):
            execute(proposed)


class TestLimits:
    """What a proposal is worth, who may approve that much, and until when."""

    def payment(self, maker: User, **more: Any) -> Approval:
        return propose_approval(
            book_code="MAIN",
            kind=ApprovalKind.RELEASE_WITHDRAWAL,
            subject="custody.payment:P-1",
            payload={"amount_minor": -5_000_000, "unit": "USD"},
            maker_id=maker.pk,
            **more,
        )

    def test_are_read_from_the_payload_and_compared_without_a_sign(self, mei: User, li: User) -> None:
        payment = self.payment(mei)
        assert (payment.amount_minor, payment.currency, payment.expires_at) == (5_000_000, "USD", None)
        rule(mei, li, currency="USD", most=4_999_999)
        with pytest.raises(AmountAboveLimit):
            approve(approval_id=payment.pk, checker_id=li.pk)
        rule(mei, li, currency="USD", most=5_000_000)
        assert approve(approval_id=payment.pk, checker_id=li.pk).status == ApprovalStatus.APPROVED

    def test_need_a_currency(self, mei: User) -> None:
        with pytest.raises(AmountWithoutCurrency):
            propose_approval(
                book_code="MAIN",
                kind="release_withdrawal",
                subject="x",
                payload={"amount_minor": 1},
                maker_id=mei.pk,
            )

    def test_are_those_of_the_kind(self, mei: User, li: User) -> None:
        rule(mei, li, currency=None, most=None, may=False)
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=self.payment(mei).pk, checker_id=li.pk)

    def test_of_time_end_it(self, mei: User, li: User) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp() + interval '200 milliseconds'")
            (soon,) = cursor.fetchone()
        payment, approved_one = self.payment(mei, expires_at=soon), self.payment(mei, expires_at=soon)
        approve(approval_id=approved_one.pk, checker_id=li.pk)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.25)")
        with pytest.raises(ApprovalExpired):
            approve(approval_id=payment.pk, checker_id=li.pk)
        with pytest.raises(ApprovalExpired):
            execute_approval(
                approval_id=approved_one.pk,
                kind=approved_one.kind,
                subject=approved_one.subject,
                payload=approved_one.payload,
            )
        assert expire_approvals(at=soon) == 2
        assert expire_approvals(at=soon) == 0
        payment.refresh_from_db()
        assert payment.status == ApprovalStatus.EXPIRED
        with pytest.raises(ApprovalAlreadyDecided):
            approve(approval_id=payment.pk, checker_id=li.pk)


class TestWithdrawApproval:
    def test_takes_back_even_what_was_approved(self, proposed: Approval, mei: User, li: User) -> None:
        approve(approval_id=proposed.pk, checker_id=li.pk)
        assert withdraw_approval(approval_id=proposed.pk, maker_id=mei.pk).status == ApprovalStatus.WITHDRAWN
        with pytest.raises(ApprovalNotApproved):
            execute(proposed)
        with pytest.raises(ApprovalAlreadyDecided):
            withdraw_approval(approval_id=proposed.pk, maker_id=mei.pk)

    def test_is_the_makers_alone(self, proposed: Approval, li: User) -> None:
        with pytest.raises(NotTheMaker):
            withdraw_approval(approval_id=proposed.pk, maker_id=li.pk)


class TestDelegates:
    def test_decide_by_the_delegators_roles_but_not_what_they_made(
        self, proposed: Approval, mei: User, li: User
    ) -> None:
        """Operations may release nothing; li lends to olga, who then decides mei's proposal and not li's."""
        olga, noor = staff("olga.petrova"), staff("noor.haddad", StaffRole.COMPLIANCE)
        rule(mei, noor, currency=None, most=None, may=False, role="operations", kind="release_liquidation")
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=proposed.pk, checker_id=olga.pk)
        said = propose_delegation(
            delegator_id=li.pk,
            delegate_id=olga.pk,
            kind=None,
            starts_at=datetime(2020, 1, 1, tzinfo=UTC),
            ends_at=datetime(2199, 1, 1, tzinfo=UTC),
            reason="on leave",
            maker_id=li.pk,
        )
        approve(approval_id=said.pk, checker_id=noor.pk)
        lent = delegate_approvals(approval_id=said.pk)
        assert approve(approval_id=proposed.pk, checker_id=olga.pk).delegation == lent
        of_li = propose_approval(
            book_code="MAIN", kind="write_off_break", subject="break 1", payload={}, maker_id=li.pk
        )
        with pytest.raises(MakerIsDelegator):
            approve(approval_id=of_li.pk, checker_id=olga.pk)
        revoke_delegation(delegation_id=lent.pk, actor_id=li.pk)
        assert approve(approval_id=of_li.pk, checker_id=olga.pk).delegation is None
        with pytest.raises(DelegationRevoked):
            revoke_delegation(delegation_id=lent.pk, actor_id=li.pk)
