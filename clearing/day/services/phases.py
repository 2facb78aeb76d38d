"""What each step of the day does: its phases in order, each one call of a service of a lower room.

Cut by contracts is what looks at one contract at a time; what shares a row of the book (settlement by
custodian, the sweep of transit, liquidations and their numbers) is done whole.

Source: DESIGN 9 (the steps).
"""

from collections.abc import Mapping

from clearing.day.domain.plan import Cut, Figures, Range
from clearing.day.models import StepName
from clearing.day.queries.cuts import is_first_day_of_month, statements_to_take_in
from clearing.day.services.chunks import DayContext, Phase
from clearing.day.services.closing import close_by_two
from clearing.day.services.inbox import take_in_inbox
from clearing.day.services.report import report_day
from clearing.liquidation.services.finish import finish_liquidations
from clearing.liquidation.services.orders import place_orders, record_fills
from clearing.liquidation.services.proposals import cancel_recovered, propose_liquidations
from clearing.margin.services.calls import follow_calls, issue_calls
from clearing.margin.services.levels import assign_levels
from clearing.margin.services.valuation import value_contracts
from clearing.marks.models import Instrument
from clearing.marks.services.marks import NotASession, fix_marks
from clearing.reconciliation.services.reconcile import reconcile, reconcile_client_money_of
from clearing.settlement.services.corporate_actions import book_ex_date, book_payments
from clearing.settlement.services.settle import settle_trades
from contracts.services.capitalisation import capitalise_due_interest
from contracts.services.fees import accrue_fees
from contracts.services.interest import ContractRange, accrue_interest
from contracts.services.interest_collection import collect_interest
from contracts.services.maturity import run_maturities
from contracts.services.penalty import accrue_penalties
from custody.models import Custodian
from custody.services.incoming import book_incoming_payments
from custody.services.transfers import confirm_from_statement, sweep_transit
from ledger.models import BusinessDay
from ledger.services.client_exchange import settle_client_exchanges
from ledger.services.days import open_business_day
from ledger.services.revaluation import revalue_positions


def _contracts(span: Range | None) -> ContractRange | None:
    return ContractRange(*span) if span else None


