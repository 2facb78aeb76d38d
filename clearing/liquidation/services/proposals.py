"""Propose liquidations on frozen inputs, and cancel those whose contract recovered first."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import connection, transaction

from accounts.models import ApprovalKind
from accounts.services.actor import acting
from accounts.services.approvals import propose_approval
from clearing.liquidation.domain.simulation import LiquidationInputs, Simulation, simulate_liquidation
from clearing.liquidation.models import (
    Liquidation,
    LiquidationEventKind,
    LiquidationState,
    SalePolicy,
)
from clearing.liquidation.queries.inputs import (
    Candidate,
    liquidation_candidates,
    load_liquidation_inputs,
)
from clearing.liquidation.services.events import EventDraft, append_events
from clearing.liquidation.services.held_cash import free_held_cash
from contracts.models import ContractState, FinancingContract
from contracts.services.states import StateMove, move_states
from ledger.domain.canonical import payload_hash
from ledger.models import Book

_RECOVERED = """
SELECT liquidation.id, appeal.is_upheld
FROM liquidation_liquidation AS liquidation
INNER JOIN contracts_financingcontract AS contract ON contract.id = liquidation.contract_id
LEFT JOIN margin_valuation AS valuation
    ON valuation.contract_id = liquidation.contract_id AND valuation.business_date = %(business_date)s
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM contracts_dispute AS dispute
        WHERE dispute.contract_id = liquidation.contract_id AND dispute.state = 'upheld'
            AND (
                (dispute.subject_kind, dispute.subject_reference) = ('liquidation', liquidation.reference)
                OR (dispute.subject_kind, dispute.subject_reference)
                = ('call', 'call:' || liquidation.call_id)
            )
    ) AS is_upheld
) AS appeal
WHERE liquidation.book_id = %(book_id)s AND liquidation.state IN ('proposed', 'released')
    AND (
        valuation.side_state = '' AND valuation.raw_level < 4 OR contract.state = 'closed'
        OR appeal.is_upheld
    )
ORDER BY liquidation.id
"""

RECOVERED = "the contract recovered above its liquidation line, or has closed"
UPHELD = "the client's dispute was upheld"


@dataclass(frozen=True, slots=True)
class ProposedLiquidations:
    """What a run proposed: awaiting a second person, and released by the standing authority of the terms."""

    to_release: int
    released: int


def propose_liquidations(*, book_id: int, business_date: date, maker_id: int) -> ProposedLiquidations:
    """Propose the liquidation of every contract that is due, with its inputs frozen and its simulation
    stored.

    Terms with a standing authority release it at once, the contract becomes `liquidating`; else an approval
    is proposed (kind `release_liquidation`, subject the liquidation's reference), to be given by somebody
    other than the maker. Run again on the date, it proposes nothing twice.

    Owns its transaction or joins one. Source: DESIGN 7 (trigger to release), 1 (rules 9 and 10).
    """
    due = liquidation_candidates(book_id=book_id, business_date=business_date)
    inputs_of = load_liquidation_inputs(
        contract_ids=[candidate.contract_id for candidate in due], business_date=business_date
    )
    candidates = [candidate for candidate in due if candidate.contract_id in inputs_of]
    if not candidates:
        return ProposedLiquidations(to_release=0, released=0)
    book_code = Book.objects.values_list("code", flat=True).get(pk=book_id)
    contracts = FinancingContract.objects.filter(pk__in=[candidate.contract_id for candidate in candidates])
    currencies = dict(contracts.values_list("pk", "unit__code"))
    with transaction.atomic(), acting(actor_id=maker_id, reason=f"liquidations due on {business_date}"):
        proposed = Liquidation.objects.bulk_create(
            [
                _proposal(
                    candidate, inputs_of[candidate.contract_id], book_id, business_date, maker_id=maker_id
                )
                for candidate in candidates
            ]
        )
        append_events(
            drafts=[
                EventDraft(
                    liquidation.pk,
                    LiquidationEventKind.PROPOSED,
                    "the contract is due for liquidation",
                    {
                        "valuation": liquidation.valuation_id,
                        "inputs_hash": liquidation.inputs_hash.hex(),
                        "simulation": liquidation.simulation,
                    },
                )
                for liquidation in proposed
            ],
            business_date=business_date,
            actor_id=maker_id,
        )
        authorised = [
            liquidation
            for candidate, liquidation in zip(candidates, proposed, strict=True)
            if candidate.has_standing_authority
        ]
        _release_by_terms(authorised, business_date, maker_id)
        for candidate, liquidation in zip(candidates, proposed, strict=True):
            if not candidate.has_standing_authority:
                propose_approval(
                    book_code=book_code,
                    kind=ApprovalKind.RELEASE_LIQUIDATION,
                    subject=liquidation.reference,
                    payload=release_payload(liquidation=liquidation),
                    maker_id=maker_id,
                    amount_minor=liquidation.simulation["gross_minor"],
                    currency=currencies[liquidation.contract_id],
                )
    return ProposedLiquidations(to_release=len(proposed) - len(authorised), released=len(authorised))


def cancel_recovered(*, book_id: int, business_date: date, maker_id: int) -> int:
    """Cancel what is proposed or released, and not yet ordered, where the contract stands above its line
    today, has repaid everything and closed, or where the client's dispute of it or its call was upheld.

    Above the line means before hysteresis: nothing is sold above it. A hold cancels nothing. A contract that
    was `liquidating` goes back to `in_call`; the next levelling moves it on. Return how many were cancelled.

    Owns its transaction or joins one. Source: DESIGN 7 (recovery before release cancels; dispute).
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECOVERED, {"book_id": book_id, "business_date": business_date})
        why = {liquidation_id: UPHELD if is_upheld else RECOVERED for liquidation_id, is_upheld in cursor}
    ids = list(why)
    if not ids:
        return 0
    with acting(actor_id=maker_id, reason=f"contracts recovered, or disputes upheld, by {business_date}"):
        rows = Liquidation.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        released = [
            row.contract_id
            for row in rows.select_related("contract")
            if row.state == LiquidationState.RELEASED and row.contract.state == ContractState.LIQUIDATING
        ]
        append_events(
            drafts=[
                EventDraft(liquidation_id, LiquidationEventKind.CANCELLED, reason)
                for liquidation_id, reason in why.items()
            ],
            business_date=business_date,
            actor_id=maker_id,
        )
        Liquidation.objects.filter(pk__in=ids).update(
            state=LiquidationState.CANCELLED, ended_on=business_date
        )
        if released:
            move_states(
                moves=[StateMove(contract_id=contract_id, to_state="in_call") for contract_id in released],
                business_date=business_date,
                actor_id=maker_id,
                reason="the contract's liquidation was cancelled",
            )
    return len(ids)


