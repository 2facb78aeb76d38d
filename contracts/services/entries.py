"""What the postings of contracts have in common: the caller's name, replays, cash and shares."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from contracts.models import FinancingContract
from contracts.queries.balances import ContractBalances, contract_balances
from contracts.services.refusals import (
    AmountNotPositive,
    CashShort,
    ContractRefusal,
    ValueDateAhead,
)
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


@dataclass(frozen=True, slots=True)
class Request:
    """What a key stands for: an entry's kind, its value date, and what it puts on one account.

    The shares of an entry depend on the balances of its time, and can't be computed again.
    """

    idempotency_key: str
    kind: str
    value_date: dt.date
    account_id: int
    amount_minor: int


def earlier_entries(*, book_id: int, requests: Sequence[Request]) -> dict[str, PostedEntry]:
    """The entries first posted under these keys, so that a repeated request is answered before it is refused.

    :raises IdempotencyConflict: a key was used for another request.
    """
    wanted = {request.idempotency_key: request for request in requests}
    entries = {
        entry.id: entry
        for entry in JournalEntry.objects.filter(
            book_id=book_id, caller=CALLER, idempotency_key__in=list(wanted)
        )
    }
    if not entries:
        return {}
    put: dict[tuple[int, int], int] = {}
    rows = Posting.objects.filter(
        entry_id__in=list(entries),
        booking_date__in={entry.booking_date for entry in entries.values()},
        account_id__in={request.account_id for request in requests},
    )
    for entry_id, account_id, amount_minor in rows.values_list("entry_id", "account_id", "amount_minor"):
        put[entry_id, account_id] = put.get((entry_id, account_id), 0) + amount_minor
    for entry in entries.values():
        request = wanted[entry.idempotency_key]
        posted = (entry.kind_id, entry.value_date, put.get((entry.id, request.account_id), 0))
        if posted != (request.kind, request.value_date, request.amount_minor):
            raise IdempotencyConflict(entry.idempotency_key)
    return {
        entry.idempotency_key: PostedEntry(entry.id, entry.idempotency_key, is_replay=True)
        for entry in entries.values()
    }


def earlier_entry(
    *, book_id: int, idempotency_key: str, kind: str, value_date: dt.date, account_id: int, amount_minor: int
) -> PostedEntry | None:
    """The entry first posted under one key, if any. As `earlier_entries`.

    :raises IdempotencyConflict: the key was used for another request.
    """
    request = Request(idempotency_key, kind, value_date, account_id, amount_minor)
    return earlier_entries(book_id=book_id, requests=[request]).get(idempotency_key)


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
