"""What the database refuses of liquidations, orders and events, whoever asks."""

import psycopg
import pytest
from django.db import connection

from accounts.models import Approval
from accounts.services.actor import acting
from accounts.services.approvals import approve, execute_approval, propose_approval
from clearing.liquidation.models import Liquidation, LiquidationEvent, LiquidationOrder
from clearing.liquidation.queries.liquidations import broken_links
from clearing.liquidation.services.proposals import release_payload
from clearing.margin.models import MarginCall, Valuation
from contracts.models import DisputeSubject
from tests.clearing.liquidation.sales import AUTHORISED, liquidation, place, propose
from tests.clearing.liquidation.services.test_disputes import dispute, to_wednesday
from tests.clearing.margin.harbour import TUESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

Superuser = psycopg.Connection[tuple[object, ...]]
LIQUIDATION, ORDER, EVENT = (
    "liquidation_liquidation",
    "liquidation_liquidationorder",
    "liquidation_liquidationevent",
)


@pytest.fixture
def proposed(db: None) -> Harbour:
    """One contract at 105 %: proposed on Monday, to be released by a second person."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000)
    world.evening(harbour=10_500)
    propose(world)
    return world


@pytest.fixture
def ordered(db: None) -> Harbour:
    """The same under terms with standing authority: 900 shares are ordered."""
    world = harbour()
    world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
    world.evening(harbour=10_500)
    propose(world)
    place(world)
    return world


def valued(**changes: object) -> int:
    """Monday's valuation once more on Tuesday."""
    return copy_row("margin_valuation", Valuation.objects.get().pk, business_date=TUESDAY, **changes)


def proposal(world: Harbour, **changes: object) -> int:
    """The proposal once more, cancelled or not, by raw SQL."""
    plain = {"reference": "LQ-AGAIN", "state": "proposed", "is_authorised_by_terms": False}
    with acting(actor_id=world.maker.pk, reason="for a test"):
        return copy_row(LIQUIDATION, liquidation().pk, **{**plain, **changes})


