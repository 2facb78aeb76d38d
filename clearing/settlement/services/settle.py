"""Settle the trades that are due, and collect the house's commission on them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from clearing.settlement.domain import postings
from clearing.settlement.models import Side, Trade
from clearing.settlement.queries.trades import due_trades
from clearing.settlement.services.accounts import Holding, accounts_of_holdings
from clearing.settlement.services.house import house_accounts
from clearing.settlement.services.legs import drafts_of
from clearing.settlement.services.trades import CALLER
from ledger.services.posting import EntryDraft, PostedEntry, post_journal_entries


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settled: number of trades, and the commission collected by custodian, in minor units."""

    trade_count: int
    commission_minor: dict[str, int]


_Commissions = dict[tuple[str, int], tuple[int, int, int]]
"""By custodian and currency: house costs account, amount, highest trade id."""


def settle_trades(*, book_id: int, business_date: date, maker_id: int) -> Settlement:
    """Settle every trade whose settlement date has come and collect the commission, by one posting statement.

    Owns its transaction, or joins one. Idempotent: a trade that is settled is not due. The entries are booked
    on the business date with the settlement date as value date. One collection per custodian and currency.

    Source: DESIGN 4 (buy settled, sell settled, own commission); walk.json (buy S, sell S).

    :raises LedgerRefusal: the ledger refuses, and nothing settled.
    """
    with transaction.atomic():
        trades = list(due_trades(book_id=book_id, business_date=business_date))
        if not trades:
            return Settlement(0, {})
        drafts, commissions = _settlements(book_id, trades)
        drafts.extend(_collections(book_id, business_date, commissions))
        entries = post_journal_entries(
            book_id=book_id, booking_date=business_date, drafts=drafts, caller=CALLER, maker_id=maker_id
        )
        _mark_settled(trades, entries, business_date)
    collected: dict[str, int] = defaultdict(int)
    for (bank, _), (_, amount_minor, _) in commissions.items():
        collected[bank] += amount_minor
    return Settlement(len(trades), dict(collected))


def _settlements(book_id: int, trades: Sequence[Trade]) -> tuple[list[EntryDraft], _Commissions]:
    holdings = [Holding(trade.contract, trade.instrument.unit_id, trade.contract.unit_id) for trade in trades]
    accounts = accounts_of_holdings(book_id=book_id, holdings=holdings)
    drafts: list[EntryDraft] = []
    commissions: _Commissions = {}
    for trade in trades:
        own = accounts[trade.contract_id, trade.instrument.unit_id]
        amounts = postings.Amounts(
            trade.quantity,
            trade.gross_minor,
            trade.external_cost_minor,
            trade.commission_minor,
            trade.net_minor,
        )
        is_buy = trade.side == Side.BUY
        legs = postings.buy_settled(own, amounts) if is_buy else postings.sell_settled(own, amounts)
        drafts.append(
            EntryDraft(
                kind="trade_buy_settled" if is_buy else "trade_sell_settled",
                value_date=trade.settlement_date,
                narration=f"{trade.side} {trade.quantity} {trade.instrument.unit.code} settled",
                source_reference=f"trade:{trade.broker_reference}",
                idempotency_key=f"trade/{trade.broker_reference}/settled",
                postings=drafts_of(legs=legs),
            )
        )
        if trade.commission_minor:
            key = (trade.contract.custodian.code, trade.contract.unit_id)
            _, before, last = commissions.get(key, (own.house_costs, 0, 0))
            commissions[key] = (own.house_costs, before + trade.commission_minor, max(last, trade.pk))
    return drafts, commissions


def _collections(book_id: int, business_date: date, commissions: _Commissions) -> list[EntryDraft]:
    house = house_accounts(book_id=book_id, banks=commissions.keys())
    return [
        EntryDraft(
            kind="commission_collected",
            value_date=business_date,
            narration=f"Commission on trades settled at {bank}",
            source_reference=f"commission:{bank}/{business_date}",
            # A second run of the day may settle trades that came in since: the highest one tells them apart.
            idempotency_key=f"commission/{bank}/{unit_id}/{business_date}/{last_trade_id}",
            postings=drafts_of(
                legs=postings.commission_collected(house[bank, unit_id], house_costs, amount_minor)
            ),
        )
        for (bank, unit_id), (house_costs, amount_minor, last_trade_id) in sorted(commissions.items())
    ]


_MARK = """
UPDATE settlement_trade AS t
SET settled_entry_id = s.entry_id, settled_on = %(settled_on)s
FROM unnest(%(trade_ids)s::bigint[], %(entry_ids)s::bigint[]) AS s (trade_id, entry_id)
WHERE t.id = s.trade_id
"""


def _mark_settled(trades: Sequence[Trade], entries: Sequence[PostedEntry], business_date: date) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK,
            {
                "settled_on": business_date,
                "trade_ids": [trade.pk for trade in trades],
                "entry_ids": [entry.entry_id for entry in entries[: len(trades)]],
            },
        )
