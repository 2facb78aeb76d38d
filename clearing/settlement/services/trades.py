"""Book trades as they are reported: one entry per trade, all of a delivery by one statement."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from django.db import transaction

from clearing.domain.csv_lines import RejectedLine
from clearing.settlement.domain import postings
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Side, Trade
from clearing.settlement.services.accounts import Holding, accounts_of_holdings
from clearing.settlement.services.house import house_accounts
from clearing.settlement.services.legs import drafts_of
from clearing.settlement.services.rejected import keep_rejected
from clearing.settlement.services.trade_plans import PlannedTrade, TradePlan, plan_trades
from ledger.domain.money import minor_to_decimal_string
from ledger.models import Restriction
from ledger.queries.holds import account_balances
from ledger.services.posting import EntryDraft, post_journal_entries

CALLER = "clearing.settlement"


class FillPolicy(Enum):
    """Whether the trades have happened."""

    EXECUTED = "executed"
    """They have: a purchase beyond the client's cash overruns, funded by the house, and is reported."""
    ASKED = "asked"
    """They are still to be done: the ledger's limits and restrictions refuse all of them together."""


@dataclass(frozen=True, slots=True)
class TradeFinding:
    """What somebody has to look at though the trade is booked: ``overrun`` or ``restricted``."""

    kind: str
    broker_reference: str
    contract_code: str
    amount_minor: int
    explanation: str


@dataclass(frozen=True, slots=True)
class TradeImport:
    """What became of the rows: booked now, booked before by the same report, rejected; and what was found."""

    trades: tuple[Trade, ...]
    replayed_count: int
    rejected: tuple[RejectedLine, ...]
    findings: tuple[TradeFinding, ...]


def import_trades(
    *,
    book_id: int,
    rows: Sequence[TradeRow],
    booking_date: date,
    maker_id: int,
    policy: FillPolicy = FillPolicy.EXECUTED,
    file_id: int | None = None,
) -> TradeImport:
    """Book trades on trade date; each row becomes a trade, a replay of one, or a kept rejection.

    Owns its transaction, or joins one. Idempotent by the broker's reference: the same report again changes
    nothing, another report under it is rejected. Quantities in the security's scale, amounts in minor units
    of the currency, both positive; costs that a row does not name follow from the contract's terms. An
    execution is never refused for cash or restriction: what exceeds settled cash is funded by the house
    (overrun) and reported. A sale of more than is settled is rejected: what was bought may be sold once it
    has settled, and the ledger's limit on the client's securities holds whatever this function thinks.

    Source: DESIGN 3 (what has already happened), DESIGN 4 (buy, sell, overrun); walk.json.

    :raises SettlementAccountMissing: a custodian has no accounts in the currency.
    :raises LedgerRefusal: the ledger refuses, and nothing was booked; under ASKED the limit or restriction.
    """
    if not rows:
        return TradeImport((), 0, (), ())
    with transaction.atomic():
        judged = plan_trades(book_id=book_id, rows=rows, booking_date=booking_date)
        _resolve_accounts(book_id, judged.planned)
        if policy is FillPolicy.EXECUTED and judged.planned:
            _reject_oversold(judged)
            _fund_overruns(judged.planned)
        trades = _book(book_id, judged.planned, booking_date, maker_id, file_id)
        keep_rejected(book_id=book_id, file_id=file_id, business_date=booking_date, lines=judged.rejected)
    return TradeImport(
        trades=tuple(trades),
        replayed_count=judged.replayed_count,
        rejected=tuple(judged.rejected),
        findings=tuple(_findings(judged.planned)),
    )


def _resolve_accounts(book_id: int, planned: Sequence[PlannedTrade]) -> None:
    holdings = [Holding(plan.contract, plan.instrument.unit_id, plan.contract.unit_id) for plan in planned]
    accounts = accounts_of_holdings(book_id=book_id, holdings=holdings) if holdings else {}
    for plan in planned:
        plan.accounts = accounts[plan.key]


def _accounts(plan: PlannedTrade) -> postings.TradeAccounts:
    assert plan.accounts is not None, "resolved right after judging"
    return plan.accounts


def _reject_oversold(judged: TradePlan) -> None:
    """Reject each sale that with those before it exceeds what the contract has settled and available."""
    sales = [plan for plan in judged.planned if plan.row.side == Side.SELL]
    free = _available(sorted({_accounts(plan).securities for plan in sales}))
    kept: list[PlannedTrade] = []
    for plan in judged.planned:
        account = _accounts(plan).securities
        if plan.row.side == Side.SELL:
            if free[account] < plan.row.quantity:
                said = f"{free[account]} are settled and unsold; {plan.row.quantity} were sold."
                judged.reject(plan.row, "oversold", said)
                continue
            free[account] -= plan.row.quantity
        kept.append(plan)
    judged.planned[:] = kept


