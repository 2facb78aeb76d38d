"""Two reconciliations at once leave one result."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from clearing.reconciliation.models import Match, MatchAllocation, ReconciliationBreak, ReconciliationRun
from clearing.reconciliation.services.reconcile import reconcile
from custody.services.incoming import book_incoming_payments
from tests.clearing.reconciliation.bookings import deliver_statement, pay_in, take_back_statements
from tests.world import SESSIONS, World, build_world

pytestmark = pytest.mark.django_db(transaction=True)
MONDAY = SESSIONS[0]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Anchor's statements are in and its receipts are booked, but for one that nobody knows."""
    made = build_world(tmp_path)
    pay_in(made, MONDAY, 800_00, "WHOSE")
    made.prepare(MONDAY)
    for kind in ("cash", "holdings"):
        for raw in take_back_statements(made, kind):
            statement = deliver_statement(made, raw, MONDAY)
            book_incoming_payments(statement_id=statement.pk, booking_date=MONDAY, maker_id=made.maker_id)
    made.close()
    return made


def reconcile_here(world: World) -> list[int]:
    try:
        runs = reconcile(
            book_id=world.book.pk, custodian_code="ANCHOR", business_date=MONDAY, maker_id=world.maker_id
        )
        return [run.pk for run in runs]
    finally:
        connection.close()


class TestReconcile:
    def test_leaves_one_result_of_two_at_once(self, world: World) -> None:
        with ThreadPoolExecutor(4) as pool:
            results = list(pool.map(lambda _: reconcile_here(world), range(4)))
        assert len({tuple(result) for result in results}) == 1
        assert ReconciliationRun.objects.count() == 2
        allocated = Counter(MatchAllocation.objects.values_list("statement_entry_id", flat=True))
        del allocated[None]
        assert set(allocated.values()) == {1}
        assert Match.objects.count() == len(allocated)
        assert ReconciliationBreak.objects.count() == 1
