"""Cancel a trade that was not as reported: reverse what it booked, book anew what was."""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from clearing.settlement.domain import postings
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Side, Trade, TradeCancellation
from clearing.settlement.services.accounts import Holding, accounts_of_holdings
from clearing.settlement.services.house import house_accounts
from clearing.settlement.services.legs import drafts_of
from clearing.settlement.services.trades import CALLER, import_trades
from ledger.models import JournalEntry
from ledger.queries.balances import balances
from ledger.services.posting import EntryDraft, post_journal_entry, reverse_journal_entry


class TradeCancelled(Exception):
    """The trade was cancelled before; correct what took its place."""

    code = "settlement_trade_cancelled"


class SecuritiesGone(Exception):
    """What the trade brought has been sold or delivered since; correct that first."""

    code = "settlement_trade_securities_gone"


class ReplacementRejected(Exception):
    """What should stand in the trade's place cannot be booked."""

    code = "settlement_trade_replacement_rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledTrade:
    """What a cancellation posted, by purpose, and what took the trade's place."""

    reversal_ids: tuple[int, ...]
    rebooking_ids: tuple[int, ...]
    overrun_ids: tuple[int, ...]
    replacement: Trade | None


def cancel_trade(
    *,
    trade_id: int,
    replacement: TradeRow | None,
    approval_id: int,
    booking_date: dt.date,
    maker_id: int,
) -> CancelledTrade:
    """Reverse a trade's entries with their value dates, and book what was in its place.

    Requires the caller's transaction, with the approval used up in it. Settled or not: the settlement is
    reversed first, then the booking, then what the house had funded of it; commission is given back.
    Money that left since has left: what a reversal takes beyond the client's cash is funded by the house (an
    overrun), as for any execution. Securities that are gone cannot be lent by anybody: that is refused. The
    replacement keeps its own trade date as value date and settles by the day's next settlement.

    :raises TradeCancelled: it was cancelled before.
    :raises SecuritiesGone: what it brought has left since.
    :raises ReplacementRejected: what should stand in its place cannot be booked; says why.
    :raises LedgerRefusal: the ledger refuses, and nothing was written.
    Source: DESIGN 3 (after close; what has already happened), 4.
    """
    with transaction.atomic():
        trade = (
            Trade.objects.select_related("contract__client", "contract__custodian", "instrument__unit")
            .filter(cancellation__isnull=True, pk=trade_id)
            .first()
        )
        if trade is None:
            raise TradeCancelled(str(trade_id))
        accounts = accounts_of_holdings(
            book_id=trade.book_id,
            holdings=[Holding(trade.contract, trade.instrument.unit_id, trade.contract.unit_id)],
        )[trade.contract_id, trade.instrument.unit_id]
        overruns = _fund(trade, accounts, booking_date, maker_id)
        settled = _reverse(trade, trade.settled_entry_id, "settled", booking_date, maker_id)
        booked = _reverse(trade, trade.booked_entry_id, "traded", booking_date, maker_id)
        assert booked is not None, "every trade was booked"
        lent = JournalEntry.objects.filter(
            book_id=trade.book_id, caller=CALLER, idempotency_key=f"trade/{trade.broker_reference}/overrun"
        ).first()
        unlent = _reverse(trade, lent.pk if lent else None, "overrun", booking_date, maker_id)
        returned = _return_commission(trade, accounts, booking_date, maker_id)
        made = _rebook(trade, replacement, booking_date, maker_id)
        TradeCancellation.objects.create(
            trade=trade,
            replacement=made,
            reversal_entry_id=booked,
            settlement_reversal_entry_id=settled,
            approval_id=approval_id,
            cancelled_on=booking_date,
        )
    return CancelledTrade(
        reversal_ids=tuple(one for one in (settled, booked, unlent, returned) if one is not None),
        rebooking_ids=() if made is None else (made.booked_entry_id,),
        overrun_ids=overruns,
        replacement=made,
    )


def _fund(
    trade: Trade, accounts: postings.TradeAccounts, booking_date: dt.date, maker_id: int
) -> tuple[int, ...]:
    """Lend what reversing takes beyond the client's cash; refuse where it takes securities that are gone."""
    if trade.settled_entry_id is None:
        return ()
    held = balances(account_ids=[accounts.cash, accounts.securities])
    if trade.side == Side.BUY:
        if -held[accounts.securities] < trade.quantity:
            raise SecuritiesGone(f"{trade.broker_reference}: {-held[accounts.securities]} are left")
        return ()
    short_minor = max(0, trade.net_minor - max(0, -held[accounts.cash]))
    if not short_minor:
        return ()
    bank = trade.contract.custodian.code, trade.contract.unit_id
    house = house_accounts(book_id=trade.book_id, banks=[bank])[bank]
    posted = post_journal_entry(
        book_id=trade.book_id,
        booking_date=booking_date,
        draft=EntryDraft(
            kind="overrun_funded",
            value_date=trade.settlement_date,
            narration="The proceeds of a cancelled sale have left",
            source_reference=f"trade:{trade.broker_reference}",
            idempotency_key=f"trade/{trade.broker_reference}/cancelled/overrun",
            postings=drafts_of(legs=postings.overrun_funded(house, accounts.cash, short_minor)),
        ),
        caller=CALLER,
        maker_id=maker_id,
    )
    return (posted.entry_id,)


def _reverse(
    trade: Trade, entry_id: int | None, what: str, booking_date: dt.date, maker_id: int
) -> int | None:
    if entry_id is None:
        return None
    return reverse_journal_entry(
        entry_id=entry_id,
        booking_date=booking_date,
        narration=f"{trade.broker_reference} was not as reported",
        caller=CALLER,
        idempotency_key=f"trade/{trade.broker_reference}/cancelled/{what}",
        maker_id=maker_id,
    ).entry_id


def _return_commission(
    trade: Trade, accounts: postings.TradeAccounts, booking_date: dt.date, maker_id: int
) -> int | None:
    """Give back what was collected with the settlement: a collection is of many trades and stays."""
    if trade.settled_entry_id is None or not trade.commission_minor:
        return None
    bank = trade.contract.custodian.code, trade.contract.unit_id
    house = house_accounts(book_id=trade.book_id, banks=[bank])[bank]
    legs = postings.commission_collected(house, accounts.house_costs, -trade.commission_minor)
    return post_journal_entry(
        book_id=trade.book_id,
        booking_date=booking_date,
        draft=EntryDraft(
            kind="commission_returned",
            value_date=trade.settled_on or booking_date,
            narration="Commission on a trade that was not as reported",
            source_reference=f"trade:{trade.broker_reference}",
            idempotency_key=f"trade/{trade.broker_reference}/cancelled/commission",
            postings=drafts_of(legs=legs),
        ),
        caller=CALLER,
        maker_id=maker_id,
    ).entry_id


def _rebook(trade: Trade, replacement: TradeRow | None, booking_date: dt.date, maker_id: int) -> Trade | None:
    if replacement is None:
        return None
    imported = import_trades(
        book_id=trade.book_id, rows=[replacement], booking_date=booking_date, maker_id=maker_id
    )
    if not imported.trades:
        raise ReplacementRejected(", ".join(one.explanation for one in imported.rejected))
    return imported.trades[0]
