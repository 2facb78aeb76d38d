"""A trade cancelled or corrected late: reversed, booked anew with its own dates, valued again."""

import datetime as dt
from typing import Any

from clearing.corrections.models import Correction, CorrectionKind, EntryPurpose
from clearing.corrections.services.plans import Carrying, Effect, RecomputePlan
from clearing.corrections.services.proposals import CorrectionDraft, propose_correction
from clearing.corrections.services.refusals import (
    CorrectionRefusal,
    CorrectionUnfit,
    SubjectSuperseded,
    SubjectUnknown,
)
from clearing.settlement.domain.trade_lines import TradeRow
from clearing.settlement.models import Side, Trade
from clearing.settlement.services.cancellations import (
    ReplacementRejected,
    SecuritiesGone,
    TradeCancelled,
    cancel_trade,
)
from clearing.settlement.services.trade_plans import plan_trades
from contracts.models import FinancingContract
from ledger.queries.days import open_business_date

_TOUCHED = "SELECT DISTINCT u.contract_id FROM unnest(%(contract_ids)s::bigint[]) AS u(contract_id)"

_SHIFT = """
    SELECT u.contract_id, u.first_date, %(last)s::date AS last_date, u.cash_minor, 0::bigint AS debt_minor
    FROM unnest(%(contract_ids)s::bigint[], %(first_dates)s::date[], %(cash)s::bigint[])
        AS u(contract_id, first_date, cash_minor)
"""

_MOVED = """
    SELECT u.contract_id, u.instrument_id, u.first_date, u.quantity
    FROM unnest(
        %(contract_ids)s::bigint[], %(instrument_ids)s::bigint[], %(first_dates)s::date[],
        %(quantities)s::bigint[]
    ) AS u(contract_id, instrument_id, first_date, quantity)
"""


class TradeCannotBeReversed(CorrectionRefusal):
    """What the trade brought has left since, or what should stand in its place cannot be booked."""

    code = "corrections_trade_can_be_reversed"


def propose_trade_correction(
    *,
    book_id: int,
    broker_reference: str,
    replacement: TradeRow | None,
    reason: str,
    evidence: str,
    maker_id: int,
) -> Correction:
    """Propose that a booked trade never was (`replacement` None), or was another.

    Joins the caller's transaction, else is its own. Costs that the replacement does not name follow from the
    terms of its contract; its reference is given by this function.

    :raises SubjectUnknown: the book has no such trade, or it was cancelled before.
    :raises CorrectionUnfit: what should stand in its place cannot be booked; says why.
    :raises ReasonOrEvidenceMissing: it does not say why, or names no evidence.
    Source: DESIGN 3 (after close).
    """
    trade = (
        Trade.objects.select_related("contract", "instrument__unit", "booked_entry")
        .filter(book_id=book_id, broker_reference=broker_reference, cancellation__isnull=True)
        .first()
    )
    if trade is None:
        raise SubjectUnknown(broker_reference)
    corrected: dict[str, Any] = {"cancelled": True}
    first = trade.trade_date
    if replacement is not None:
        corrected = _planned(book_id, trade, replacement)
        first = min(first, replacement.trade_date)
    return propose_correction(
        book_id=book_id,
        draft=CorrectionDraft(
            kind=CorrectionKind.TRADE,
            subject=f"trade/{broker_reference}",
            effective_on=first,
            was={"trade": trade.pk, "booked_on": trade.booked_entry.booking_date.isoformat(), **_said(trade)},
            corrected=corrected,
            reason=reason,
            evidence=evidence,
        ),
        maker_id=maker_id,
    )


