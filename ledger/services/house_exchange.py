"""The house exchanges one currency for another through its positions."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass

from django.db import transaction

from ledger.domain.exchange import Position, convert_minor, trade_position
from ledger.domain.money import minor_to_decimal_string
from ledger.models import Book, JournalEntry, Posting, Unit
from ledger.queries.accounts import account_id
from ledger.queries.house_positions import house_positions
from ledger.queries.official_rates import rates_of_day
from ledger.services.positions import CALLER, lock_positions, open_position_accounts, open_result_account
from ledger.services.posting import EntryDraft, PostedEntry, PostingDraft, post_journal_entry
from ledger.services.refusals import IdempotencyConflict

KIND = "house_fx"


class NotAnExchange(ValueError):
    """An exchange gives a positive amount of one currency for a positive amount of another."""

    code = "not_an_exchange"


@dataclass(frozen=True, slots=True)
class HouseExchange:
    """What was posted; `realised_minor` is the gain that it realised, in the base currency."""

    posted: PostedEntry
    realised_minor: int


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of the exchange: what comes in is positive."""

    unit: Unit
    amount_minor: int


def book_house_exchange(
    *,
    book_id: int,
    booking_date: dt.date,
    value_date: dt.date,
    custodian_code: str,
    sold_unit_code: str,
    sold_minor: int,
    bought_unit_code: str,
    bought_minor: int,
    reference: str,
    maker_id: int,
) -> HouseExchange:
    """Book an exchange of the house's money at its custodian, both sides at once.

    Joins the caller's transaction, else is its own; holds the house's positions. Amounts in minor units, both
    positive. A foreign side goes through its position at average cost, the base currency stands against it;
    what it closes realises its result. Of two foreign currencies the base amount is what was sold, at the
    official rate of the booking date, half up. The same reference again returns the first entry.

    :raises NotAnExchange: an amount is not positive, the units are one, or one is no currency.
    :raises RateMissing: two foreign currencies, and no official rate of the one sold.
    :raises NoSuchAccount: the house has no custody account there in one of the units.
    :raises IdempotencyConflict: the reference was used for another exchange.
    :raises LedgerRefusal: any other rule of the ledger.
    Source: DESIGN 3 (multi-currency), 4 (house FX); IAS 21.21, 28.
    """
    book = Book.objects.select_related("base_unit").get(pk=book_id)
    sold, bought = _sides(sold_unit_code, sold_minor, bought_unit_code, bought_minor)
    sides = (sold, bought)
    narration = f"house exchange at {custodian_code}: {_text(sold)} for {_text(bought)}"
    custody = {
        side.unit.pk: account_id(
            book_id=book_id, address=f"house/custody/{custodian_code}", unit_code=side.unit.code
        )
        for side in sides
    }
    foreign = [side.unit for side in sides if side.unit.pk != book.base_unit_id]
    with transaction.atomic():
        accounts = open_position_accounts(book=book, units=foreign)
        realised_account = open_result_account(book=book, is_realised=True)
        lock_positions(book_id=book_id)
        earlier = JournalEntry.objects.filter(
            book_id=book_id, caller=CALLER, idempotency_key=_key(reference)
        ).first()
        if earlier is not None:
            return _replay(earlier, narration, value_date, realised_account)
        base_minor = _base_minor(book, booking_date, sold, bought)
        positions = house_positions(book=book)
        amounts = Counter({custody[side.unit.pk]: side.amount_minor for side in sides})
        realised_minor = 0
        for side in sides:
            if side.unit.pk == book.base_unit_id:
                continue
            held = positions[side.unit.pk].position if side.unit.pk in positions else Position()
            paid_minor = base_minor if side.amount_minor > 0 else -base_minor
            change = trade_position(held, quantity_minor=side.amount_minor, paid_minor=paid_minor)
            amounts[accounts[side.unit.pk].quantity] -= side.amount_minor
            amounts[accounts[side.unit.pk].cost] += change.position.cost_minor - held.cost_minor
            realised_minor += change.realised_minor
        amounts[realised_account] -= realised_minor
        draft = EntryDraft(
            kind=KIND,
            value_date=value_date,
            narration=narration,
            source_reference=reference,
            idempotency_key=_key(reference),
            postings=[PostingDraft(account, amount) for account, amount in amounts.items() if amount],
        )
        posted = post_journal_entry(
            book_id=book_id, booking_date=booking_date, draft=draft, caller=CALLER, maker_id=maker_id
        )
    return HouseExchange(posted, realised_minor)


def _sides(
    sold_unit_code: str, sold_minor: int, bought_unit_code: str, bought_minor: int
) -> tuple[_Side, _Side]:
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=[sold_unit_code, bought_unit_code], kind=Unit.Kind.CURRENCY)
    }
    if min(sold_minor, bought_minor) <= 0 or len(units) != 2:
        raise NotAnExchange(f"{sold_minor} {sold_unit_code} for {bought_minor} {bought_unit_code}")
    return _Side(units[sold_unit_code], -sold_minor), _Side(units[bought_unit_code], bought_minor)


def _text(side: _Side) -> str:
    return f"{minor_to_decimal_string(abs(side.amount_minor), side.unit.exponent)} {side.unit.code}"


def _key(reference: str) -> str:
    return f"exchange/{reference}"


def _base_minor(book: Book, booking_date: dt.date, sold: _Side, bought: _Side) -> int:
    """What was exchanged, in the base currency."""
    for side in (sold, bought):
        if side.unit.pk == book.base_unit_id:
            return abs(side.amount_minor)
    rate = rates_of_day(book_id=book.pk, rate_date=booking_date).get(unit_code=sold.unit.code)
    return convert_minor(
        abs(sold.amount_minor),
        rate=rate.rate,
        exponent=sold.unit.exponent,
        base_exponent=book.base_unit.exponent,
    )


def _replay(
    earlier: JournalEntry, narration: str, value_date: dt.date, realised_account: int
) -> HouseExchange:
    """The first booking under this reference, if it is of the same exchange."""
    if (earlier.narration, earlier.value_date) != (narration, value_date):
        raise IdempotencyConflict(earlier.source_reference)
    amounts = Posting.objects.filter(
        entry=earlier, booking_date=earlier.booking_date, account_id=realised_account
    ).values_list("amount_minor", flat=True)
    return HouseExchange(PostedEntry(earlier.pk, earlier.idempotency_key, is_replay=True), -sum(amounts))
