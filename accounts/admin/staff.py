"""Staff, the roles that they hold, and who gave them."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import instant, related
from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import named_rows
from accounts.admin.panels import Column, Look, Panel, Table, Tone, chip, text
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import StaffRole, StaffRoleChange, User

TONES_OF_CHANGE = {
    StaffRoleChange.Change.GRANTED: Tone.GOOD,
    StaffRoleChange.Change.WITHDRAWN: Tone.WARN,
}


def role_name(group: Group) -> str:
    return str(dict(StaffRole.choices).get(group.name, group.name))


def roles_of(user: User) -> str:
    return ", ".join(role_name(group) for group in user.groups.all())


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    hidden = ("password",)
    list_display = [
        "username",
        column(User.get_full_name, name="full_name", label=gettext_lazy("name"), ordering="last_name"),
        column(roles_of, name="roles", label=gettext_lazy("roles")),
        "is_active",
        instant_column(User, "last_login"),
    ]
    list_filter = [named_rows("groups", role_name), "is_active"]
    search_fields = ["username", "first_name", "last_name"]
    ordering = ["username"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def row_name(self, row: User) -> str:
        return row.get_full_name() or row.get_username()

    def page_title(self, row: User) -> str:
        return self.row_name(row)

    def headline(self, row: User) -> list[Any]:
        return [chip(role_name(group), Tone.INFO) for group in row.groups.all()]

    def panels(self, request: HttpRequest, row: User) -> list[Panel]:
        return [self.facts(request, row), self._roles(request, row)]

    def _roles(self, request: HttpRequest, row: User) -> Table:
        changes = row.role_changes.select_related("group", "actor")
        return Table(
            title=_("Roles given and taken"),
            columns=[
                Column(_("when")),
                Column(_("role")),
                Column(_("what")),
                Column(_("who")),
                Column(_("why"), Look.PROSE),
            ],
            rows=[
                [
                    instant(change.recorded_at),
                    text(role_name(change.group)),
                    chip(change.get_change_display(), TONES_OF_CHANGE[StaffRoleChange.Change(change.change)]),
                    related(change.actor, request),
                    text(change.reason),
                ]
                for change in changes
            ],
            empty=_("No role was ever given to this person."),
        )


@admin.register(StaffRoleChange)
class StaffRoleChangeAdmin(ReadOnlyAdmin[StaffRoleChange]):
    tones = {"change": TONES_OF_CHANGE}
    list_display = [
        instant_column(StaffRoleChange, "recorded_at"),
        "user",
        "group",
        state_column(StaffRoleChange, "change", TONES_OF_CHANGE),
        "actor",
        "reason",
    ]
    list_select_related = ["user", "group", "actor"]
