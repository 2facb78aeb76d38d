"""Holds in two phases: set aside, then posted in full or part (by an entry's `hold_draws`), or released.

The database counts what is held against the account's limit, and lets a hold expire at the opening of a day.
An entry that used up a hold and is reversed gives the amount back; the hold is not reinstated.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ledger.models import Hold, HoldEvent
from ledger.services.hold_draws import lock_balances
from ledger.services.refusals import LimitExceeded, named_refusals
from ledger.services.refusals_holds import (
    HoldClosed,
    HoldExceedsAvailable,
    HoldKeyConflict,
    ReleaseKeyConflict,
    UnknownHold,
)


@dataclass(frozen=True, slots=True)
class HoldDraft:
    """A hold to be placed. `amount_minor` is positive on either side; no `expires_on`: until it is closed."""

    account_id: int
    amount_minor: int
    reason: str
    source: str
    idempotency_key: str
    placed_on: dt.date
    expires_on: dt.date | None = None


_PLACE = """
INSERT INTO ledger_hold (
    book_id, account_id, amount_minor, reason, source, caller, idempotency_key, placed_on, expires_on,
    maker_id
) VALUES (
    %(book_id)s, %(account_id)s, %(amount_minor)s, %(reason)s, %(source)s, %(caller)s, %(idempotency_key)s,
    %(placed_on)s, %(expires_on)s, %(maker_id)s
)
ON CONFLICT (book_id, caller, idempotency_key) DO NOTHING
"""

_RELEASE = """
INSERT INTO ledger_holdevent (
    hold_id, event, amount_minor, reason, caller, idempotency_key, business_date, maker_id
) VALUES (
    %(hold_id)s, 'released', %(amount_minor)s, %(reason)s, %(caller)s, %(idempotency_key)s, %(business_date)s,
    %(maker_id)s
)
ON CONFLICT (hold_id, caller, idempotency_key) WHERE event = 'released' DO NOTHING
"""

_RELEASE_ALL = """
INSERT INTO ledger_holdevent (
    hold_id, event, amount_minor, reason, caller, idempotency_key, business_date, maker_id
)
SELECT
    h.id, 'released', h.open_minor, %(reason)s, %(caller)s, %(idempotency_key)s, %(business_date)s,
    %(maker_id)s
FROM ledger_hold AS h
WHERE h.account_id = ANY(%(account_ids)s) AND h.open_minor > 0
ORDER BY h.account_id, h.id
RETURNING hold_id
"""


def place_hold(*, book_id: int, draft: HoldDraft, caller: str, maker_id: int) -> Hold:
    """Set an amount aside on an account with a limit: nothing else can take it out from now on.

    Joins the caller's transaction, else is its own; locks the balance. Amount: positive minor units.
    The key is the caller's own and holds for ever: the same key with the same request returns the first hold,
    whatever became of it.

    :raises HoldExceedsAvailable: the account has less than that available.
    :raises HoldNeedsLimit: the account has no limit.
    :raises HoldKeyConflict: the key was used for another hold.
    :raises LedgerRefusal: any other rule of holds, by name; see docs/rules/ledger.md.
    Source: DESIGN 3 (holds), decision 24.
    """
    asked = {
        "book_id": book_id,
        "account_id": draft.account_id,
        "amount_minor": draft.amount_minor,
        "reason": draft.reason,
        "source": draft.source,
        "caller": caller,
        "idempotency_key": draft.idempotency_key,
        "placed_on": draft.placed_on,
        "expires_on": draft.expires_on,
        "maker_id": maker_id,
    }
    try:
        with named_refusals(), transaction.atomic():
            is_new = _insert(_PLACE, asked)
    except LimitExceeded as error:
        raise HoldExceedsAvailable(error.detail) from error
    hold = Hold.objects.get(book_id=book_id, caller=caller, idempotency_key=draft.idempotency_key)
    if not is_new and any(getattr(hold, name) != value for name, value in asked.items()):
        raise HoldKeyConflict(draft.idempotency_key)
    return hold


def release_hold(
    *,
    hold_id: int,
    reason: str,
    business_date: dt.date,
    caller: str,
    idempotency_key: str,
    maker_id: int,
    amount_minor: int | None = None,
) -> HoldEvent:
    """Give up what is left of a hold, or `amount_minor` (positive) of it: it is available again.

    Joins the caller's transaction, else is its own; locks the account's balance. The same key with the same
    request returns the first release.

    :raises UnknownHold: there is no such hold.
    :raises HoldClosed: nothing of it is left.
    :raises HoldOverdrawn: less than `amount_minor` is left.
    :raises ReleaseKeyConflict: the key was used for another release of this hold.
    :raises LedgerRefusal: any other rule of holds, by name.
    Source: DESIGN 3 (holds), decision 24.
    """
    with named_refusals(), transaction.atomic():
        hold = Hold.objects.filter(pk=hold_id).first()
        if hold is None:
            raise UnknownHold(str(hold_id))
        lock_balances(account_ids=[hold.account_id])
        said: dict[str, Any] = {"reason": reason, "business_date": business_date, "maker_id": maker_id}
        named = HoldEvent.objects.filter(
            hold_id=hold_id, event="released", caller=caller, idempotency_key=idempotency_key
        )
        first = named.first()
        if first is not None:
            same = all(getattr(first, name) == value for name, value in said.items())
            took_all = amount_minor is None and _is_last_of_its_hold(first)
            if not same or not (took_all or amount_minor == first.amount_minor):
                raise ReleaseKeyConflict(idempotency_key)
            return first
        hold.refresh_from_db()
        if hold.open_minor == 0:
            raise HoldClosed(str(hold))
        asked = {
            **said,
            "hold_id": hold_id,
            "amount_minor": hold.open_minor if amount_minor is None else amount_minor,
            "caller": caller,
            "idempotency_key": idempotency_key,
        }
        _insert(_RELEASE, asked)
    return named.get()


def release_holds_on(
    *,
    account_ids: Sequence[int],
    reason: str,
    business_date: dt.date,
    caller: str,
    idempotency_key: str,
    maker_id: int,
) -> list[int]:
    """Give up all that is held on these accounts, because something comes first that needs all of them.

    Joins the caller's transaction, else is its own; locks the balances in account order. A second call finds
    nothing left and does nothing.

    :returns: the holds that were released.
    :raises LedgerRefusal: a rule of holds, by name.
    Source: DESIGN 7 (a liquidation's claims come first), decision 24.
    """
    with named_refusals(), transaction.atomic(), connection.cursor() as cursor:
        lock_balances(account_ids=account_ids)
        cursor.execute(
            _RELEASE_ALL,
            {
                "account_ids": list(account_ids),
                "reason": reason,
                "business_date": business_date,
                "caller": caller,
                "idempotency_key": idempotency_key,
                "maker_id": maker_id,
            },
        )
        return [int(hold_id) for (hold_id,) in cursor.fetchall()]


def _is_last_of_its_hold(event: HoldEvent) -> bool:
    """Whether the event took all that was left."""
    later = HoldEvent.objects.filter(hold_id=event.hold_id, pk__gt=event.pk)
    return event.hold.open_minor == 0 and not later.exists()


def _insert(statement: str, arguments: dict[str, Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return bool(cursor.rowcount)
