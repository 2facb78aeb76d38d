"""Rule packs in words: names of parameters, examples and directions, and figures as people read them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import percent_text
from accounts.admin.panels import Tone
from contracts.domain.rule_pack_diff import Direction
from contracts.models.product import TermsDayCount
from ledger.domain.money import format_amount

PARAMETERS: Mapping[str, str | Promise] = {
    "initial_margin_ppm": gettext_lazy("Initial margin"),
    "initial_margin_of": gettext_lazy("Base of initial margin"),
    "maintenance_ppm": gettext_lazy("Maintenance margin"),
    "maintenance_measure": gettext_lazy("Measure of maintenance margin"),
    "leverage_cap_ppm_by_tier": gettext_lazy("Leverage by tier, C1 to C5"),
    "haircut_floor_ppm": gettext_lazy("Minimum haircut"),
    "day_counts": gettext_lazy("Day counts"),
    "same_day_counts_one": gettext_lazy("Same-day loan bears one day's interest"),
    "capitalisation_permitted": gettext_lazy("Interest may be capitalised"),
    "negative_balance_protection": gettext_lazy("Negative balance protection"),
    "concentration_cap_ppm": gettext_lazy("Concentration cap"),
    "warning_multiple_ppm": gettext_lazy("Warning line, as a multiple of maintenance margin"),
    "liquidation_line_ppm": gettext_lazy("Minimum liquidation line"),
    "withdrawal_line_ppm": gettext_lazy("Withdrawal line"),
    "call_deadline_sessions": gettext_lazy("Maximum call deadline in sessions"),
    "close_out_of_initial_ppm": gettext_lazy("Close-out level, of initial margin"),
    "loans_to_capital_ppm": gettext_lazy("Limit of all loans, as a multiple of capital"),
    "longest_term_months": gettext_lazy("Maximum term in months"),
    "minimum_own_minor": gettext_lazy("Minimum own funds"),
    "minimum_own_unit": gettext_lazy("Currency of minimum own funds"),
    "classes": gettext_lazy("By class of instruments"),
}
VALUES: Mapping[object, str | Promise] = {
    "financed": gettext_lazy("amount financed"),
    "position": gettext_lazy("position value"),
    "coverage": gettext_lazy("assets over debt"),
    "equity_ratio": gettext_lazy("equity over assets"),
    "index_share": gettext_lazy("shares of the main indices"),
    "share": gettext_lazy("other shares"),
    "listed_fund": gettext_lazy("listed funds"),
    "government_bond": gettext_lazy("government bonds"),
    "other_fund_or_bond": gettext_lazy("other funds and bonds"),
    "risk_warned_share": gettext_lazy("shares under a risk warning"),
    "major_currency_pair": gettext_lazy("major currency pairs"),
    "major_index_gold_or_other_currency_pair": gettext_lazy("major indices, gold, other currency pairs"),
    "other_commodity_or_index": gettext_lazy("other commodities and indices"),
    "share_or_other": gettext_lazy("shares and others"),
    "cryptocurrency": gettext_lazy("cryptocurrencies"),
}
EXAMPLES: Mapping[str, str | Promise] = {
    "capacity": gettext_lazy("Financing capacity on own funds"),
    "capacity_of_tier": gettext_lazy("Financing capacity by risk tier"),
    "position": gettext_lazy("Margin of a position"),
    "maintenance": gettext_lazy("Asset value that triggers a margin call"),
    "withdrawal": gettext_lazy("Withdrawable amount"),
    "negative_balance": gettext_lazy("Who bears a negative balance"),
    "loans_to_capital": gettext_lazy("Remaining lending capacity of the house"),
    "minimum_own": gettext_lazy("Whether a drawdown is permitted"),
}
FIGURES: Mapping[str, str | Promise] = {
    "own_minor": gettext_lazy("own funds"),
    "financed_minor": gettext_lazy("amount financed"),
    "tier": gettext_lazy("tier"),
    "class": gettext_lazy("class"),
    "position_minor": gettext_lazy("position value"),
    "initial_margin_minor": gettext_lazy("initial margin"),
    "close_out_minor": gettext_lazy("close-out level"),
    "debt_minor": gettext_lazy("debt"),
    "assets_minor": gettext_lazy("assets"),
    "withdrawable_minor": gettext_lazy("withdrawable amount"),
    "equity_minor": gettext_lazy("equity"),
    "client_owes_minor": gettext_lazy("borne by the client"),
    "provider_bears_minor": gettext_lazy("borne by the house"),
    "capital_minor": gettext_lazy("capital"),
    "loans_minor": gettext_lazy("loans outstanding"),
    "room_minor": gettext_lazy("remaining capacity"),
    "may_draw": gettext_lazy("drawdown permitted"),
}
DIRECTIONS: Mapping[Direction, tuple[str | Promise, Tone]] = {
    Direction.STRICTER: (gettext_lazy("stricter"), Tone.WARN),
    Direction.LOOSER: (gettext_lazy("looser"), Tone.INFO),
    Direction.OTHER: (gettext_lazy("different"), Tone.NEUTRAL),
}
MULTIPLES = {"loans_to_capital_ppm", "leverage_cap_ppm_by_tier", "warning_multiple_ppm"}


def value_text(name: str, value: Any) -> str:
    """A parameter as it is read: 50.00 %, 2.25 times, yes."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return " · ".join(value_text(name, one) for one in value)
    if isinstance(value, dict):
        figures = [value[key] for key in ("initial_margin_ppm", "haircut_ppm") if value.get(key) is not None]
        label = VALUES.get(value["code"], value["code"])
        return f"{label} {' / '.join(percent_text(one) for one in figures)}"
    if name in MULTIPLES:
        return _("%(times)s times") % {"times": f"{value // 10**6}.{value % 10**6 // 10**4:02d}"}
    if name.endswith("_ppm"):
        return percent_text(value)
    if name.endswith("_minor"):
        return format_amount(value, 2)
    if name == "day_counts":
        return str(dict(TermsDayCount.choices).get(value, value))
    return str(VALUES.get(value, value))


def figures_text(figures: Mapping[str, int], classes: Sequence[Mapping[str, Any]] = ()) -> str:
    """The figures of an example: `own funds 500,000.00 · tier C3`. Amounts have two decimals; an example
    names one of the pack's classes that have a margin of their own by its place among them.
    """
    return " · ".join(f"{FIGURES[name]} {_figure(name, value, classes)}" for name, value in figures.items())


def _figure(name: str, value: int, classes: Sequence[Mapping[str, Any]]) -> str:
    if name.endswith("_minor"):
        return format_amount(value, 2)
    if name == "may_draw":
        return _("Yes") if value else _("No")
    if name == "class" and 0 < value <= len(classes):
        code = classes[value - 1]["code"]
        return str(VALUES.get(code, code))
    return f"C{value}" if name == "tier" else str(value)
