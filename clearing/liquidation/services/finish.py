"""Finish liquidations: sales settle, then proceeds repay, or the waterfall shares the pot out; then the
review.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import connection, transaction

from accounts.services.actor import acting
from clearing.liquidation.models import Liquidation, LiquidationEventKind, LiquidationState
from clearing.liquidation.queries.liquidations import review_liquidation
from clearing.liquidation.services.events import EventDraft, append_events
from contracts.models import ContractState
from contracts.queries.balances import contract_balances
from contracts.services.disputed_amounts import disputed_of
from contracts.services.states import move_state
from contracts.services.waterfall import WaterfallPosting, WaterfallStage, apply_waterfall

_SETTLED = """
SELECT liquidation.id
FROM liquidation_liquidation AS liquidation
WHERE liquidation.book_id = %(book_id)s AND liquidation.state = 'executed'
    AND NOT EXISTS (
        SELECT
        FROM liquidation_liquidationorder AS placed
        INNER JOIN settlement_trade AS trade
            ON trade.book_id = liquidation.book_id AND trade.liquidation_order_reference = placed.reference
                AND trade.liquidation_order_reference <> ''
        WHERE placed.liquidation_id = liquidation.id AND trade.settled_entry_id IS NULL
    )
ORDER BY liquidation.id
FOR NO KEY UPDATE OF liquidation
"""

_HELD = """
SELECT contract.id, bool_or(unit.kind = 'security')
FROM contracts_financingcontract AS contract
INNER JOIN ledger_account AS account
    ON account.book_id = contract.book_id AND account.contract_code = contract.code
        AND account.contract_code <> '' AND account.role IN ('entitlement', 'unsettled')
INNER JOIN ledger_unit AS unit ON unit.id = account.unit_id
INNER JOIN ledger_currentbalance AS current ON current.account_id = account.id
WHERE contract.id = ANY(%(contract_ids)s) AND current.balance_minor <> 0
GROUP BY contract.id
"""


@dataclass(frozen=True, slots=True)
class FinishedLiquidations:
    """What a run finished, and how many sold-out contracts still wait for money that is under way,
    or for the answer to a dispute."""

    settled: int
    repaid: int
    waterfalled: int
    waiting: int


def finish_liquidations(*, book_id: int, business_date: date, maker_id: int) -> FinishedLiquidations:
    """Settle executed liquidations whose every sale has settled, and end the settled ones.

    A contract that still holds securities repays from its settled cash, in the order of its terms, and goes
    back to `restricted`; the next levelling moves it on. One that holds none goes through the waterfall, as
    soon as nothing of it is unsettled and no charge is disputed: then it is closed, or defaulted where a
    deficit was left. Each end is reviewed: simulated against actual. Run again, it ends nothing twice.

    Owns its transaction or joins one; locks the liquidations in id order. Minor units.

    :raises ContractRefusal: as the contracts' services.

    Source: DESIGN 7 (settlement, waterfall, review).
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_SETTLED, {"book_id": book_id})
            settled = [liquidation_id for (liquidation_id,) in cursor.fetchall()]
        _settle(settled, business_date, maker_id)
        due = list(
            Liquidation.objects.select_for_update(of=("self",))
            .filter(book_id=book_id, state=LiquidationState.SETTLED)
            .order_by("pk")
        )
        balances = contract_balances(contract_ids=[liquidation.contract_id for liquidation in due])
        holds_securities = _holding_contracts([liquidation.contract_id for liquidation in due])
        repaid = waterfalled = 0
        for liquidation in due:
            if liquidation.contract_id in holds_securities:
                _repay(liquidation, business_date, maker_id)
                repaid += 1
            elif not balances[liquidation.contract_id].unsettled_cash_minor and not disputed_of(
                contract=balances[liquidation.contract_id]
            ):
                _share_out(liquidation, business_date, maker_id)
                waterfalled += 1
    return FinishedLiquidations(
        settled=len(settled), repaid=repaid, waterfalled=waterfalled, waiting=len(due) - repaid - waterfalled
    )


