"""A small rule pack of a test, in the shape of the United States', and terms that stand right at it."""

from typing import Any

TERMS_ROW: dict[str, Any] = {
    "initial_margin_ppm": 500_000,
    "maintenance_ppm": 250_000,
    "call_ppm": 1_333_333,
    "warn_ppm": 1_560_000,
    "liquidate_ppm": 1_100_000,
    "withdrawal_line_ppm": 2_000_000,
    "haircut_ppm": 250_000,
    "max_leverage_ppm": 2_000_000,
    "concentration_cap_ppm": 1_000_000,
    "call_deadline_sessions": 15,
    "day_count": "ACT_360",
    "capitalisation_allowed": True,
    "negative_balance_protection": False,
}


def parameters(**changes: Any) -> dict[str, Any]:
    """Parameters as they are stored, with some changed."""
    return {
        "initial_margin_ppm": 500_000,
        "initial_margin_of": "position",
        "maintenance_ppm": 250_000,
        "maintenance_measure": "equity_ratio",
        "leverage_cap_ppm_by_tier": [1_000_000, 1_250_000, 1_500_000, 2_000_000, 2_000_000],
        "haircut_floor_ppm": 250_000,
        "day_counts": ["ACT_360", "ACT_365F"],
        "same_day_counts_one": False,
        "capitalisation_permitted": True,
        "negative_balance_protection": False,
        "call_deadline_sessions": 15,
        **changes,
    }


def document(code: str = "HARBOUR", effective_from: str = "2025-06-01", **changes: Any) -> dict[str, Any]:
    """A whole pack, as a file of contracts/rulepacks says it."""
    made = parameters(**changes)
    return {
        "code": code,
        "effective_from": effective_from,
        "jurisdiction": "",
        "title": {"en": "Harbour rules", "zh-hans": "港口规则", "zh-hant": "港口規則"},
        "parameters": made,
        "basis": dict.fromkeys(made, "firm"),
        "sources": [
            {
                "key": "minutes",
                "title": "Minutes of the risk committee",
                "issuer": "Harbour Securities",
                "reference": "item 4",
                "date": "2025-05-20",
            }
        ],
        "examples": [
            {"kind": "maintenance", "given": {"debt_minor": 300}, "expected": {"assets_minor": 400}}
        ],
    }
