"""A hold placed in a test, on any account of any book."""

import datetime as dt
import itertools

from ledger.models import Account, Hold
from ledger.services.holds import HoldDraft, place_hold

_numbers = itertools.count(1)


def hold_back(*, account_id: int, amount_minor: int, day: dt.date, maker_id: int) -> Hold:
    draft = HoldDraft(
        account_id=account_id,
        amount_minor=amount_minor,
        reason="to be paid out",
        source="tests:1",
        idempotency_key=f"held-{next(_numbers)}",
        placed_on=day,
    )
    book_id = Account.objects.get(pk=account_id).book_id
    return place_hold(book_id=book_id, draft=draft, caller="tests", maker_id=maker_id)
