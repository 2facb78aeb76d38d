"""Proposing, deciding and executing what needs two people."""

import pytest

from accounts.domain.payloads import UnfitPayload
from accounts.models import Approval, ApprovalKind, ApprovalStatus, StaffRole, User
from accounts.queries.approvals import approvals_awaiting, approved
from accounts.queries.staff import day_runner_id
from accounts.services.approvals import (
    ApprovalAlreadyDecided,
    ApprovalAlreadyExecuted,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
    CheckerNotPermitted,
    SelfApproval,
    approve,
    execute_approval,
    propose_approval,
    reject,
)
from accounts.services.staff import deactivate_staff
from tests.accounts.cast import staff

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
