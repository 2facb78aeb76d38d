"""The accounts of the house's positions: opened when first needed, held while one is changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from ledger.models import Book, Ring, Role, Unit
from ledger.queries.house_positions import position_address, unrealised_address
from ledger.services.accounts import AccountDraft, open_accounts

CALLER = "ledger.exchange"
POSITION, UNREALISED_RESULT, REALISED_RESULT = 1510, 4060, 4070


@dataclass(frozen=True, slots=True)
class PositionAccounts:
    """The accounts of one foreign unit: the position in the unit, its cost, and what is unrealised."""

    quantity: int
    cost: int
    unrealised: int


def open_position_accounts(*, book: Book, units: Sequence[Unit]) -> dict[int, PositionAccounts]:
    """Open what the positions of these foreign units need; return it by unit id. Joins the transaction."""
    named = {
        unit.pk: (
            (position_address(unit_code=unit.code), unit.pk),
            (position_address(unit_code=unit.code), book.base_unit_id),
            (unrealised_address(unit_code=unit.code), book.base_unit_id),
        )
        for unit in units
    }
    drafts = [
        AccountDraft(address, unit_id, Ring.HOUSE.value, Role.POSITION.value, POSITION)
        for places in named.values()
        for address, unit_id in places
    ]
    ids = open_accounts(book_id=book.pk, drafts=drafts)
    return {unit_id: PositionAccounts(*(ids[place] for place in places)) for unit_id, places in named.items()}


def open_result_account(*, book: Book, is_realised: bool) -> int:
    """Open the account of the realised or the unrealised result. Joins the transaction."""
    address, category = (
        ("house/income/fx-realised", REALISED_RESULT)
        if is_realised
        else ("house/income/fx-unrealised", UNREALISED_RESULT)
    )
    draft = AccountDraft(
        address, book.base_unit_id, Ring.HOUSE.value, Role.INCOME.value, category, is_hot=True
    )
    return open_accounts(book_id=book.pk, drafts=[draft])[address, book.base_unit_id]


def lock_positions(*, book_id: int) -> None:
    """Hold the balances of the house's positions until the end of the caller's transaction, in account
    order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_positions(%s)", [book_id])
