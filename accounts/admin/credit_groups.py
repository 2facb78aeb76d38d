"""Credit groups: who belongs together, since when and why."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.cells import day, related
from accounts.admin.columns import code_column
from accounts.admin.history import history_panel
from accounts.admin.panels import Column, Panel, Tab, Table, text
from accounts.admin.party_forms import EndForm
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import CreditGroup, CreditGroupMember
from accounts.services.credit_groups import leave_credit_group


@admin.register(CreditGroup)
class CreditGroupAdmin(ReadOnlyAdmin[CreditGroup]):
    empty_hint = gettext_lazy("A party is added to a group on its own page.")
    list_display = [code_column(CreditGroup, "code"), "name"]
    search_fields = ["code", "name", "members__party__code"]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "member/<int:member_id>/end/",
            self.admin_site.admin_view(self.end_view),
            name="accounts_creditgroupmember_end",
        )
        return [own, *super().get_urls()]

    def tabs(self, request: HttpRequest, row: CreditGroup) -> list[Tab]:
        """The group's history is that of its name and of every membership."""
        overview, history = super().tabs(request, row)
        memberships: list[Panel] = [history_panel(one, request) for one in row.members.all()]
        return [overview, Tab(history.name, history.label, [*history.panels, *memberships])]

    def panels(self, request: HttpRequest, row: CreditGroup) -> list[Panel]:
        return [self.facts(request, row), self._members(request, row)]

    def _members(self, request: HttpRequest, row: CreditGroup) -> Table:
        may = request.user.has_perm("accounts.add_creditgroup")
        return Table(
            title=_("Members"),
            columns=[
                Column(_("party")),
                Column(_("relation")),
                Column(_("member from")),
                Column(_("until")),
                Column(""),
            ],
            rows=[
                [
                    related(one.party, request),
                    text(one.get_relation_display()),
                    day(one.member_from),
                    day(one.member_until),
                    text(_("End"), reverse("admin:accounts_creditgroupmember_end", args=[one.pk]))
                    if may and one.member_until is None
                    else text(""),
                ]
                for one in row.members.select_related("party")
            ],
            empty=_("Nobody belongs to this group yet; a party is put into it on its own page."),
            note=_("A party is in one group at a time."),
        )

    def end_view(self, request: HttpRequest, member_id: int) -> HttpResponse:
        if not request.user.has_perm("accounts.add_creditgroup"):
            raise PermissionDenied
        user = staff_of(request)
        member = CreditGroupMember.objects.select_related("party", "group").filter(pk=member_id).first()
        if member is None:
            raise Http404
        page = reverse("admin:accounts_creditgroup_change", args=[member.group_id])

        def do(cleaned: dict[str, Any]) -> Done:
            leave_credit_group(member_id=member_id, actor_id=user.pk, **cleaned)
            return Done(sentence=_("The membership has its end."), href=page)

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=f"{_('End a membership')}: {member}",
                question=_("From which day on is this party no longer in the group?"),
                button=_("End the membership"),
                back=page,
                keeps_form=True,
            ),
            do=do,
            form_class=EndForm,
            model=CreditGroup,
        )
