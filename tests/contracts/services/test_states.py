"""Contracts move only as permitted, and somebody says why."""

import pytest

from contracts.domain.states import PERMITTED_MOVES
from contracts.models import ContractState
from contracts.services.refusals import StillOwes, TransitionNotPermitted
from contracts.services.states import StateMove, move_state, move_states
from tests.contracts.builders import REASON, Lending


class TestMoveStates:
    def test_knows_every_state(self) -> None:
        assert set(PERMITTED_MOVES) == set(ContractState.values)

    def test_moves_several_contracts_and_keeps_who_and_why(self, book: Lending) -> None:
        first, second = book.open("F1", approved=False), book.open("F2", approved=False)
        moved = move_states(
            moves=[StateMove(first.id, "submitted"), StateMove(second.id, "closed")],
            business_date=book.day,
            actor_id=book.checker.id,
            reason="client sent the form",
        )
        assert moved == 2
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state, second.closed_on) == ("submitted", "closed", book.day)
        newest = first.history.latest("history_date")
        assert (newest.history_user_id, newest.history_change_reason) == (
            book.checker.id,
            "client sent the form",
        )

    def test_leaves_a_contract_that_stands_there_already(self, book: Lending) -> None:
        contract = book.open(approved=False)
        moved = move_state(
            contract_id=contract.id,
            to_state="draft",
            business_date=book.day,
            actor_id=book.maker.id,
            reason=REASON,
        )
        assert not moved
        assert contract.history.count() == 1

    def test_refuses_a_move_that_is_not_in_the_table(self, book: Lending) -> None:
        contract = book.open(approved=False)
        with pytest.raises(TransitionNotPermitted, match="F1: draft to active"):
            book.move(contract, "active")

    def test_refuses_to_close_what_still_owes(self, book: Lending) -> None:
        contract = book.drawn()
        with pytest.raises(StillOwes):
            book.move(contract, "closed")