def _available(account_ids: Sequence[int]) -> dict[int, int]:
    """What clients' own accounts may give: booked less held, for what is held was asked for before."""
    return {
        account_id: found.available_minor or 0
        for account_id, found in account_balances(account_ids=account_ids).items()
    }


def _fund_overruns(planned: Sequence[PlannedTrade]) -> None:
    purchases: dict[int, list[PlannedTrade]] = defaultdict(list)
    for plan in planned:
        if plan.row.side == Side.BUY:
            purchases[_accounts(plan).cash].append(plan)
    if not purchases:
        return
    cash = _available(sorted(purchases))
    restricted = set(
        Restriction.objects.filter(
            account_id__in=list(purchases), scope=Restriction.Scope.FINANCING, lifted_on__isnull=True
        ).values_list("account_id", flat=True)
    )
    for account, plans in purchases.items():
        short = postings.shortfalls(cash[account], [plan.amounts.net_minor for plan in plans])
        for plan, overrun_minor in zip(plans, short, strict=True):
            plan.overrun_minor = overrun_minor
            plan.is_restricted = account in restricted


def _book(
    book_id: int, planned: Sequence[PlannedTrade], booking_date: date, maker_id: int, file_id: int | None
) -> list[Trade]:
    if not planned:
        return []
    drafts = [_trade_entry(plan) for plan in planned]
    overruns = [plan for plan in planned if plan.overrun_minor]
    if overruns:
        drafts.extend(_overrun_entries(book_id, overruns))
    entries = post_journal_entries(
        book_id=book_id, booking_date=booking_date, drafts=drafts, caller=CALLER, maker_id=maker_id
    )
    return Trade.objects.bulk_create(
        [
            Trade(
                book_id=book_id,
                contract=plan.contract,
                instrument=plan.instrument,
                side=plan.row.side,
                quantity=plan.row.quantity,
                price_minor=plan.row.price_minor,
                trade_date=plan.row.trade_date,
                settlement_date=plan.settlement_date,
                gross_minor=plan.amounts.gross_minor,
                external_cost_minor=plan.amounts.external_cost_minor,
                commission_minor=plan.amounts.commission_minor,
                net_minor=plan.amounts.net_minor,
                broker_reference=plan.row.broker_reference,
                liquidation_order_reference=plan.row.liquidation_order_reference,
                file_id=file_id,
                booked_entry_id=entry.entry_id,
                overrun_minor=plan.overrun_minor,
            )
            for plan, entry in zip(planned, entries, strict=False)
        ],
        batch_size=5000,
    )


def _trade_entry(plan: PlannedTrade) -> EntryDraft:
    row = plan.row
    if row.side == Side.SELL:
        kind = "trade_sold"
    else:
        kind = "trade_bought_restricted" if plan.is_restricted else "trade_bought"
    currency = plan.instrument.currency
    price = minor_to_decimal_string(row.price_minor, currency.exponent)
    return EntryDraft(
        kind=kind,
        value_date=row.trade_date,
        narration=f"{row.side} {row.quantity} {row.instrument_code} at {price} {currency.code}",
        source_reference=f"trade:{row.broker_reference}",
        idempotency_key=f"trade/{row.broker_reference}/traded",
        postings=drafts_of(legs=plan.legs),
    )


def _overrun_entries(book_id: int, overruns: Sequence[PlannedTrade]) -> list[EntryDraft]:
    house = house_accounts(
        book_id=book_id, banks={(plan.contract.custodian.code, plan.contract.unit_id) for plan in overruns}
    )
    return [
        EntryDraft(
            kind="overrun_funded",
            value_date=plan.row.trade_date,
            narration="An execution exceeded the client's settled cash",
            source_reference=f"trade:{plan.row.broker_reference}",
            idempotency_key=f"trade/{plan.row.broker_reference}/overrun",
            postings=drafts_of(
                legs=postings.overrun_funded(
                    house[plan.contract.custodian.code, plan.contract.unit_id],
                    _accounts(plan).cash,
                    plan.overrun_minor,
                )
            ),
        )
        for plan in overruns
    ]


def _findings(planned: Sequence[PlannedTrade]) -> list[TradeFinding]:
    found: list[TradeFinding] = []
    for plan in planned:
        reference, contract = plan.row.broker_reference, plan.contract.code
        if plan.overrun_minor:
            said = "The purchase exceeds the client's settled cash; the house has funded the difference."
            found.append(TradeFinding("overrun", reference, contract, plan.overrun_minor, said))
        if plan.is_restricted:
            said = "The contract may not buy; the purchase was executed all the same."
            found.append(TradeFinding("restricted", reference, contract, plan.amounts.net_minor, said))
    return found