def release_payload(*, liquidation: Liquidation) -> Mapping[str, object]:
    """Return what a second person approves: this proposal, by the hash of its inputs, and what it is to
    do.
    """
    return {
        "liquidation": liquidation.reference,
        "inputs_hash": bytes(liquidation.inputs_hash).hex(),
        "simulation": liquidation.simulation,
    }


def _proposal(
    candidate: Candidate, inputs: LiquidationInputs, book_id: int, business_date: date, *, maker_id: int
) -> Liquidation:
    simulation: Simulation = simulate_liquidation(inputs)
    frozen = asdict(inputs)
    return Liquidation(
        book_id=book_id,
        reference=f"LQ-{inputs.contract_code}-{business_date:%Y%m%d}",
        contract_id=candidate.contract_id,
        valuation_id=candidate.valuation_id,
        call_id=candidate.call_id,
        level=candidate.raw_level,
        scope=simulation.scope,
        policy=SalePolicy.MOST_LIQUID_FIRST,
        target_ppm=inputs.target_ppm,
        inputs=frozen,
        inputs_hash=payload_hash(frozen),
        simulation=simulation.content,
        maker_id=maker_id,
        proposed_on=business_date,
    )


def _release_by_terms(liquidations: list[Liquidation], business_date: date, maker_id: int) -> None:
    if not liquidations:
        return
    Liquidation.objects.filter(pk__in=[liquidation.pk for liquidation in liquidations]).update(
        state=LiquidationState.RELEASED, is_authorised_by_terms=True
    )
    append_events(
        drafts=[
            EventDraft(
                liquidation.pk,
                LiquidationEventKind.RELEASED,
                "by the standing authority of the terms",
                {"valuation": liquidation.valuation_id},
            )
            for liquidation in liquidations
        ],
        business_date=business_date,
        actor_id=maker_id,
    )
    free_held_cash(liquidations=liquidations, business_date=business_date, actor_id=maker_id)
    move_states(
        moves=[
            StateMove(contract_id=liquidation.contract_id, to_state="liquidating")
            for liquidation in liquidations
        ],
        business_date=business_date,
        actor_id=maker_id,
        reason="a liquidation was released",
    )
