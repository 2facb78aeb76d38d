"""Rule packs in words: names of parameters, examples and directions, and figures as people read them."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.cells import percent_text
from accounts.admin.panels import Tone
from contracts.domain.rule_pack_diff import Direction
from ledger.domain.money import format_amount

PARAMETERS: Mapping[str, str | Promise] = {
    "initial_margin_ppm": gettext_lazy("Initial margin"),
    "initial_margin_of": gettext_lazy("Initial margin is a part of"),
    "maintenance_ppm": gettext_lazy("Maintenance margin"),
    "maintenance_measure": gettext_lazy("Maintenance margin is measured as"),
    "leverage_cap_ppm_by_tier": gettext_lazy("Leverage by tier, C1 to C5"),
    "haircut_floor_ppm": gettext_lazy("Least haircut"),
    "day_counts": gettext_lazy("Day counts"),
    "same_day_counts_one": gettext_lazy("A loan within one day counts a day"),
    "capitalisation_permitted": gettext_lazy("Interest may be capitalised"),
    "negative_balance_protection": gettext_lazy("Negative balance protection"),
    "concentration_cap_ppm": gettext_lazy("Concentration cap"),
    "warning_multiple_ppm": gettext_lazy("Warning, as a multiple of maintenance"),
    "liquidation_line_ppm": gettext_lazy("Lowest liquidation line"),
    "withdrawal_line_ppm": gettext_lazy("Withdrawal line"),
    "call_deadline_sessions": gettext_lazy("Longest call deadline in sessions"),
    "close_out_of_initial_ppm": gettext_lazy("Close-out, of the initial margin"),
    "loans_to_capital_ppm": gettext_lazy("All loans, as a multiple of capital"),
    "longest_term_months": gettext_lazy("Longest term in months"),
    "minimum_own_minor": gettext_lazy("Least money of one's own"),
    "minimum_own_unit": gettext_lazy("Currency of that"),
    "classes": gettext_lazy("By class of instruments"),
}
VALUES: Mapping[object, str | Promise] = {
    "financed": gettext_lazy("what is financed"),
    "position": gettext_lazy("the position"),
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
    "capacity": gettext_lazy("What may be financed on money of one's own"),
    "capacity_of_tier": gettext_lazy("What a client of a tier may have financed"),
    "position": gettext_lazy("The margin of a position"),
    "maintenance": gettext_lazy("The assets at which a debt is called"),
    "withdrawal": gettext_lazy("What may be taken out"),
    "negative_balance": gettext_lazy("Who bears what a gap took beyond the client's own"),
    "loans_to_capital": gettext_lazy("How much more the firm may lend"),
    "minimum_own": gettext_lazy("Whether money may be drawn"),
}
FIGURES: Mapping[str, str | Promise] = {
    "own_minor": gettext_lazy("own"),
    "financed_minor": gettext_lazy("financed"),
    "tier": gettext_lazy("tier"),
    "class": gettext_lazy("class"),
    "position_minor": gettext_lazy("position"),
    "initial_margin_minor": gettext_lazy("initial margin"),
    "close_out_minor": gettext_lazy("closed out at"),
    "debt_minor": gettext_lazy("debt"),
    "assets_minor": gettext_lazy("assets"),
    "withdrawable_minor": gettext_lazy("may be taken out"),
    "equity_minor": gettext_lazy("equity"),
    "client_owes_minor": gettext_lazy("the client owes"),
    "provider_bears_minor": gettext_lazy("the firm bears"),
    "capital_minor": gettext_lazy("capital"),
    "loans_minor": gettext_lazy("loans"),
    "room_minor": gettext_lazy("room"),
    "may_draw": gettext_lazy("permitted (1) or not (0)"),
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
    return str(VALUES.get(value, value))


def figures_text(figures: Mapping[str, int]) -> str:
    """The figures of an example: `own 500,000.00, tier 3`. Amounts have two decimals."""
    parts = [
        f"{FIGURES[name]} {format_amount(value, 2) if name.endswith('_minor') else value}"
        for name, value in figures.items()
    ]
    return ", ".join(parts)
