"""Approvals made to look like others: dated back, in another currency, without an amount, through a third."""

import datetime as dt

import pytest

from accounts.models import ApprovalKind, StaffRole, User
from accounts.services.approvals import propose_approval
from tests.accounts.cast import staff
from tests.invariants.approval_attacks import decide, refused_as
from tests.invariants.test_accounts import execute
from tests.invariants.test_approvals import delegated, limit, payment

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def li() -> User:
    return staff("li.wei", StaffRole.FINANCE)


@pytest.fixture
def noor() -> User:
    return staff("noor.haddad", StaffRole.COMPLIANCE)


class TestDecision:
    def test_happens_when_the_database_says(self, mei: User, li: User) -> None:
        """Neither decided before it was proposed nor carried out before it was decided."""
        asked = payment(mei)
        decide(asked, li, at="'2020-01-01'")
        execute(
            "UPDATE accounts_approval SET status = 'executed', executed_at = '2020-01-02' WHERE id = %s",
            asked.pk,
        )
        asked.refresh_from_db()
        assert asked.decided_at is not None
        assert asked.executed_at is not None
        assert asked.proposed_at < asked.decided_at < asked.executed_at

    @pytest.mark.parametrize("end", ["withdrawn", "expired"])
    def test_is_not_made_up_for_what_ended_undecided(self, mei: User, li: User, end: str) -> None:
        asked = payment(mei, expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(milliseconds=200))
        execute("SELECT pg_sleep(0.25)")
        with refused_as("accounts_approval_decision_unchanged"):
            execute(
                "UPDATE accounts_approval SET status = %s, ended_at = now(), withdrawn_by_id = %s,"
                " checker_id = %s, decided_at = now(), comment = 'agreed' WHERE id = %s",
                end,
                mei.pk if end == "withdrawn" else None,
                li.pk,
                asked.pk,
            )

    def test_is_not_the_makers_through_the_delegate_of_a_delegate(
        self, mei: User, li: User, noor: User
    ) -> None:
        """Li decides for Mei, and Noor for Li: what Mei made is not decided by Noor in Li's name."""
        asked = payment(mei)
        delegated(mei, li, noor)
        onward = delegated(li, noor, mei)
        with refused_as("accounts_approval_maker_is_not_delegator"):
            decide(asked, noor, by=onward)
        decide(asked, noor)

    def test_without_an_amount_is_for_roles_without_a_limit(self, mei: User, li: User, noor: User) -> None:
        limit(mei, noor, "finance", "USD", 5_000_000, may=True)
        asked = propose_approval(
            book_code="MAIN",
            kind=ApprovalKind.RELEASE_WITHDRAWAL,
            subject="custody.payment:P-2",
            payload={"reference": "P-2"},
            maker_id=mei.pk,
        )
        with refused_as("accounts_approval_amount_within_limit"):
            decide(asked, li)
        decide(asked, noor)
