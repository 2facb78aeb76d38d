"""Approvals as lists and pages.

Not registered here: the page that carries out what was approved belongs to the room that knows every app's
services (clearing.day.admin.approvals).
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import choices
from accounts.admin.panels import Tone
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval, ApprovalStatus, User
from accounts.queries.approval_rules import decides

TONES_OF_STATUS = {
    ApprovalStatus.PROPOSED: Tone.NOTICE,
    ApprovalStatus.APPROVED: Tone.INFO,
    ApprovalStatus.REJECTED: Tone.BAD,
    ApprovalStatus.EXECUTED: Tone.GOOD,
    ApprovalStatus.WITHDRAWN: Tone.NEUTRAL,
    ApprovalStatus.EXPIRED: Tone.WARN,
}


def person(user: User | None) -> str | None:
    return None if user is None else user.get_full_name() or user.get_username()


def may_decide(user: User) -> bool:
    """Whether this person decides any kind of approval; the database asks it of each one again."""
    return user.has_perm("accounts.change_approval") and decides(user_id=user.pk)


class ApprovalPages(ReadOnlyAdmin[Approval]):
    tones = {"status": TONES_OF_STATUS}
    hidden = ("payload_hash",)
    list_display = [
        column(lambda row: row.get_kind_display(), name="kind", label=_("kind"), ordering="kind"),
        "subject",
        state_column(Approval, "status", TONES_OF_STATUS),
        column(lambda row: person(row.maker), name="maker", label=_("maker")),
        instant_column(Approval, "proposed_at"),
        column(lambda row: person(row.checker), name="checker", label=_("checker")),
        instant_column(Approval, "decided_at"),
    ]
    list_display_links: Any = ("subject",)
    list_filter = [choices("status"), choices("kind"), "book_code"]
    list_select_related = ["maker", "checker"]
    search_fields = ["subject"]

    def page_title(self, row: Approval) -> str:
        return f"{row.get_kind_display()} · {row.subject}"
