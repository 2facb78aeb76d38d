"""What the postings of contracts have in common: the caller's name, replays, cash and shares."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from contracts.models import FinancingContract
from contracts.queries.balances import ContractBalances, contract_balances
from contracts.services.refusals import AmountNotPositive, CashShort, ContractRefusal, ValueDateAhead
from ledger.models import JournalEntry, Posting
from ledger.services.posting import PostedEntry, PostingDraft
from ledger.services.refusals import IdempotencyConflict, LimitExceeded

CALLER = "contracts"


def refuse_unfit(*, amount_minor: int, booking_date: dt.date, value_date: dt.date) -> None:
    """Refuse an amount or a value date that no entry of a contract can have.

    :raises AmountNotPositive: the amount is zero or negative.
    :raises ValueDateAhead: the value date lies after the booking date.
    """
    if amount_minor <= 0:
        raise AmountNotPositive(str(amount_minor))
    if value_date > booking_date:
        raise ValueDateAhead(f"{value_date} is after {booking_date}")


def locked_balances(*, contract_ids: Iterable[int]) -> dict[int, ContractBalances]:
    """Lock contracts in id order and read their balances. Requires the caller's transaction.

    :raises FinancingContract.DoesNotExist: one of them is not there.
    """
    ids = sorted(set(contract_ids))
    list(FinancingContract.objects.select_for_update().filter(id__in=ids).order_by("id").values_list("id"))
    return contract_balances(contract_ids=ids)


def earlier_entry(
    *, book_id: int, idempotency_key: str, kind: str, value_date: dt.date, account_id: int, amount_minor: int
) -> PostedEntry | None:
    """The entry first posted under this key, so that a repeated request is answered before anything is
    refused.

    `amount_minor` is what the request puts on `account_id`: the shares of an entry depend on the balances of
    its time, and can't be computed again.

    :raises IdempotencyConflict: the key was used for another request.
    """
    entry = JournalEntry.objects.filter(
        book_id=book_id, caller=CALLER, idempotency_key=idempotency_key
    ).first()
    if entry is None:
        return None
    posted = Posting.objects.filter(
        entry_id=entry.id, booking_date=entry.booking_date, account_id=account_id
    ).values_list("amount_minor", flat=True)
    if (entry.kind_id, entry.value_date, sum(posted)) != (kind, value_date, amount_minor):
        raise IdempotencyConflict(idempotency_key)
    return PostedEntry(entry_id=entry.id, idempotency_key=idempotency_key, is_replay=True)


class Legs(dict[int, int]):
    """Amounts by account while an entry is put together; one posting per account, of the sum."""

    def put(self, account_id: int, amount_minor: int) -> None:
        self[account_id] = self.get(account_id, 0) + amount_minor

    def postings(self) -> list[PostingDraft]:
        """The postings of an entry, zeros left out."""
        return [PostingDraft(account_id, amount) for account_id, amount in self.items() if amount]


@contextmanager
def limits_named(*, by_account: Mapping[int, ContractRefusal]) -> Iterator[None]:
    """Translate a ledger limit into the refusal of the account that it names; others pass as cash that is
    short.

    :raises ContractRefusal: the one given for the account.
    """
    try:
        yield
    except LimitExceeded as error:
        words = error.detail.split()
        account_id = int(words[1]) if words[:1] == ["account"] else 0
        raise by_account.get(account_id, CashShort(error.detail)) from error
