"""What the posting statement does for entries that are posted through holds, in that same statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from ledger.models import HoldEvent
from ledger.services.refusals import IdempotencyConflict
from ledger.services.refusals_holds import HoldOverdrawn


@dataclass(frozen=True, slots=True)
class HoldDraw:
    """Post `amount_minor` (positive) of a hold: the entry takes at least that much out of its account."""

    hold_id: int
    amount_minor: int


# One more step of the posting statement: events for the entries that it inserts, and for no others.
DRAWS = """, drawn AS (
    INSERT INTO ledger_holdevent (hold_id, event, amount_minor, entry_id, business_date, maker_id)
    SELECT d.hold_id, 'posted', d.amount_minor, e.id, %(booking_date)s, %(maker_id)s
    FROM unnest(%(draw_entry_no)s::int[], %(draw_hold_id)s::bigint[], %(draw_amount_minor)s::bigint[])
        AS d(entry_no, hold_id, amount_minor)
    INNER JOIN hashed AS h ON h.entry_no = d.entry_no
    INNER JOIN entry AS e ON e.idempotency_key = h.idempotency_key
)"""


def draw_parameters(*, draws: Sequence[Sequence[HoldDraw]]) -> dict[str, Any]:
    """The parameters of `DRAWS`, from the draws of each entry in their order.

    :raises HoldOverdrawn: an amount is not positive.
    """
    rows = [(number, draw) for number, of_entry in enumerate(draws) for draw in of_entry]
    for _, draw in rows:
        if draw.amount_minor <= 0:
            raise HoldOverdrawn(f"{draw.amount_minor} is no amount to post of hold {draw.hold_id}")
    return {
        "draw_entry_no": [number for number, _ in rows],
        "draw_hold_id": [draw.hold_id for _, draw in rows],
        "draw_amount_minor": [draw.amount_minor for _, draw in rows],
    }


def lock_balances(*, account_ids: Sequence[int]) -> None:
    """Lock the balances of accounts that are not hot, in account order, until the transaction ends.

    Joins the caller's transaction. Needed before a statement that locks them one by one, as draws do.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock_balances(%s::bigint[])", [list(account_ids)])


def refuse_other_draws(*, draws: Mapping[int, Sequence[HoldDraw]]) -> None:
    """A replayed entry was first posted through the same holds, by the same amounts. Reads only.

    :raises IdempotencyConflict: it was posted through other holds, or other parts of them.
    """
    first: dict[int, list[tuple[int, int]]] = {}
    rows = HoldEvent.objects.filter(entry_id__in=list(draws))
    for entry_id, hold_id, amount_minor in rows.values_list("entry_id", "hold_id", "amount_minor"):
        first.setdefault(entry_id or 0, []).append((hold_id, amount_minor))
    for entry_id, asked in draws.items():
        if sorted((draw.hold_id, draw.amount_minor) for draw in asked) != sorted(first.get(entry_id, [])):
            raise IdempotencyConflict(f"entry {entry_id} was posted through other holds")
