"""Release a proposed liquidation by the approval of a second person."""

from datetime import date

from django.db import transaction

from accounts.models import ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval
from clearing.liquidation.models import Liquidation, LiquidationEventKind, LiquidationState
from clearing.liquidation.queries.disputes import disputes_of, holding_dispute
from clearing.liquidation.services.events import EventDraft, append_events
from clearing.liquidation.services.held_cash import free_held_cash
from clearing.liquidation.services.proposals import release_payload
from clearing.liquidation.services.refusals import (
    ContractRecovered,
    LiquidationDisputed,
    LiquidationNotProposed,
    LiquidationOnHold,
    LiquidationUnknown,
)
from clearing.margin.models import MarginLevel, Valuation
from contracts.services.states import StateMove, move_states


def release_liquidation(
    *, liquidation_id: int, approval_id: int, actor_id: int, business_date: date
) -> Liquidation:
    """Execute the approval of exactly this proposal; its orders go out with the next placing of orders.

    What is held on the contract's accounts, for a withdrawal say, is released: the claims come first.

    Refused in this order: no such liquidation; not proposed any more; the contract's newest valuation is on
    hold, or above the liquidation line; the client disputes it or its call, above the emergency line and with
    time left for the answer; then whatever the approval is refused for (not given, of another
    payload, used before).

    Owns its transaction or joins one; locks the liquidation, then the approval.

    :raises LiquidationUnknown:
    :raises LiquidationNotProposed:
    :raises LiquidationOnHold:
    :raises ContractRecovered:
    :raises LiquidationDisputed:
    :raises ApprovalRefusal: as accounts' service.

    Source: DESIGN 7 (release by a second person; dispute), 1 (rule 9), decision 44.
    """
    with transaction.atomic():
        liquidation = Liquidation.objects.select_for_update(of=("self",)).filter(pk=liquidation_id).first()
        if liquidation is None:
            raise LiquidationUnknown(str(liquidation_id))
        if liquidation.state != LiquidationState.PROPOSED:
            raise LiquidationNotProposed(liquidation.reference)
        newest = Valuation.objects.filter(contract_id=liquidation.contract_id).latest("business_date")
        if newest.raw_level is None:
            raise LiquidationOnHold(f"{liquidation.reference}: {newest.hold_reason}")
        if newest.raw_level < MarginLevel.LIQUIDATE_DUE:
            raise ContractRecovered(liquidation.reference)
        held = holding_dispute(
            disputes=disputes_of(liquidation=liquidation), raw_level=newest.raw_level, on=business_date
        )
        if held is not None:
            raise LiquidationDisputed(f"{liquidation.reference}: {held.reference}")
        approval = execute_approval(
            approval_id=approval_id,
            kind=ApprovalKind.RELEASE_LIQUIDATION,
            subject=liquidation.reference,
            payload=release_payload(liquidation=liquidation),
        )
        with acting(actor_id=actor_id, reason=f"liquidation {liquidation.reference} released"):
            liquidation.state = LiquidationState.RELEASED
            liquidation.approval = approval
            liquidation.save(update_fields=["state", "approval"])
            append_events(
                drafts=[
                    EventDraft(
                        liquidation.pk,
                        LiquidationEventKind.RELEASED,
                        "by a second person",
                        {"approval": approval.pk, "checker": approval.checker_id, "maker": approval.maker_id},
                    )
                ],
                business_date=business_date,
                actor_id=actor_id,
            )
            free_held_cash(liquidations=[liquidation], business_date=business_date, actor_id=actor_id)
            move_states(
                moves=[StateMove(contract_id=liquidation.contract_id, to_state="liquidating")],
                business_date=business_date,
                actor_id=actor_id,
                reason="a liquidation was released",
            )
    return liquidation
