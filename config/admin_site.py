"""How the admin looks: its name, colours, style sheet and menu."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def may_view(model: str) -> Callable[[HttpRequest], bool]:
    app, name = model.split(".")
    return lambda request: bool(request.user.has_perm(f"{app}.view_{name}"))


def pages(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A menu item that leads to a model's list."""
    link = reverse_lazy(f"admin:{model.replace('.', '_')}_changelist")
    return {"title": title, "icon": icon, "link": link, "permission": may_view(model)}


def group(title: Any, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "collapsible": False, "items": list(items)}


APPROVALS = _("Approvals")
MENU: list[dict[str, Any]] = [
    {
        "items": [
            {"title": _("Today"), "icon": "sailing", "link": reverse_lazy("admin:index")},
            pages(APPROVALS, "how_to_reg", "accounts.approval"),
        ]
    },
    group(
        _("Clearing"),
        pages(_("Contracts"), "contract", "contracts.financingcontract"),
        pages(_("Funding"), "savings", "contracts.fundingtranche"),
        pages(_("Disputes"), "contact_support", "contracts.dispute"),
        pages(_("Documents"), "picture_as_pdf", "contracts.document"),
        pages(_("Bulk imports"), "upload_file", "contracts.bulkimport"),
        pages(_("Levels in force"), "stairs_2", "margin.contractlevel"),
        pages(_("Margin calls"), "notifications_active", "margin.margincall"),
        pages(_("Liquidations"), "gavel", "liquidation.liquidation"),
        pages(_("Valuations"), "balance", "margin.valuation"),
        pages(_("Trades"), "swap_horiz", "settlement.trade"),
        pages(_("Marks"), "price_check", "marks.mark"),
        pages(_("Corrections"), "history_edu", "corrections.correction"),
        pages(_("Decision reviews"), "rate_review", "corrections.decisionreview"),
        pages(_("Day runs"), "calendar_month", "day.dayrun"),
    ),
    group(
        _("Custody"),
        pages(_("Reconciliations"), "rule", "reconciliation.reconciliationrun"),
        pages(_("Breaks"), "broken_image", "reconciliation.reconciliationbreak"),
        pages(_("Statements"), "description", "custody.statement"),
        pages(_("Payments"), "payments", "custody.payment"),
        pages(_("Transfers"), "sync_alt", "custody.transferinstruction"),
        pages(_("Custody accounts"), "account_balance", "custody.custodyaccount"),
    ),
    group(
        _("Ledger"),
        {
            "title": _("Trial balance"),
            "icon": "balance",
            "link": reverse_lazy("admin:ledger_trial_balance"),
            "permission": may_view("ledger.account"),
        },
        pages(_("Journal"), "menu_book", "ledger.journalentry"),
        pages(_("Ledger accounts"), "account_tree", "ledger.account"),
        pages(_("Holds"), "front_hand", "ledger.hold"),
        pages(_("Business days"), "event_available", "ledger.businessday"),
        {
            "title": _("Periods"),
            "icon": "calendar_month",
            "link": reverse_lazy("admin:ledger_periods"),
            "permission": may_view("ledger.businessday"),
        },
        pages(_("Official rates"), "currency_exchange", "ledger.officialrate"),
        pages(_("Client exchanges"), "currency_yen", "ledger.clientexchange"),
        pages(_("Revaluations"), "published_with_changes", "ledger.revaluation"),
        pages(_("Imports"), "upload_file", "ledger.importfile"),
        {
            "title": _("Uploaded files"),
            "icon": "rule",
            "link": reverse_lazy("admin:ledger_importupload_changelist"),
            "permission": may_view("ledger.importfile"),
        },
        pages(_("Seals"), "verified", "ledger.seal"),
        pages(_("Keys of the seals"), "key", "ledger.sealkeyevent"),
        pages(_("Chart of accounts"), "list_alt", "ledger.accountcategory"),
    ),
    group(
        _("Parties"),
        pages(_("Parties"), "groups", "accounts.party"),
        pages(_("Identity checks"), "badge", "accounts.identitycheck"),
        pages(_("Screenings"), "person_search", "accounts.screening"),
        pages(_("Suitability assessments"), "speed", "accounts.suitabilityassessment"),
        pages(_("Credit groups"), "hub", "accounts.creditgroup"),
        pages(_("Questionnaires"), "quiz", "accounts.questionnaireversion"),
        pages(_("Disclosures"), "campaign", "accounts.disclosureversion"),
        pages(_("Erasures"), "person_off", "accounts.partyerasure"),
    ),
    group(
        _("Reference data"),
        pages(_("Terms"), "fact_check", "contracts.termsversion"),
        pages(_("Products"), "category", "contracts.product"),
        pages(_("Rule packs"), "policy", "contracts.rulepackversion"),
        pages(_("Benchmarks"), "percent", "contracts.benchmark"),
        pages(_("Benchmark fixings"), "show_chart", "contracts.benchmarkfixing"),
        pages(_("Interest holds"), "pause_circle", "contracts.interesthold"),
        pages(_("Instruments"), "candlestick_chart", "marks.instrument"),
        pages(_("Corporate actions"), "call_split", "marks.corporateaction"),
        pages(_("Staff"), "badge", "accounts.user"),
        pages(_("Approval rules"), "policy", "accounts.approvalrule"),
        pages(_("Delegations"), "switch_account", "accounts.approvaldelegation"),
        pages(_("Access reviews"), "manage_accounts", "accounts.accessreview"),
        pages(_("Messages"), "outbox", "accounts.outboxmessage"),
    ),
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Plimsoll",
    "SITE_HEADER": "Plimsoll",
    "SITE_SUBHEADER": _("Securities financing"),
    "SITE_URL": None,
    "SITE_ICON": lambda _request: static("plimsoll/mark.svg"),
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("plimsoll/mark.svg")}
    ],
    "SHOW_LANGUAGES": True,
    "SHOW_HISTORY": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": "6px",
    "STYLES": [lambda _request: static("plimsoll/admin.css")],
    "SCRIPTS": [],
    "DASHBOARD_CALLBACK": "clearing.day.admin.home.home",
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": "config.menu.menu"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.2% .012 222)",
            "100": "oklch(94% .026 222)",
            "200": "oklch(88% .05 223)",
            "300": "oklch(79.5% .08 224)",
            "400": "oklch(69% .095 226)",
            "500": "oklch(58.5% .095 228)",
            "600": "oklch(48% .085 229)",
            "700": "oklch(41% .072 230)",
            "800": "oklch(35% .06 231)",
            "900": "oklch(29.5% .05 232)",
            "950": "oklch(22% .04 234)",
        }
    },
}