def _open(day: DayContext, _span: Range | None) -> Figures:
    if BusinessDay.objects.filter(book_id=day.book_id, business_date=day.business_date).exists():
        return {"opened": 0}
    open_business_day(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {"opened": 1}


def _take_in(day: DayContext, _span: Range | None) -> Figures:
    return take_in_inbox(
        book_id=day.book_id, business_date=day.business_date, inbox=day.inbox, maker_id=day.maker_id
    )


def _confirm(day: DayContext, _span: Range | None) -> Figures:
    transfers = payments = receipts = 0
    for statement_id in statements_to_take_in(book_id=day.book_id, business_date=day.business_date):
        confirmed = confirm_from_statement(
            statement_id=statement_id, booking_date=day.business_date, maker_id=day.maker_id
        )
        booked = book_incoming_payments(
            statement_id=statement_id, booking_date=day.business_date, maker_id=day.maker_id
        )
        transfers += confirmed.transfer_sides
        payments += confirmed.payments
        receipts += len(booked)
    return {"transfer_sides": transfers, "payments": payments, "receipts": receipts}


def _fix_marks(day: DayContext, span: Range | None) -> Figures:
    ids = None
    if span:
        ids = list(Instrument.objects.filter(pk__range=span).values_list("pk", flat=True))
    try:
        fixed = fix_marks(book_id=day.book_id, session_date=day.business_date, instrument_ids=ids)
    except NotASession:
        return {"marks": 0, "holds": 0}
    return {"marks": fixed.fixed_count, "holds": len(fixed.holds)}


def _book_ex_date(day: DayContext, _span: Range | None) -> Figures:
    booked = book_ex_date(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {"corporate_actions_effective": len(booked)}


def _settle(day: DayContext, _span: Range | None) -> Figures:
    settled = settle_trades(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {
        "trades_settled": settled.trade_count,
        "commission_minor": sum(settled.commission_minor.values()),
    }


def _settle_exchanges(day: DayContext, _span: Range | None) -> Figures:
    settled = settle_client_exchanges(
        book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id
    )
    return {"exchanges_settled": len(settled)} if settled else {}


def _book_payments(day: DayContext, _span: Range | None) -> Figures:
    booked = book_payments(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {"corporate_actions_paid": len(booked)}


def _accrue(day: DayContext, span: Range | None) -> Figures:
    accrued = accrue_interest(
        book_id=day.book_id,
        business_date=day.business_date,
        maker_id=day.maker_id,
        contract_range=_contracts(span),
    )
    held = {"interest_held": accrued.held} if accrued.held else {}
    return {"contracts_accrued": accrued.contracts, "interest_minor": accrued.client_minor, **held}


def _accrue_penalties(day: DayContext, span: Range | None) -> Figures:
    accrued = accrue_penalties(
        book_id=day.book_id,
        business_date=day.business_date,
        maker_id=day.maker_id,
        contract_range=_contracts(span),
    )
    if not accrued.contracts:
        return {}
    return {"penalties_accrued": accrued.contracts, "penalty_minor": accrued.penalty_minor}


def _capitalise(day: DayContext, _span: Range | None) -> Figures:
    """On a month's first business day, where the terms make interest principal."""
    if not is_first_day_of_month(book_id=day.book_id, business_date=day.business_date):
        return {}
    capitalised = capitalise_due_interest(
        book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id
    )
    if not capitalised.entries:
        return {}
    return {
        "interest_capitalisations": len(capitalised.entries),
        "capitalised_minor": capitalised.collected_minor,
    }


def _collect(day: DayContext, _span: Range | None) -> Figures:
    """On a month's first business day, when the accrual has covered the whole month before."""
    if not is_first_day_of_month(book_id=day.book_id, business_date=day.business_date):
        return {}
    collected = collect_interest(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {"interest_collections": len(collected.entries), "collected_minor": collected.collected_minor}


def _charge_fees(day: DayContext, span: Range | None) -> Figures:
    """The month's fees on its first business day; those of drawdowns and extensions on any."""
    is_first = is_first_day_of_month(book_id=day.book_id, business_date=day.business_date)
    charged = accrue_fees(
        book_id=day.book_id,
        business_date=day.business_date,
        month=f"{day.business_date:%Y-%m}" if is_first else None,
        maker_id=day.maker_id,
        contract_range=_contracts(span),
    )
    return {"fees_charged": charged.charges, "fees_minor": charged.amount_minor} if charged.charges else {}


def _mature(day: DayContext, span: Range | None) -> Figures:
    ended = run_maturities(
        book_id=day.book_id,
        business_date=day.business_date,
        maker_id=day.maker_id,
        contract_range=_contracts(span),
    )
    figures = {
        "maturity_reminders": ended.reminded,
        "matured": ended.matured,
        "closed_at_maturity": ended.closed,
        "defaulted": ended.defaulted,
    }
    return {name: figure for name, figure in figures.items() if figure}


def _value(day: DayContext, span: Range | None) -> Figures:
    valued = value_contracts(
        book_id=day.book_id, business_date=day.business_date, contract_range=_contracts(span)
    )
    return {"valued": valued.valued, "on_hold": valued.held}


def _level(day: DayContext, span: Range | None) -> Figures:
    result = assign_levels(
        book_id=day.book_id,
        business_date=day.business_date,
        maker_id=day.maker_id,
        contract_range=_contracts(span),
    )
    return {
        "level_changes": result.changes,
        "restrictions_imposed": result.imposed,
        "restrictions_lifted": result.lifted,
        "messages": result.messages,
    }


def _calls(day: DayContext, _span: Range | None) -> Figures:
    who = (day.book_id, day.business_date, day.maker_id)
    filled = record_fills(book_id=who[0], business_date=who[1], maker_id=who[2])
    cancelled = cancel_recovered(book_id=who[0], business_date=who[1], maker_id=who[2])
    followed = follow_calls(book_id=who[0], business_date=who[1], maker_id=who[2])
    issued = issue_calls(book_id=who[0], business_date=who[1], maker_id=who[2])
    return {
        "orders_closed": filled,
        "liquidations_cancelled": cancelled,
        "calls_met": followed.met,
        "calls_expired": followed.expired,
        "calls_issued": issued,
    }


def _liquidate(day: DayContext, _span: Range | None) -> Figures:
    proposed = propose_liquidations(
        book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id
    )
    placed = place_orders(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    ended = finish_liquidations(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {
        "liquidations_proposed": proposed.to_release + proposed.released,
        "liquidations_to_release": proposed.to_release,
        "orders_placed": placed.orders,
        "liquidations_repaid": ended.repaid,
        "waterfalls": ended.waterfalled,
    }


def _sweep(day: DayContext, _span: Range | None) -> Figures:
    swept = sweep_transit(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    return {"transfers_instructed": len(swept)}


def _reconcile(day: DayContext, span: Range | None) -> Figures:
    custodians = Custodian.objects.filter(accounts__book_id=day.book_id).distinct().order_by("pk")
    if span:
        custodians = custodians.filter(pk__range=span)
    figures = {"matched": 0, "breaks_opened": 0, "breaks_closed": 0}
    for custodian in custodians:
        for run in reconcile(
            book_id=day.book_id,
            custodian_code=custodian.code,
            business_date=day.business_date,
            maker_id=day.maker_id,
        ):
            figures["matched"] += run.figures["matched"]
            figures["breaks_opened"] += run.figures["opened"]
            figures["breaks_closed"] += run.figures["closed"]
    return figures


def _client_money(day: DayContext, _span: Range | None) -> Figures:
    run = reconcile_client_money_of(
        book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id
    )
    shortfalls = [one["shortfall_minor"] for one in run.figures["currencies"].values()]
    return {"client_money_shortfalls": sum(1 for shortfall in shortfalls if shortfall)}


def _revalue(day: DayContext, _span: Range | None) -> Figures:
    """After all that the day books; a missing official rate holds the day, by name."""
    revalued = revalue_positions(book_id=day.book_id, business_date=day.business_date, maker_id=day.maker_id)
    if revalued.revaluation is None:
        return {}
    return {
        "positions_revalued": len(revalued.units),
        "fx_unrealised_minor": revalued.unrealised_change_minor,
        "fx_realised_minor": revalued.realised_minor,
    }


def _report(day: DayContext, _span: Range | None) -> Figures:
    return report_day(book_id=day.book_id, business_date=day.business_date)


def _close(day: DayContext, _span: Range | None) -> Figures:
    return close_by_two(
        book_id=day.book_id,
        business_date=day.business_date,
        maker_id=day.maker_id,
        checker_id=day.checker_id,
    )


PHASES_OF_STEP: Mapping[StepName, tuple[Phase, ...]] = {
    StepName.OPEN: (Phase("open", Cut.HERE, _open),),
    StepName.STATEMENTS_IN: (
        Phase("take_in", Cut.HERE, _take_in),
        Phase("confirm", Cut.HERE, _confirm),
    ),
    StepName.MARKS_FIXED: (Phase("fix_marks", Cut.INSTRUMENTS, _fix_marks),),
    StepName.TRADES_SETTLED: (
        Phase("ex_date", Cut.HERE, _book_ex_date),
        Phase("settle", Cut.HERE, _settle),
        Phase("exchanges", Cut.HERE, _settle_exchanges),
        Phase("pay_date", Cut.HERE, _book_payments),
    ),
    StepName.INTEREST_ACCRUED: (
        Phase("accrue", Cut.CONTRACTS, _accrue),
        Phase("penalties", Cut.CONTRACTS, _accrue_penalties),
        Phase("fees", Cut.CONTRACTS, _charge_fees),
        Phase("capitalise", Cut.WHOLE, _capitalise),
        Phase("collect", Cut.WHOLE, _collect),
        Phase("mature", Cut.CONTRACTS, _mature),
    ),
    StepName.VALUED: (Phase("value", Cut.CONTRACTS, _value),),
    StepName.LEVELLED: (Phase("level", Cut.CONTRACTS, _level),),
    StepName.CALLS_AND_LIQUIDATIONS: (
        Phase("calls", Cut.WHOLE, _calls),
        Phase("liquidate", Cut.WHOLE, _liquidate),
        Phase("sweep", Cut.WHOLE, _sweep),
    ),
    StepName.RECONCILED: (
        Phase("reconcile", Cut.CUSTODIANS, _reconcile),
        Phase("client_money", Cut.WHOLE, _client_money),
    ),
    StepName.REPORTED: (
        Phase("revalue", Cut.WHOLE, _revalue),
        Phase("report", Cut.HERE, _report),
    ),
    StepName.CLOSED: (Phase("close", Cut.HERE, _close),),
}

PHASES: Mapping[str, Phase] = {phase.name: phase for phases in PHASES_OF_STEP.values() for phase in phases}
