"""Who keeps what where. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from custody.models import CashHome, CustodyAccount, CustodyAccountUnit


class NoHome(LookupError):
    """This ring or funder has no home bank in the book: set one with set_cash_home first."""


class NoCustodyAccount(LookupError):
    """The custodian keeps no account of this ring in the book: open one first."""


class UnitNotHeld(LookupError):
    """The custody account is not tied to the ledger in this unit: ensure_custody_units does that."""


@dataclass(frozen=True, slots=True)
class CustodyLine:
    """A custody account in one unit, with its accounts in the ledger; transit is cash only."""

    custody_account_id: int
    custodian_id: int
    custodian_code: str
    ring: str
    external_number: str
    unit_id: int
    unit_code: str
    ledger_account_id: int
    transit_account_id: int | None


def home_account(*, book_id: int, ring: str, owner_id: int | None = None) -> CustodyAccount:
    """The custody account where a funder (`owner_id`), the reserve or the house keeps its cash.

    :raises NoHome: none was set.
    """
    home = (
        CashHome.objects.filter(book_id=book_id, ring=ring, owner_id=owner_id)
        .select_related("custody_account__custodian")
        .first()
    )
    if home is None:
        raise NoHome(f"{ring} {owner_id or ''}".strip())
    return home.custody_account


def home_bank(*, book_id: int, ring: str, owner_id: int | None = None) -> str:
    """Code of the custodian where a funder (`owner_id`), the reserve or the house keeps its cash.

    :raises NoHome: none was set.
    """
    return home_account(book_id=book_id, ring=ring, owner_id=owner_id).custodian.code


def home_banks_of_funders(*, book_id: int) -> dict[int, str]:
    """Custodian code by funder (party id)."""
    rows = CashHome.objects.filter(book_id=book_id, ring="funder")
    return dict(rows.values_list("owner_id", "custody_account__custodian__code"))


def custody_account(*, book_id: int, custodian_code: str, ring: str) -> CustodyAccount:
    """The account of a ring at a custodian.

    :raises NoCustodyAccount: there is none.
    """
    account = (
        CustodyAccount.objects.filter(book_id=book_id, custodian__code=custodian_code, ring=ring)
        .select_related("custodian")
        .first()
    )
    if account is None:
        raise NoCustodyAccount(f"{ring} at {custodian_code}")
    return account


def custody_lines(*, book_id: int, custody_account_ids: Iterable[int] | None = None) -> list[CustodyLine]:
    """Every custody account of the book in every unit, or those given, in the order of their ids."""
    rows = CustodyAccountUnit.objects.filter(custody_account__book_id=book_id)
    if custody_account_ids is not None:
        rows = rows.filter(custody_account_id__in=set(custody_account_ids))
    return [
        CustodyLine(*row)
        for row in rows.order_by("custody_account_id", "unit_id").values_list(
            "custody_account_id",
            "custody_account__custodian_id",
            "custody_account__custodian__code",
            "custody_account__ring",
            "custody_account__external_number",
            "unit_id",
            "unit__code",
            "ledger_account_id",
            "transit_account_id",
        )
    ]


def custody_line(*, book_id: int, custody_account_id: int, unit_code: str) -> CustodyLine:
    """One custody account in one unit.

    :raises UnitNotHeld: the book has no such account, or not in this unit.
    """
    for line in custody_lines(book_id=book_id, custody_account_ids=[custody_account_id]):
        if line.unit_code == unit_code:
            return line
    raise UnitNotHeld(f"custody account {custody_account_id}, {unit_code}")
