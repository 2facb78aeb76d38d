"""Erasures of parties: the list, and asking for one."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import person
from accounts.admin.columns import column, day_column, instant_column
from accounts.admin.panels import Act, Tone
from accounts.admin.parties import ACTS_OF_PARTY
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval, Party, PartyErasure, PartyStatus
from accounts.services.erasure import propose_erasure


@admin.register(PartyErasure)
class PartyErasureAdmin(ReadOnlyAdmin[PartyErasure]):
    hidden = ("transaction_id",)
    list_display = [
        column(lambda row: row.party.code, name="party", label=gettext_lazy("party"), ordering="party__code"),
        day_column(PartyErasure, "erased_on"),
        column(lambda row: person(row.erased_by), name="erased_by", label=gettext_lazy("erased by")),
        instant_column(PartyErasure, "recorded_at"),
    ]
    list_select_related = ["party", "erased_by"]
    search_fields = ["party__code"]

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "of-party/<int:party_id>/",
            self.admin_site.admin_view(self.propose_view),
            name="accounts_partyerasure_propose",
        )
        return [own, *super().get_urls()]

    def propose_view(self, request: HttpRequest, party_id: int) -> HttpResponse:
        """Ask a second person to erase a party."""
        if not request.user.has_perm("accounts.add_partyerasure"):
            raise PermissionDenied
        party = Party.objects.filter(pk=party_id).first()
        if party is None:
            raise Http404

        def do(_cleaned: dict[str, Any]) -> Done:
            approval = propose_erasure(party_id=party_id, maker_id=staff_of(request).pk)
            return Done(
                sentence=_("A second person decides on erasing this party."),
                href=reverse("admin:accounts_approval_change", args=[approval.pk]),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Erase personal data: %(party)s") % {"party": party},
                question=_(
                    "Ask a second person to erase name, identity documents, findings, answers, messages and "
                    "documents of this party for good? Amounts, days and decisions stay."
                ),
                button=_("Propose"),
                back=reverse("admin:accounts_party_change", args=[party_id]),
                tone=Tone.BAD,
            ),
            do=do,
            model=Approval,
        )


def erasure_of_party(request: HttpRequest, party: Party) -> list[Act]:
    """Only a closed party can be erased, once."""
    may = request.user.has_perm("accounts.add_partyerasure")
    if not may or party.status != PartyStatus.CLOSED or PartyErasure.objects.filter(party=party).exists():
        return []
    address = reverse("admin:accounts_partyerasure_propose", args=[party.pk])
    return [Act(_("Erase personal data"), address, Tone.BAD)]


ACTS_OF_PARTY.append(erasure_of_party)