class TestLiquidation:
    def test_has_a_reference_of_its_own(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_reference_unique"):
            proposal(proposed, reference=liquidation().reference)

    def test_is_alone_under_way(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_one_under_way"):
            proposal(proposed, valuation_id=valued())

    def test_is_one_per_valuation(self, proposed: Harbour) -> None:
        self.move(proposed, state="cancelled", ended_on=TUESDAY)
        with refused("liquidation_liquidation_once_per_valuation"):
            proposal(proposed, ended_on=None)

    def test_is_below_its_line(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_below_its_line"):
            proposal(proposed, level=3)

    def test_begins_as_a_proposal(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_begins_as_proposal"):
            proposal(proposed, state="released")
        with refused("liquidation_liquidation_begins_as_proposal"):
            proposal(proposed, is_authorised_by_terms=True)

    @pytest.mark.parametrize(
        "changes",
        [
            {"raw_level": 3},
            {"marks_allow_liquidation": False},
            {
                "side_state": "price_hold",
                "hold_reason": "no mark",
                "raw_level": None,
                "collateral_minor": None,
                "coverage_ppm": None,
            },
        ],
    )
    def test_needs_a_valuation_that_allows_it(self, proposed: Harbour, changes: dict[str, object]) -> None:
        with refused("liquidation_liquidation_valuation_allows_it"):
            proposal(proposed, valuation_id=valued(**changes))

    def move(self, world: Harbour, **changes: object) -> None:
        with acting(actor_id=world.maker.pk, reason="for a test"):
            change_row(LIQUIDATION, liquidation().pk, **changes)

    def test_is_ended_when_over(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_ended_when_over"):
            self.move(proposed, state="cancelled")
        with refused("liquidation_liquidation_ended_when_over"):
            self.move(proposed, ended_on=TUESDAY)

    @pytest.mark.parametrize("state", ["ordered", "executed", "settled", "waterfalled", "repaid"])
    def test_moves_forward_step_by_step(self, proposed: Harbour, state: str) -> None:
        with refused("liquidation_liquidation_moves_forward"):
            self.move(proposed, state=state)

    def test_does_not_move_back(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidation_moves_forward"):
            self.move(ordered, state="released")

    def test_is_not_released_by_nobody(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_release_has_authority"):
            self.move(proposed, state="released")

    def test_is_not_released_by_an_authority_that_the_terms_do_not_give(self, proposed: Harbour) -> None:
        with refused("liquidation_liquidation_release_has_authority"):
            self.move(proposed, state="released", is_authorised_by_terms=True)

    def test_is_not_released_by_an_approval_that_is_only_proposed(self, proposed: Harbour) -> None:
        approval = Approval.objects.get(kind="release_liquidation")
        with refused("liquidation_liquidation_release_has_authority"):
            self.move(proposed, state="released", approval_id=approval.pk)

    def test_is_not_released_by_an_approval_of_other_inputs(self, proposed: Harbour) -> None:
        reference, payload = liquidation().reference, {"inputs_hash": "00"}
        forged = propose_approval(
            book_code=proposed.book.code,
            kind="release_liquidation",
            subject=reference,
            payload=payload,
            maker_id=proposed.maker.pk,
        )
        approve(approval_id=forged.pk, checker_id=proposed.ines.pk)
        execute_approval(
            approval_id=forged.pk, kind="release_liquidation", subject=reference, payload=payload
        )
        with refused("liquidation_liquidation_release_has_authority"):
            self.move(proposed, state="released", approval_id=forged.pk)

    def test_keeps_who_released_it(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidation_inputs_frozen"):
            self.move(ordered, is_authorised_by_terms=False)

    def test_keeps_its_inputs(self, proposed: Harbour) -> None:
        for column, value in (("inputs", "{}"), ("simulation", "{}"), ("scope", "whole"), ("target_ppm", 1)):
            with not_permitted():
                self.move(proposed, **{column: value})

    def test_is_never_deleted(self, proposed: Harbour) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM liquidation_liquidation")

    def test_is_not_moved_without_an_actor(self, proposed: Harbour) -> None:
        with refused("accounts_history_actor_present"):
            change_row(LIQUIDATION, liquidation().pk, state="cancelled", ended_on=TUESDAY)

    def test_keeps_the_history_of_its_life(self, ordered: Harbour) -> None:
        states = Liquidation.history.order_by("history_id").values_list("state", flat=True)
        assert list(states) == ["proposed", "released", "ordered"]


class TestDisputed:
    """A liquidation that the client disputes, or whose call it does."""

    def test_is_not_released_by_two_people_before_the_answer(self, db: None) -> None:
        world = harbour()
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=12_500)
        to_wednesday(world)
        propose(world)
        made = liquidation()
        dispute(world, about=DisputeSubject.LIQUIDATION, reference=made.reference)
        approval = Approval.objects.get(kind="release_liquidation")
        approve(approval_id=approval.pk, checker_id=world.ines.pk)
        execute_approval(
            approval_id=approval.pk,
            kind="release_liquidation",
            subject=made.reference,
            payload=release_payload(liquidation=made),
        )
        with refused("liquidation_liquidation_release_undisputed"):
            TestLiquidation().move(world, state="released", approval_id=approval.pk)

    def test_is_never_released_by_the_terms(self, db: None) -> None:
        """Not even in an emergency, which lets two people go on."""
        world = harbour()
        world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
        world.evening(harbour=12_500)
        dispute(world, about=DisputeSubject.CALL, reference=f"call:{MarginCall.objects.get().pk}")
        world.morning(TUESDAY)
        world.evening(harbour=10_500)
        propose(world)
        with refused("liquidation_liquidation_release_undisputed"):
            TestLiquidation().move(world, state="released", is_authorised_by_terms=True)


class TestLiquidationOrder:
    def order(self, **changes: object) -> int:
        return copy_row(ORDER, LiquidationOrder.objects.get().pk, **{"reference": "again", **changes})

    def test_has_a_reference_of_its_own(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidationorder_reference_unique"):
            self.order(
                reference=LiquidationOrder.objects.get().reference,
                instrument_id=ordered.instruments["XNYS:LITE"].pk,
            )

    def test_is_the_only_open_one_of_its_security(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidationorder_one_open"):
            self.order()

    @pytest.mark.parametrize("column", ["quantity", "expected_price_minor"])
    def test_sells_something(self, ordered: Harbour, column: str) -> None:
        with refused("liquidation_liquidationorder_sells_something"):
            self.order(**{column: 0})

    def test_needs_a_released_liquidation(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidationorder_liquidation_released"):
            self.order(state="filled")
        self.end(ordered)
        with refused("liquidation_liquidationorder_liquidation_released"):
            self.order()

    def end(self, world: Harbour) -> None:
        with acting(actor_id=world.maker.pk, reason="for a test"):
            change_row(LIQUIDATION, liquidation().pk, state="executed")

    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "filled", "filled_quantity": 899, "closed_on": TUESDAY},
            {"state": "part_filled", "filled_quantity": 900, "closed_on": TUESDAY},
            {"state": "part_filled", "filled_quantity": 0, "closed_on": TUESDAY},
            {"state": "cancelled", "filled_quantity": 1, "closed_on": TUESDAY},
            {"state": "cancelled"},
            {"filled_quantity": 1},
            {"state": "lost", "closed_on": TUESDAY},
        ],
    )
    def test_has_a_state_that_fits_its_fill(self, ordered: Harbour, changes: dict[str, object]) -> None:
        with refused("liquidation_liquidationorder_state_fits_fill"):
            change_row(ORDER, LiquidationOrder.objects.get().pk, **changes)

    def test_stands_once_it_is_out(self, ordered: Harbour) -> None:
        order_id = LiquidationOrder.objects.get().pk
        with not_permitted():
            change_row(ORDER, order_id, quantity=1)
        change_row(ORDER, order_id, state="cancelled", closed_on=TUESDAY)
        with refused("liquidation_liquidationorder_stands"):
            change_row(ORDER, order_id, state="open", closed_on=None)


class TestLiquidationEvent:
    def event(self, **changes: object) -> int:
        """The newest event once more; the database numbers and chains it."""
        plain = {"sequence": 0, "previous_hash": b"", "event_hash": b""}
        return copy_row(EVENT, LiquidationEvent.objects.latest("pk").pk, **{**plain, **changes})

    def test_continues_the_chain(self, ordered: Harbour) -> None:
        before = LiquidationEvent.objects.latest("pk")
        added = LiquidationEvent.objects.get(pk=self.event())
        assert added.sequence == before.sequence + 1
        assert bytes(added.previous_hash) == bytes(before.event_hash)
        assert broken_links(liquidation_id=added.liquidation_id) == []

    @pytest.mark.parametrize(
        "forged", [{"sequence": 9}, {"previous_hash": b"\1" * 32}, {"event_hash": b"\1" * 32}]
    )
    def test_cannot_be_forged(self, ordered: Harbour, forged: dict[str, object]) -> None:
        with refused("liquidation_liquidationevent_chain_unbroken"):
            self.event(**forged)

    def test_says_why(self, ordered: Harbour) -> None:
        with refused("liquidation_liquidationevent_says_why"):
            self.event(reason="")

    def test_is_never_changed(self, ordered: Harbour) -> None:
        with not_permitted():
            change_row(EVENT, LiquidationEvent.objects.latest("pk").pk, reason="another")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM liquidation_liquidationevent")


@pytest.mark.django_db(transaction=True)
class TestTampering:
    """What a superuser changes past every guard is found, or refused by the guard itself."""

    def test_of_an_event_breaks_the_chain(self, admin_connection: Superuser) -> None:
        world = harbour()
        world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
        world.evening(harbour=10_500)
        propose(world)
        place(world)
        execute = admin_connection.execute
        execute("UPDATE liquidation_liquidationevent SET reason = 'nobody asked' WHERE sequence = 2")
        assert broken_links(liquidation_id=liquidation().pk) == [2]
        execute("DELETE FROM liquidation_liquidationevent WHERE sequence = 1")
        assert broken_links(liquidation_id=liquidation().pk) == [2, 3]

    def test_of_what_was_frozen_is_refused(self, admin_connection: Superuser) -> None:
        world = harbour()
        world.contract(owes=10_000_000, harbour=1_000)
        world.evening(harbour=10_500)
        propose(world)
        execute = admin_connection.execute
        for statement, rule in (
            ("UPDATE liquidation_liquidation SET simulation = '{}'", "liquidation_liquidation_inputs_frozen"),
            ("UPDATE margin_margincall SET deposit_minor = 1", "margin_margincall_demand_stands"),
            (
                "INSERT INTO liquidation_liquidationevent (liquidation_id, sequence, kind, business_date,"
                " actor_id, reason, payload, previous_hash, event_hash, recorded_at)"
                " SELECT liquidation_id, 9, kind, business_date, actor_id, reason, payload, '', '', now()"
                " FROM liquidation_liquidationevent",
                "liquidation_liquidationevent_chain_unbroken",
            ),
        ):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                execute(statement)
            assert caught.value.diag.constraint_name == rule
