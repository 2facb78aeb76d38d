"""The house's positions in foreign currencies, and what it earned in them that is not in a position yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F

from ledger.domain.exchange import Position
from ledger.models import Account, Book, CurrentBalance, Ring, Role, Unit

RESULT_ROLES = (Role.INCOME, Role.EXPENSE, Role.CAPITAL)
"""What is not money in a foreign unit, but result and equity: kept in the base currency."""


def position_address(*, unit_code: str) -> str:
    """In the unit itself: the position, in credit where it is long. In the base currency: its cost."""
    return f"house/position/{unit_code}"


def unrealised_address(*, unit_code: str) -> str:
    """In the base currency: the value of the position less its cost, as last revalued."""
    return f"{position_address(unit_code=unit_code)}/revaluation"


@dataclass(frozen=True, slots=True)
class HousePosition:
    """What stands on a foreign unit's position accounts; long and gain positive."""

    unit: Unit
    position: Position
    unrealised_minor: int


@dataclass(frozen=True, slots=True)
class ForeignResult:
    """An account of income, expense or capital that stands in a foreign unit; debit positive."""

    account: Account
    balance_minor: int


def house_positions(*, book: Book) -> dict[int, HousePosition]:
    """Return the positions by unit id, those without anything left out. Two statements."""
    rows = CurrentBalance.objects.filter(
        account__book=book, account__ring=Ring.HOUSE, account__role=Role.POSITION
    ).exclude(balance_minor=0)
    found = {
        (address, unit_id): balance_minor
        for address, unit_id, balance_minor in rows.values_list(
            F("account__address"), F("account__unit_id"), "balance_minor"
        )
    }
    codes = {address.split("/")[2] for address, _ in found if address.count("/") >= 2}
    positions = {}
    for unit in Unit.objects.filter(code__in=codes):
        own, unrealised = position_address(unit_code=unit.code), unrealised_address(unit_code=unit.code)
        positions[unit.pk] = HousePosition(
            unit,
            Position(-found.get((own, unit.pk), 0), found.get((own, book.base_unit_id), 0)),
            found.get((unrealised, book.base_unit_id), 0),
        )
    return positions


def foreign_results(*, book: Book) -> Sequence[ForeignResult]:
    """Return what the house earned, spent or was given in foreign units, by account. One statement."""
    rows = (
        CurrentBalance.objects.filter(
            account__book=book,
            account__ring=Ring.HOUSE,
            account__role__in=RESULT_ROLES,
            account__unit__kind=Unit.Kind.CURRENCY,
        )
        .exclude(account__unit_id=book.base_unit_id)
        .exclude(balance_minor=0)
        .select_related("account__unit")
        .order_by("account_id")
    )
    return [ForeignResult(row.account, row.balance_minor) for row in rows]
