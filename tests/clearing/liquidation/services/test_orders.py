"""Orders, fills and planning anew. 100,000.00 owed against 1,000 shares of Harbour."""

import pytest

from clearing.liquidation.models import LiquidationOrder
from clearing.liquidation.queries.liquidations import open_orders
from tests.clearing.liquidation.sales import (
    AUTHORISED,
    fill,
    kinds,
    liquidation,
    place,
    propose,
    record,
    settle,
)
from tests.clearing.margin.harbour import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Harbour


@pytest.fixture
def released(world: Harbour) -> Harbour:
    """125 % covered since Monday, due on Wednesday, released by the terms: 500 shares are to go."""
    world.contract(owes=10_000_000, harbour=1_000, terms=world.terms(AUTHORISED))
    for day in (MONDAY, TUESDAY, WEDNESDAY):
        if day != MONDAY:
            world.morning(day)
        world.evening(harbour=12_500)
    propose(world)
    return world


def next_evening(world: Harbour, price: int | None) -> None:
    world.evening(harbour=price)
    record(world)


class TestPlaceOrders:
    def test_orders_the_smallest_sufficient_sale(self, released: Harbour) -> None:
        assert place(released).orders == 1
        (order,) = open_orders(book_id=released.book.pk)
        assert order.reference == "LQ-F1-20080917-20080917-1"
        assert (order.security, order.quantity, order.expected_price_minor) == ("XNYS:HARB", 500, 12_500)
        assert liquidation().state == "ordered"

    def test_places_nothing_twice(self, released: Harbour) -> None:
        place(released)
        again = place(released)
        assert (again.orders, again.executed, again.postponed) == (0, 0, 0)

    def test_places_nothing_on_a_hold_and_says_so_once(self, released: Harbour) -> None:
        released.morning(THURSDAY)
        released.evening(harbour=None)
        assert place(released).postponed == 1
        assert place(released).postponed == 0
        assert kinds(liquidation())[-1] == "postponed"
        assert liquidation().state == "released"

    def test_stops_at_the_target(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        fill(released, 12_500)
        next_evening(released, 12_500)
        assert place(released).executed == 1
        assert liquidation().state == "executed"

    def test_plans_anew_what_was_not_filled(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        fill(released, 12_500, quantity=200)
        next_evening(released, 12_400)
        assert place(released).orders == 1
        (order,) = open_orders(book_id=released.book.pk)
        assert order.quantity == 300

    def test_orders_more_where_prices_fell(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        next_evening(released, 11_000)
        place(released)
        (order,) = open_orders(book_id=released.book.pk)
        assert order.quantity == 800

    def test_leaves_alone_what_has_not_settled(self, world: Harbour) -> None:
        contract = world.contract(owes=10_000_000, terms=world.terms(AUTHORISED), harbour=100)
        world.deliver("F1", "XNYS:HARB", 900, settled=False)
        world.evening(harbour=10_500)
        propose(world)
        place(world)
        (order,) = open_orders(book_id=world.book.pk)
        assert (order.contract_id, order.quantity) == (contract.pk, 100)


class TestRecordFills:
    def test_closes_orders_by_what_was_filled(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        fill(released, 12_400, quantity=200)
        assert record(released) == 1
        order = LiquidationOrder.objects.get()
        assert (order.state, order.filled_quantity, order.closed_on) == ("part_filled", 200, THURSDAY)
        event = liquidation().events.latest("sequence")
        assert event.payload["orders"][0]["gross_minor"] == 2_480_000

    def test_cancels_what_nobody_took(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        record(released)
        assert LiquidationOrder.objects.get().state == "cancelled"

    def test_waits_for_the_session(self, released: Harbour) -> None:
        place(released)
        assert record(released) == 0

    def test_closes_nothing_twice(self, released: Harbour) -> None:
        place(released)
        released.morning(THURSDAY)
        fill(released, 12_500)
        record(released)
        assert record(released) == 0
        settle(released)
        assert LiquidationOrder.objects.get().state == "filled"
