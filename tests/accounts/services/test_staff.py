"""Registering staff and changing their roles."""

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login

from accounts.models import StaffRole, StaffRoleChange, User
from accounts.queries.staff import day_runner_id, staff_in_role
from accounts.services.staff import (
    DuplicateStaff,
    StaffMissing,
    deactivate_staff,
    grant_role,
    register_staff,
    withdraw_role,
)
from tests.accounts.cast import staff

pytestmark = pytest.mark.django_db


class TestRegisterStaff:
    def test_gives_a_login_that_works(self) -> None:
        user = register_staff(
            username="mei.chan",
            full_name="Mei Ling Chan",
            role=StaffRole.RISK,
            password="draught-marks-1876",
            actor_id=day_runner_id(),
            reason="joins on Monday",
        )
        assert authenticate(username="mei.chan", password="draught-marks-1876") == user
        assert user.get_full_name() == "Mei Ling Chan"
        assert user.is_staff
        assert not user.is_superuser

    def test_records_the_login_and_the_role(self) -> None:
        mei = staff("mei.chan", StaffRole.RISK)
        assert mei.history.get().history_change_reason == "the cast of a test"
        change = mei.role_changes.get()
        assert (change.change, change.group.name, change.actor_id) == ("granted", "risk", day_runner_id())

    def test_keeps_no_second_copy_of_the_password(self) -> None:
        kept = {field.name for field in User.history.model._meta.get_fields()}
        assert kept.isdisjoint({"password", "last_login"})

    def test_refuses_a_user_name_that_is_taken(self) -> None:
        staff("mei.chan")
        with pytest.raises(DuplicateStaff):
            staff("mei.chan")

    def test_refuses_a_role_that_does_not_exist(self) -> None:
        with pytest.raises(ValueError, match="captain"):
            register_staff(
                username="ahab",
                full_name="Ahab",
                role="captain",
                password=None,
                actor_id=day_runner_id(),
                reason="wrong ship",
            )
        assert not User.objects.filter(username="ahab").exists()

    def test_needs_no_actor_to_sign_in_afterwards(self) -> None:
        mei = staff("mei.chan")
        update_last_login(User, mei)
        assert mei.history.count() == 1


class TestGrantRole:
    def test_adds_the_role_once(self) -> None:
        mei, li = staff("mei.chan", StaffRole.RISK), staff("li.wei")
        for _ in range(2):
            grant_role(user_id=mei.pk, role=StaffRole.FINANCE, actor_id=li.pk, reason="covers for finance")
        assert list(staff_in_role(role=StaffRole.FINANCE)) == [mei]
        assert StaffRoleChange.objects.filter(actor=li, reason="covers for finance").count() == 1

    def test_refuses_the_system_user(self) -> None:
        with pytest.raises(StaffMissing):
            grant_role(
                user_id=day_runner_id(), role=StaffRole.RISK, actor_id=day_runner_id(), reason="by itself"
            )


class TestWithdrawRole:
    def test_records_who_took_it(self) -> None:
        mei, li = staff("mei.chan", StaffRole.RISK), staff("li.wei")
        withdraw_role(user_id=mei.pk, role=StaffRole.RISK, actor_id=li.pk, reason="moves to sales")
        assert list(mei.role_changes.values_list("change", "actor__username", "reason")) == [
            ("withdrawn", "li.wei", "moves to sales"),
            ("granted", "day-runner", "the cast of a test"),
        ]
        assert not mei.groups.exists()


class TestDeactivateStaff:
    def test_closes_the_login_and_keeps_the_person(self) -> None:
        mei, li = staff("mei.chan", StaffRole.RISK), staff("li.wei")
        deactivate_staff(user_id=mei.pk, actor_id=li.pk, reason="left the house")
        assert not staff_in_role(role=StaffRole.RISK).exists()
        assert User.objects.get(username="mei.chan").history.first().history_change_reason == "left the house"


class TestDayRunner:
    def test_exists_and_was_its_own_first_actor(self) -> None:
        row = User.history.get(username="day-runner")
        assert row.history_user_id == row.id == day_runner_id()

    @pytest.mark.parametrize("password", ["", "!", "day-runner"])
    def test_cannot_sign_in(self, password: str) -> None:
        assert authenticate(username="day-runner", password=password) is None