def _settle(ids: Sequence[int], business_date: date, maker_id: int) -> None:
    if not ids:
        return
    with acting(actor_id=maker_id, reason=f"sales settled by {business_date}"):
        Liquidation.objects.filter(pk__in=ids).update(state=LiquidationState.SETTLED)
    append_events(
        drafts=[
            EventDraft(liquidation_id, LiquidationEventKind.SETTLED, "every sale has settled")
            for liquidation_id in ids
        ],
        business_date=business_date,
        actor_id=maker_id,
    )


def _holding_contracts(contract_ids: Sequence[int]) -> set[int]:
    """Return the contracts that hold a security, settled or not."""
    if not contract_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_HELD, {"contract_ids": list(contract_ids)})
        return {contract_id for contract_id, holds_security in cursor.fetchall() if holds_security}


def _repay(liquidation: Liquidation, business_date: date, maker_id: int) -> None:
    """Pay debts from settled cash in the order of the terms; the contract lives on."""
    posting = _apply(liquidation, WaterfallStage.PARTIAL, business_date, maker_id)
    _move(liquidation, ContractState.RESTRICTED, business_date, maker_id)
    _end(
        liquidation,
        LiquidationState.REPAID,
        EventDraft(
            liquidation.pk,
            LiquidationEventKind.REPAID,
            "a part was enough: the proceeds repaid, the contract lives on",
            _payments(posting) | {"still_owed_minor": sum(posting.result.unpaid.values())},
        ),
        business_date,
        maker_id,
    )


def _share_out(liquidation: Liquidation, business_date: date, maker_id: int) -> None:
    """Share the pot out; the contract is closed, or has defaulted."""
    posting = _apply(liquidation, WaterfallStage.FINAL, business_date, maker_id)
    if not posting.has_defaulted:
        _move(liquidation, ContractState.CLOSED, business_date, maker_id)
    _end(
        liquidation,
        LiquidationState.WATERFALLED,
        EventDraft(
            liquidation.pk,
            LiquidationEventKind.WATERFALLED,
            "a deficit was drawn and lost" if posting.has_defaulted else "every debt was paid",
            _payments(posting)
            | {
                "waived_minor": posting.result.waived_minor,
                "deficit_minor": posting.result.deficit_minor,
                "reserve_draw_minor": posting.deficit.draw_minor,
                "unpaid_spread_minor": posting.deficit.spread_unpaid_minor,
                "losses": [
                    {
                        "tranche": outcome.tranche,
                        "principal_minor": outcome.lost_principal_minor,
                        "interest_minor": outcome.lost_interest_minor,
                    }
                    for outcome in posting.deficit.outcomes
                ],
            },
        ),
        business_date,
        maker_id,
    )


def _apply(
    liquidation: Liquidation, stage: WaterfallStage, business_date: date, maker_id: int
) -> WaterfallPosting:
    return apply_waterfall(
        contract_id=liquidation.contract_id,
        pot_minor=None,
        stage=stage,
        booking_date=business_date,
        maker_id=maker_id,
        reference=f"liquidation:{liquidation.reference}",
    )


def _payments(posting: WaterfallPosting) -> dict[str, object]:
    return {
        "pot_minor": posting.result.pot_minor,
        "paid_minor": {line.value: amount for line, amount in posting.result.paid.items()},
        "residual_minor": posting.result.residual_minor,
        "entries": [entry.entry_id for entry in posting.entries],
    }


def _move(liquidation: Liquidation, state: ContractState, business_date: date, maker_id: int) -> None:
    move_state(
        contract_id=liquidation.contract_id,
        to_state=state,
        business_date=business_date,
        actor_id=maker_id,
        reason=f"liquidation {liquidation.reference} has ended",
    )


def _end(
    liquidation: Liquidation,
    state: LiquidationState,
    event: EventDraft,
    business_date: date,
    maker_id: int,
) -> None:
    """Write the end, its event and the review."""
    with acting(actor_id=maker_id, reason=event.reason):
        Liquidation.objects.filter(pk=liquidation.pk).update(state=state, ended_on=business_date)
    review = review_liquidation(liquidation=liquidation)
    append_events(
        drafts=[
            event,
            EventDraft(
                liquidation.pk,
                LiquidationEventKind.REVIEWED,
                "simulated against actual",
                {**asdict(review), "slippage_minor": review.slippage_minor},
            ),
        ],
        business_date=business_date,
        actor_id=maker_id,
    )
