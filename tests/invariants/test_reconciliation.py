"""What the database refuses of runs, matches and breaks, whoever asks."""

from pathlib import Path

import pytest
from django.db import connection

from accounts.services.actor import acting
from clearing.reconciliation.models import Match, MatchAllocation, ReconciliationBreak, ReconciliationRun
from custody.models import StatementEntry
from tests.clearing.reconciliation.bookings import book_deposit, pay_in
from tests.invariants.rows import change_row, copy_row, not_permitted, refused
from tests.world import OWN_MINOR, SESSIONS, World, build_world

RUN, MATCH, ALLOCATION, COMPARISON, BREAK = (
    f"reconciliation_{name}"
    for name in (
        "reconciliationrun",
        "match",
        "matchallocation",
        "balancecomparison",
        "reconciliationbreak",
    )
)
MONDAY, TUESDAY = SESSIONS[:2]


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """Monday is reconciled; on Tuesday the ledger and the bank each have an entry that the other lacks."""
    made = build_world(tmp_path)
    made.play(MONDAY)
    pay_in(made, TUESDAY, 800_00, "WHOSE")
    made.prepare(TUESDAY)
    book_deposit(made, TUESDAY, 700_00, "PHANTOM")
    made.run(TUESDAY)
    made.close()
    return made


def write(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]


# Like the matching: a match and its allocations in one statement.
_MATCH = """
WITH matched AS (
    INSERT INTO reconciliation_match (run_id, match_no, rule, evidence, digest)
    SELECT run_id, 1000, 'amount_in_window', '{}', digest FROM reconciliation_match WHERE id = %s
    RETURNING id
)
INSERT INTO reconciliation_matchallocation (match_id, entry_id, account_id, statement_entry_id, amount_minor)
SELECT matched.id, side.entry_id, side.account_id, side.statement_entry_id, side.amount_minor
FROM matched
CROSS JOIN LATERAL (
    VALUES (%s::bigint, %s::bigint, NULL::bigint, %s::bigint), (NULL, NULL, %s::bigint, %s::bigint)
) AS side (entry_id, account_id, statement_entry_id, amount_minor)
"""


def match_by_hand(entry: MatchAllocation, stated: StatementEntry, ledger: int, external: int) -> None:
    write(_MATCH, entry.match_id, entry.entry_id, entry.account_id, ledger, stated.pk, external)


class TestReconciliationRun:
    def test_is_one_attempt_of_its_kind_and_day(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="cash").earliest("pk")
        with refused("reconciliation_reconciliationrun_attempt_unique"):
            copy_row(RUN, run.pk, digest=b"other")

    def test_is_one_attempt_also_where_there_is_no_custodian(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="client_money").earliest("pk")
        with refused("reconciliation_reconciliationrun_attempt_unique"):
            copy_row(RUN, run.pk, digest=b"other")

    def test_writes_a_result_once(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="cash").earliest("pk")
        with refused("reconciliation_reconciliationrun_result_once"):
            copy_row(RUN, run.pk, attempt=2)

    def test_has_a_custodian_unless_it_is_of_the_whole_pool(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="cash").earliest("pk")
        with refused("reconciliation_reconciliationrun_kind_known"):
            copy_row(RUN, run.pk, attempt=2, digest=b"other", custodian_id=None)

    @pytest.mark.parametrize(
        "table",
        [RUN, "reconciliation_runstatement", COMPARISON, MATCH, ALLOCATION],
    )
    @pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
    def test_is_append_only_with_all_that_belongs_to_it(self, world: World, table: str, verb: str) -> None:
        with not_permitted():
            write(verb.format(table))

    def test_reads_a_statement_once(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="cash").earliest("pk")
        with refused("reconciliation_runstatement_read_once"):
            copy_row("reconciliation_runstatement", run.statements.get().pk)

    def test_compares_an_account_and_unit_once(self, world: World) -> None:
        run = ReconciliationRun.objects.filter(kind="cash").earliest("pk")
        with refused("reconciliation_balancecomparison_once"):
            copy_row(COMPARISON, run.comparisons.earliest("pk").pk)


