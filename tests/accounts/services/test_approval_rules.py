"""Changing who may approve what, and delegating for a time."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import ApprovalKind, ApprovalRule, StaffRole, User
from accounts.queries.approval_rules import decides, rules_in_force
from accounts.services.approval_rules import (
    DelegateDecidesNothing,
    DelegationCheckedByParty,
    DelegationToOneself,
    DelegationUnfit,
    LimitWithoutCurrency,
    NobodyLeftToDecide,
    RoleDecidesNothing,
    delegate_approvals,
    propose_delegation,
    propose_rule,
    set_rule,
)
from accounts.services.approvals import ApprovalNotApproved, CheckerNotPermitted, approve
from tests.accounts.cast import rule, staff

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def mei() -> User:
    return staff("mei.chan", StaffRole.RISK)


@pytest.fixture
def noor() -> User:
    return staff("noor.haddad", StaffRole.COMPLIANCE)


class TestSeededRules:
    def test_know_every_kind_and_let_nobody_but_auditors_out(self, mei: User) -> None:
        assert set(rules_in_force().values_list("kind", flat=True)) == set(ApprovalKind.values)
        assert decides(user_id=mei.pk)
        assert not decides(user_id=staff("otto.weiss", StaffRole.AUDITOR).pk)
        assert not decides(user_id=staff("olga.petrova").pk, kind=ApprovalKind.SET_APPROVAL_LIMIT)


class TestSetRule:
    def test_puts_the_newest_in_force(self, mei: User, noor: User) -> None:
        rule(mei, noor, currency="USD", most=5)
        newest = rule(mei, noor, currency="USD", most=7)
        found = rules_in_force().filter(role="risk", kind="release_withdrawal", currency="USD")
        assert list(found) == [newest]
        assert ApprovalRule.objects.filter(currency="USD").count() == 2

    def test_needs_a_second_person_whose_role_may(self, mei: User) -> None:
        said = propose_rule(
            role="risk",
            kind="write_off_break",
            currency=None,
            max_amount_minor=None,
            is_permitted=False,
            maker_id=mei.pk,
        )
        with pytest.raises(ApprovalNotApproved):
            set_rule(approval_id=said.pk)
        with pytest.raises(CheckerNotPermitted):
            approve(approval_id=said.pk, checker_id=staff("olga.petrova").pk)

    def test_leaves_somebody_who_may_change_rules(self, mei: User, noor: User) -> None:
        rule(mei, noor, currency=None, most=None, may=False, kind="set_approval_limit")
        with pytest.raises(NobodyLeftToDecide):
            rule(mei, noor, currency=None, most=None, may=False, kind="set_approval_limit", role="compliance")

    def test_refuses_a_limit_without_a_currency_and_a_rule_for_auditors(self, mei: User) -> None:
        for refusal, role, currency, most in (
            (LimitWithoutCurrency, "risk", None, 5),
            (LimitWithoutCurrency, "risk", "USD", -5),
            (RoleDecidesNothing, "auditor", None, None),
        ):
            with pytest.raises(refusal):
                propose_rule(
                    role=role,
                    kind="write_off_break",
                    currency=currency,
                    max_amount_minor=most,
                    is_permitted=True,
                    maker_id=mei.pk,
                )


class TestDelegateApprovals:
    def delegate(
        self, giver: User, taker: User, checker: User, *, days: int = 7, reason: str = "leave"
    ) -> None:
        said = propose_delegation(
            delegator_id=giver.pk,
            delegate_id=taker.pk,
            kind=ApprovalKind.WRITE_OFF_BREAK,
            starts_at=START,
            ends_at=START + timedelta(days=days),
            reason=reason,
            maker_id=giver.pk,
        )
        approve(approval_id=said.pk, checker_id=checker.pk)
        lent = delegate_approvals(approval_id=said.pk)
        assert (lent.delegator, lent.delegate, lent.ends_at) == (giver, taker, START + timedelta(days=days))

    def test_names_both_people_and_the_time(self, mei: User, noor: User) -> None:
        self.delegate(mei, staff("olga.petrova"), noor)

    def test_is_refused_by_name(self, mei: User, noor: User) -> None:
        olga = staff("olga.petrova")
        with pytest.raises(DelegationToOneself):
            self.delegate(mei, mei, noor)
        with pytest.raises(DelegationUnfit):
            self.delegate(mei, olga, noor, days=0)
        with pytest.raises(DelegationUnfit):
            self.delegate(mei, olga, noor, reason=" ")
        with pytest.raises(DelegationCheckedByParty):
            self.delegate(mei, noor, noor)
        with pytest.raises(DelegateDecidesNothing):
            self.delegate(mei, staff("otto.weiss", StaffRole.AUDITOR), noor)
