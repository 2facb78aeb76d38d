"""Move contracts between states, saying who and why."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.services.actor import acting
from contracts.domain.states import is_permitted
from contracts.models import FinancingContract
from contracts.services.refusals import TransitionNotPermitted, named_contract_refusals
from contracts.services.suitability_gate import refuse_unsuitable


@dataclass(frozen=True, slots=True)
class StateMove:
    """A contract and the state that it is to have."""

    contract_id: int
    to_state: str


def move_states(*, moves: Iterable[StateMove], business_date: dt.date, actor_id: int, reason: str) -> int:
    """Move any number of contracts, one statement for each state; a contract that stands there already stays.

    Joins the caller's transaction, else is its own; locks the contracts in id order. `business_date` is the
    day a closed contract is closed on.

    :returns: how many moved.
    :raises TransitionNotPermitted: DESIGN 5's table has no such move.
    :raises StillOwes: a contract to be closed owes something.
    :raises Unsuitable: a client that applies has a standing with a fault; the subclass names it.
    """
    wanted = {move.contract_id: move.to_state for move in moves}
    refuse_unsuitable(
        contract_ids=[key for key, to_state in wanted.items() if to_state == "submitted"], on=business_date
    )
    with named_contract_refusals(), acting(actor_id=actor_id, reason=reason), transaction.atomic():
        contracts = FinancingContract.objects.select_for_update().filter(id__in=wanted).order_by("id")
        by_state: dict[str, list[int]] = {}
        for contract_id, code, state in contracts.values_list("id", "code", "state"):
            to_state = wanted[contract_id]
            if state == to_state:
                continue
            if not is_permitted(state, to_state):
                raise TransitionNotPermitted(f"{code}: {state} to {to_state}")
            by_state.setdefault(to_state, []).append(contract_id)
        for to_state, ids in sorted(by_state.items()):
            closed_on = {"closed_on": business_date} if to_state == "closed" else {}
            FinancingContract.objects.filter(id__in=ids).update(state=to_state, **closed_on)
    return sum(len(ids) for ids in by_state.values())


def move_state(
    *, contract_id: int, to_state: str, business_date: dt.date, actor_id: int, reason: str
) -> bool:
    """Move one contract; as `move_states`. Returns whether it moved."""
    moves = [StateMove(contract_id=contract_id, to_state=to_state)]
    return bool(move_states(moves=moves, business_date=business_date, actor_id=actor_id, reason=reason))