class TestMatch:
    def test_has_its_own_number(self, world: World) -> None:
        with refused("reconciliation_match_number_unique"):
            copy_row(MATCH, Match.objects.earliest("pk").pk)

    def test_is_by_a_rule(self, world: World) -> None:
        with refused("reconciliation_match_rule_known"):
            copy_row(MATCH, Match.objects.earliest("pk").pk, match_no=1000, rule="by_feeling")

    def test_brings_its_allocations(self, world: World) -> None:
        with refused("reconciliation_match_brings_allocations"):
            copy_row(MATCH, Match.objects.earliest("pk").pk, match_no=1000)

    def test_takes_no_allocation_later(self, world: World) -> None:
        allocation = MatchAllocation.objects.earliest("pk")
        with refused("reconciliation_matchallocation_arrives_with_match"):
            copy_row(ALLOCATION, allocation.pk, entry_id=self.phantom(world).entry_id, amount_minor=1)

    def phantom(self, world: World) -> MatchAllocation:
        """The movement that is open, as an allocation would name it, beside a match to copy."""
        found = ReconciliationBreak.objects.get(kind="ledger_unmatched")
        some = MatchAllocation.objects.filter(account__address="client/custody/ANCHOR").earliest("pk")
        return MatchAllocation(match_id=some.match_id, entry_id=found.entry_id, account_id=some.account_id)

    def deposit(self) -> StatementEntry:
        """A statement entry of the client's account at Anchor, matched in full."""
        rows = StatementEntry.objects.filter(custody_account__external_number="ANCHOR-CLIENT")
        return rows.earliest("pk")

    def stray(self) -> StatementEntry:
        return StatementEntry.objects.get(account_reference="WHOSE")

    def test_has_equal_sides(self, world: World) -> None:
        with refused("reconciliation_matchallocation_sides_equal"):
            match_by_hand(self.phantom(world), self.stray(), 700_00, 800_00)

    def test_is_about_one_account(self, world: World) -> None:
        with refused("reconciliation_matchallocation_one_account"):
            match_by_hand(self.phantom(world), self.stray(), 700_00, 700_00)

    def test_takes_no_more_of_a_movement_than_there_is(self, world: World) -> None:
        with refused("reconciliation_matchallocation_within_movement"):
            match_by_hand(self.phantom(world), self.deposit(), 700_01, 700_01)

    def test_takes_nothing_against_the_sign_of_a_movement(self, world: World) -> None:
        with refused("reconciliation_matchallocation_within_movement"):
            match_by_hand(self.phantom(world), self.deposit(), -1, -1)

    def test_takes_no_more_of_a_statement_entry_than_is_left(self, world: World) -> None:
        """The movement would have enough; the bank's entry is spent."""
        assert self.deposit().amount_minor == OWN_MINOR
        with refused("reconciliation_matchallocation_within_statement_entry"):
            match_by_hand(self.phantom(world), self.deposit(), 1, 1)

    def test_takes_no_movement_that_is_not_of_the_account(self, world: World) -> None:
        phantom = self.phantom(world)
        phantom.entry_id = MatchAllocation.objects.get(
            entry__source_reference__contains="ANCHOR", account__address="house/custody/ANCHOR"
        ).entry_id
        with refused("reconciliation_matchallocation_within_movement"):
            match_by_hand(phantom, self.deposit(), 1, 1)

    def test_allocates_one_side_a_row(self, world: World) -> None:
        allocation = MatchAllocation.objects.filter(entry__isnull=False).earliest("pk")
        with refused("reconciliation_matchallocation_one_side"):
            copy_row(ALLOCATION, allocation.pk, statement_entry_id=self.stray().pk)

    def test_allocates_something(self, world: World) -> None:
        with refused("reconciliation_matchallocation_amount_not_zero"):
            copy_row(ALLOCATION, MatchAllocation.objects.earliest("pk").pk, amount_minor=0)

    def test_allocates_a_movement_and_an_entry_once_each(self, world: World) -> None:
        ledger = MatchAllocation.objects.filter(entry__isnull=False).earliest("pk")
        stated = MatchAllocation.objects.filter(entry__isnull=True).earliest("pk")
        with refused("reconciliation_matchallocation_movement_once"):
            copy_row(ALLOCATION, ledger.pk)
        with refused("reconciliation_matchallocation_statement_entry_once"):
            copy_row(ALLOCATION, stated.pk)


class TestReconciliationBreak:
    def change(self, world: World, **changes: object) -> None:
        found = ReconciliationBreak.objects.get(kind="ledger_unmatched")
        with acting(actor_id=world.maker_id, reason="for a test"):
            change_row(BREAK, found.pk, **changes)

    def copy(self, world: World, **changes: object) -> int:
        found = ReconciliationBreak.objects.get(kind="ledger_unmatched")
        with acting(actor_id=world.maker_id, reason="for a test"):
            return copy_row(BREAK, found.pk, **changes)

    def test_keeps_the_day_it_was_first_seen(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_first_seen_kept"):
            self.change(world, first_seen_on=MONDAY)

    def test_stays_about_what_it_was_opened_for(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_identity_unchanged"):
            self.change(world, subject="something else")

    def test_stays_closed(self, world: World) -> None:
        run = ReconciliationRun.objects.latest("pk")
        self.change(world, status="closed", closed_on=TUESDAY, closing_run_id=run.pk)
        with refused("reconciliation_reconciliationbreak_closed_is_final"):
            self.change(world, status="open", closed_on=None)

    def test_is_the_one_open_break_of_its_subject(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_one_open"):
            self.copy(world)

    def test_adds_up(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_difference_adds_up"):
            self.change(world, ledger_minor=1)

    def test_says_what_differs(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_says_what"):
            self.copy(world, subject="other", entry_id=None)

    def test_is_closed_with_day_and_run(self, world: World) -> None:
        with refused("reconciliation_reconciliationbreak_status_complete"):
            self.change(world, status="closed")
        with refused("reconciliation_reconciliationbreak_status_complete"):
            self.change(world, status="assigned")

    def test_changes_only_on_behalf_of_somebody(self, world: World) -> None:
        found = ReconciliationBreak.objects.get(kind="ledger_unmatched")
        with refused("accounts_history_actor_present"):
            change_row(BREAK, found.pk, cause="nobody said so")

    def test_is_never_deleted(self, world: World) -> None:
        with not_permitted():
            write("DELETE FROM reconciliation_reconciliationbreak")
