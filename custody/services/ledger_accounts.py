"""Which ledger accounts belong to a custody account in one unit; and those where a ring's cash is at home."""

from ledger.services.accounts import AccountDraft

TRANSIT_DAYS = 3
PAYMENT_DAYS = 3
UNALLOCATED_DAYS = 10
SETTLEMENT_DAYS = 5
FX_DAYS = 3


def accounts_of_unit(
    *, ring: str, custodian_code: str, unit_id: int, is_currency: bool
) -> list[AccountDraft]:
    """Drafts of every ledger account that carries the custodian's code; the custody account comes first.

    Clearing accounts say how old an amount on them may grow, in days, before it is a break (DESIGN 3).
    """
    drafts = [
        AccountDraft(
            f"{ring}/custody/{custodian_code}",
            unit_id,
            ring,
            "custody",
            1010 if is_currency else 1020,
            is_hot=True,
        )
    ]
    if is_currency:
        drafts.append(
            AccountDraft(
                f"{ring}/transit/{custodian_code}",
                unit_id,
                ring,
                "transit",
                1030,
                is_hot=True,
                expected_age_days=TRANSIT_DAYS,
            )
        )
    if is_currency and ring in ("client", "funder"):
        drafts.append(
            AccountDraft(
                f"{ring}/payments/{custodian_code}",
                unit_id,
                ring,
                "payments",
                1040,
                expected_age_days=PAYMENT_DAYS,
            )
        )
    if ring == "client":
        drafts += _settlement(custodian_code, unit_id, "cash" if is_currency else "securities")
    if ring == "client" and is_currency:
        drafts += _client_cash(custodian_code, unit_id)
    return drafts


def accounts_of_home(*, ring: str, owner_id: int | None, owner_code: str, unit_id: int) -> list[AccountDraft]:
    """Drafts of the accounts in which a funder, the reserve or the house is credited, in one currency."""
    money = "no_debit_balance"
    if ring == "funder":
        address = f"funder/{owner_code}/available"
        return [AccountDraft(address, unit_id, ring, "funder_available", 2210, owner_id, limit=money)]
    if ring == "reserve":
        return [AccountDraft("reserve/fund", unit_id, ring, "reserve_fund", 2310, limit=money)]
    return [
        AccountDraft("house/capital", unit_id, ring, "capital", 3010),
        AccountDraft("house/expense/reserve", unit_id, ring, "expense", 5020, is_hot=True),
    ]


def _settlement(custodian_code: str, unit_id: int, what: str) -> list[AccountDraft]:
    return [
        AccountDraft(
            f"client/settlement/{custodian_code}/{what}-{side}",
            unit_id,
            "client",
            "settlement",
            category,
            is_hot=True,
            expected_age_days=SETTLEMENT_DAYS,
        )
        for side, category in (("receivable", 1110), ("payable", 2110))
    ]


def _client_cash(custodian_code: str, unit_id: int) -> list[AccountDraft]:
    return [
        AccountDraft(
            f"client/unallocated/{custodian_code}",
            unit_id,
            "client",
            "unallocated",
            2050,
            limit="no_debit_balance",
            expected_age_days=UNALLOCATED_DAYS,
        ),
        *(
            AccountDraft(
                f"client/costs/{custodian_code}/{to_whom}",
                unit_id,
                "client",
                "costs_payable",
                2120,
                is_hot=True,
                expected_age_days=SETTLEMENT_DAYS,
            )
            for to_whom in ("external", "house")
        ),
        AccountDraft(
            f"client/tax-payable/{custodian_code}", unit_id, "client", "tax_payable", 2130, is_hot=True
        ),
        AccountDraft(
            f"client/fx-clearing/{custodian_code}",
            unit_id,
            "client",
            "fx_clearing",
            1120,
            expected_age_days=FX_DAYS,
        ),
    ]
