"""The menu of the admin, with the number of approvals that wait for this person."""

from typing import Any

from django.http import HttpRequest

from accounts.admin.approvals import may_decide
from accounts.models import Approval, ApprovalStatus, User
from config.admin_site import APPROVALS, MENU


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups; the site leaves out the items that their permission refuses."""
    waiting = _waiting(request)
    if not waiting:
        return MENU
    first = {"items": [{**item, **_badge(item, waiting)} for item in MENU[0]["items"]]}
    return [first, *MENU[1:]]


def _badge(item: dict[str, Any], waiting: int) -> dict[str, Any]:
    return {"badge": str(waiting), "badge_variant": "warning"} if item["title"] == APPROVALS else {}


def _waiting(request: HttpRequest) -> int:
    user = request.user
    if not isinstance(user, User) or not may_decide(user):
        return 0
    return Approval.objects.filter(status=ApprovalStatus.PROPOSED).exclude(maker_id=user.pk).count()