def plan_of_trade(*, correction: Correction) -> RecomputePlan:
    """Take the trade out from the day it was booked, put the right one in from its trade date. Reads only."""
    was, corrected = correction.was, correction.corrected
    moves = [(was, -1, was["booked_on"])]
    if not corrected.get("cancelled"):
        moves.append((corrected, 1, corrected["trade_date"]))
    codes = {one["contract"] for one, _way, _day in moves}
    contracts = dict(
        FinancingContract.objects.filter(book_id=correction.book_id, code__in=codes).values_list("code", "pk")
    )
    return RecomputePlan(
        touched=_TOUCHED,
        shift=_SHIFT,
        moved=_MOVED,
        params={
            "contract_ids": [contracts[one["contract"]] for one, _way, _day in moves],
            "instrument_ids": [one["instrument"] for one, _way, _day in moves],
            "first_dates": [dt.date.fromisoformat(day) for _one, _way, day in moves],
            "cash": [way * _sign(one) * -one["net_minor"] for one, way, _day in moves],
            "quantities": [way * _sign(one) * one["quantity"] for one, way, _day in moves],
        },
    )


def carry_out_trade(*, correction: Correction, carrying: Carrying) -> list[Effect]:
    """Reverse the trade and book the right one. Requires the run's transaction.

    :raises SubjectSuperseded: it was cancelled since this was proposed.
    :raises TradeCannotBeReversed: what it brought has left, or the right one cannot be booked.
    """
    try:
        done = cancel_trade(
            trade_id=correction.was["trade"],
            replacement=None if correction.corrected.get("cancelled") else _row(correction.corrected),
            approval_id=correction.approval_id,
            booking_date=carrying.booking_date,
            maker_id=carrying.maker_id,
        )
    except TradeCancelled as error:
        raise SubjectSuperseded(correction.subject) from error
    except (SecuritiesGone, ReplacementRejected) as error:
        raise TradeCannotBeReversed(str(error)) from error
    purposes = (
        (done.overrun_ids, EntryPurpose.OVERRUN),
        (done.reversal_ids, EntryPurpose.REVERSAL),
        (done.rebooking_ids, EntryPurpose.REBOOKING),
    )
    return [Effect(entry_id=entry_id, purpose=purpose) for ids, purpose in purposes for entry_id in ids]


def _planned(book_id: int, trade: Trade, replacement: TradeRow) -> dict[str, Any]:
    """The right trade as it would be booked, costs included."""
    today = open_business_date(book_id=book_id) or replacement.trade_date
    plan = plan_trades(book_id=book_id, rows=[replacement], booking_date=today)
    if not plan.planned:
        said = ", ".join(one.explanation for one in plan.rejected) or "it is booked already"
        raise CorrectionUnfit(said)
    planned, amounts = plan.planned[0], plan.planned[0].amounts
    return {
        "contract": planned.contract.code,
        "instrument": planned.instrument.pk,
        "security": planned.row.instrument_code,
        "side": planned.row.side,
        "quantity": planned.row.quantity,
        "price_minor": planned.row.price_minor,
        "trade_date": planned.row.trade_date.isoformat(),
        "external_cost_minor": amounts.external_cost_minor,
        "commission_minor": amounts.commission_minor,
        "net_minor": amounts.net_minor,
        "broker_reference": replacement.broker_reference,
        "liquidation_order": trade.liquidation_order_reference,
    }


def _said(trade: Trade) -> dict[str, Any]:
    return {
        "contract": trade.contract.code,
        "instrument": trade.instrument_id,
        "security": trade.instrument.unit.code,
        "side": str(trade.side),
        "quantity": trade.quantity,
        "price_minor": trade.price_minor,
        "trade_date": trade.trade_date.isoformat(),
        "external_cost_minor": trade.external_cost_minor,
        "commission_minor": trade.commission_minor,
        "net_minor": trade.net_minor,
        "broker_reference": trade.broker_reference,
        "liquidation_order": trade.liquidation_order_reference,
    }


def _row(said: dict[str, Any]) -> TradeRow:
    return TradeRow(
        contract_code=said["contract"],
        instrument_code=said["security"],
        side=said["side"],
        quantity=said["quantity"],
        price_minor=said["price_minor"],
        trade_date=dt.date.fromisoformat(said["trade_date"]),
        broker_reference=said["broker_reference"],
        external_cost_minor=said["external_cost_minor"],
        commission_minor=said["commission_minor"],
        liquidation_order_reference=said["liquidation_order"],
    )


def _sign(said: dict[str, Any]) -> int:
    """A purchase brings securities and takes cash."""
    return 1 if said["side"] == Side.BUY else -1
