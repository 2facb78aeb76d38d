"""Reconciliation on the small platform: the banks' statements are the simulator's, the rest goes by hand."""

import datetime as dt
from typing import Any

import pytest

from clearing.reconciliation.models import (
    BalanceComparison,
    Match,
    MatchAllocation,
    ReconciliationBreak,
    ReconciliationRun,
)
from clearing.reconciliation.services.reconcile import reconcile_client_money_of
from clearing.reconciliation.services.runs import ReconciliationOutOfOrder
from custody.models import Custodian
from ledger.queries.accounts import account_id
from ledger.services.accounts import AccountDraft, open_accounts
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.clearing.reconciliation.bookings import (
    book_deposit,
    deliver_shares,
    deliver_statement,
    open_kinds,
    pay_in,
    reconciled,
    spoilt,
    take_back_statements,
)
from tests.world import OWN_MINOR, SESSIONS, World

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = SESSIONS[:4]


def the_break(**wanted: object) -> ReconciliationBreak:
    return ReconciliationBreak.objects.get(**wanted)


class TestReconcileCash:
    def test_matches_every_receipt_of_the_statement_by_reference_amount_and_date(self, world: World) -> None:
        world.play(MONDAY)
        rules = set(Match.objects.values_list("rule", flat=True))
        assert (Match.objects.count(), rules) == (1 + 4 + 6, {"reference_amount_date"})
        assert open_kinds(world) == []

    def test_allocates_the_same_amount_of_both_sides(self, world: World) -> None:
        world.play(MONDAY)
        for match in Match.objects.all():
            ledger = match.allocations.get(entry__isnull=False)
            stated = match.allocations.get(statement_entry__isnull=False)
            assert stated.statement_entry is not None
            assert ledger.amount_minor == stated.amount_minor == stated.statement_entry.amount_minor

    def test_compares_closing_balances_by_account_and_unit(self, world: World) -> None:
        world.play(MONDAY)
        run = ReconciliationRun.objects.get(custodian__code="ANCHOR", kind="cash")
        compared = {
            one.custody_account.ring: one for one in run.comparisons.select_related("custody_account")
        }
        assert set(compared) == {"client", "funder", "house"}
        assert compared["client"].ledger_minor == compared["client"].external_minor == 3 * OWN_MINOR

    def test_run_again_writes_nothing_and_returns_the_same_runs(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        before = ReconciliationRun.objects.count(), Match.objects.count(), BalanceComparison.objects.count()
        first, second = reconciled(world, MONDAY), reconciled(world, MONDAY)
        assert [run.pk for run in first] == [run.pk for run in second]
        assert [run.attempt for run in first] == [1, 1]
        after = ReconciliationRun.objects.count(), Match.objects.count(), BalanceComparison.objects.count()
        assert after == before

    def test_takes_all_postings_of_an_entry_on_an_account_as_one_movement(self, world: World) -> None:
        world.play(MONDAY)
        world.banks["ANCHOR"].credit_incoming(
            world.number("ANCHOR", "reserve"), "USD", 900_00, "ELSEWHERE", TUESDAY
        )
        world.prepare(TUESDAY)
        book_deposit(world, TUESDAY, 900_00, "BATCH-1", parts=3)
        world.run(TUESDAY)
        found = the_break(kind="ledger_unmatched")
        assert (found.ledger_minor, found.custody_account and found.custody_account.ring) == (
            900_00,
            "client",
        )

    def test_opens_a_break_for_what_only_the_ledger_has(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        entry_id = book_deposit(world, TUESDAY, 700_00, "PHANTOM")
        world.run(TUESDAY)
        found = the_break(kind="ledger_unmatched")
        assert (found.entry_id, found.difference_minor, found.first_seen_on) == (entry_id, 700_00, TUESDAY)

    def test_opens_a_break_for_what_only_the_bank_has(self, world: World) -> None:
        world.play(MONDAY)
        pay_in(world, TUESDAY, 800_00, "WHOSE")
        world.play(TUESDAY)
        found = the_break(kind="external_unmatched")
        assert (found.external_minor, found.difference_minor) == (800_00, -800_00)

    def test_explains_a_difference_of_balances_by_what_is_unmatched(self, world: World) -> None:
        world.play(MONDAY)
        pay_in(world, TUESDAY, 800_00, "WHOSE")
        world.play(TUESDAY)
        assert open_kinds(world) == ["external_unmatched"]
        compared = BalanceComparison.objects.get(
            run__business_date=TUESDAY, custody_account__ring="reserve", external_minor=800_00
        )
        assert (compared.ledger_minor, compared.open_external_minor) == (0, 800_00)

    def test_breaks_a_balance_that_the_entries_do_not_explain(self, world: World) -> None:
        def shift(document: dict[str, Any]) -> None:
            [client] = [one for one in document["accounts"] if one["account"] == "ANCHOR-CLIENT"]
            balance = client["balances"][0]
            for side in ("opening", "closing"):
                balance[side] = f"{int(balance[side].split('.')[0]) + 5}.00"

        world.play(MONDAY)
        world.prepare(TUESDAY)
        take_back_statements(world, "cash")  # Monday's lies there too: an inbox is emptied at the commit
        [_, (_, raw)] = [(None, None), world.banks["ANCHOR"].write_statement(TUESDAY)[0]]
        deliver_statement(world, spoilt(raw, shift), TUESDAY)
        world.run(TUESDAY)
        assert open_kinds(world) == ["balance_difference", "statement_marked"]
        assert the_break(kind="balance_difference").difference_minor == -5_00

    def test_closes_a_break_by_a_late_match_and_keeps_when_it_was_first_seen(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 700_00, "LATE-1")
        world.run(TUESDAY)
        bank_books(world, WEDNESDAY, 700_00, "LATE-1")
        world.play(WEDNESDAY)
        found = the_break(kind="ledger_unmatched", ledger_minor=700_00)
        assert (found.first_seen_on, found.closed_on, found.cause) == (TUESDAY, WEDNESDAY, "late match")
        assert found.closing_match is not None
        assert [row.history_type for row in found.history.all()] == ["~", "+"]


def bank_books(world: World, day: dt.date, amount: int, reference: str) -> None:
    """The reserve's account moves at the bank."""
    world.banks["ANCHOR"].credit_incoming(world.number("ANCHOR", "reserve"), "USD", amount, reference, day)


def ledger_books(world: World, day: dt.date, amount: int, reference: str) -> None:
    """The reserve's account moves in the ledger, as if swept and confirmed under another reference."""
    custody, transit = (
        account_id(book_id=world.book.pk, address=f"reserve/{name}/ANCHOR", unit_code="USD")
        for name in ("custody", "transit")
    )
    draft = EntryDraft(
        kind="ring_transfer_confirmed",
        value_date=day,
        narration="booked by a test",
        source_reference=f"instruction:{reference}",
        idempotency_key=f"reserve-{reference}-{amount}-{day}",
        postings=[PostingDraft(custody, amount), PostingDraft(transit, -amount)],
    )
    post_journal_entry(
        book_id=world.book.pk, booking_date=day, draft=draft, caller="tests", maker_id=world.maker_id
    )


class TestMatchingInOrder:
    def rules(self) -> list[str]:
        """By what the reserve's account was matched, but for the evening's sweeps."""
        rows = Match.objects.filter(allocations__account__address="reserve/custody/ANCHOR").exclude(
            evidence__reference__startswith="MAIN-T-"
        )
        return sorted(rows.values_list("rule", flat=True))

    def test_matches_an_amount_within_days_where_it_is_alone_on_both_sides(self, world: World) -> None:
        world.play(MONDAY)
        bank_books(world, WEDNESDAY, 333_00, "THEIRS")
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 333_00, "OURS")
        world.run(TUESDAY)
        world.play(WEDNESDAY)
        assert self.rules() == ["amount_in_window"]

    def test_does_not_reach_beyond_the_window(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 333_00, "OURS")
        world.run(TUESDAY)
        world.play(*SESSIONS[2:5])
        bank_books(world, SESSIONS[5], 333_00, "THEIRS")
        world.play(SESSIONS[5])
        assert self.rules() == []
        assert open_kinds(world) == ["external_unmatched", "ledger_unmatched"]

    def test_leaves_equal_amounts_open_where_nothing_tells_them_apart(self, world: World) -> None:
        world.play(MONDAY)
        bank_books(world, TUESDAY, 333_00, "THEIRS")
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 333_00, "OURS-1")
        ledger_books(world, TUESDAY, 333_00, "OURS-2")
        world.run(TUESDAY)
        assert self.rules() == []
        assert open_kinds(world) == ["external_unmatched", "ledger_unmatched", "ledger_unmatched"]

    def test_prefers_the_reference_to_the_amount(self, world: World) -> None:
        world.play(MONDAY)
        bank_books(world, TUESDAY, 333_00, "T-1")
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 333_00, "T-1")
        ledger_books(world, TUESDAY, 333_00, "T-2")
        world.run(TUESDAY)
        assert self.rules() == ["reference_amount_date"]
        assert the_break(kind="ledger_unmatched").entry.source_reference == "instruction:T-2"  # type: ignore[union-attr]

    def test_gives_no_amount_to_an_entry_that_another_names(self, world: World) -> None:
        """Equal amounts, but the bank's entry carries the reference of a movement of another amount."""
        world.play(MONDAY)
        bank_books(world, TUESDAY, 333_00, "T-1")
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 334_00, "T-1")
        ledger_books(world, TUESDAY, 333_00, "T-2")
        world.run(TUESDAY)
        assert self.rules() == []

    def test_leaves_the_second_of_two_equal_entries_open(self, world: World) -> None:
        world.play(MONDAY)
        bank_books(world, TUESDAY, 100_00, "TWIN")
        bank_books(world, TUESDAY, 100_00, "ANOTHER")
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 100_00, "TWIN")
        world.run(TUESDAY)
        assert self.rules() == ["reference_amount_date"]
        assert open_kinds(world) == ["external_unmatched"]

    def test_finds_a_reference_and_amount_on_a_far_day(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 333_00, "SLOW")
        world.run(TUESDAY)
        world.play(*SESSIONS[2:6])
        bank_books(world, SESSIONS[6], 333_00, "SLOW")
        world.play(SESSIONS[6])
        assert self.rules() == ["reference_amount"]
        assert open_kinds(world) == []


class TestReconcileStatements:
    def test_breaks_a_missing_statement_until_it_comes(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        take_back_statements(world, "cash")
        world.run(TUESDAY)
        assert open_kinds(world) == ["statement_missing"]
        [raw] = [
            content for name, content in world.banks["ANCHOR"].write_statement(TUESDAY) if "CASH" in name
        ]
        deliver_statement(world, raw, WEDNESDAY)
        [cash, _] = reconciled(world, TUESDAY)
        assert cash.attempt == 2
        assert open_kinds(world) == []

    def test_carries_what_no_statement_has_shown_yet(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        ledger_books(world, TUESDAY, 50_00, "T-9")
        take_back_statements(world, "cash")
        world.run(TUESDAY)
        assert open_kinds(world) == ["ledger_unmatched", "statement_missing"]

    def test_reads_nothing_from_a_statement_that_does_not_add_up_and_breaks_it(self, world: World) -> None:
        def overstate(document: dict[str, Any]) -> None:
            document["accounts"][0]["balances"][0]["closing"] = "1.00"

        world.prepare(MONDAY)
        [raw] = take_back_statements(world, "cash")
        deliver_statement(world, spoilt(raw, overstate), MONDAY)
        world.run(MONDAY)
        assert open_kinds(world) == ["statement_marked", "statement_missing"]
        assert not Match.objects.filter(run__custodian__code="ANCHOR").exists()
        assert "footing_wrong" in the_break(kind="statement_marked").cause

    def test_lets_a_statement_take_the_place_of_one_that_could_not_be_read(self, world: World) -> None:
        world.prepare(MONDAY)
        [raw] = take_back_statements(world, "cash")
        deliver_statement(world, b"not a statement", MONDAY)
        world.run(MONDAY)
        assert open_kinds(world) == ["statement_marked", "statement_missing"]
        deliver_statement(world, raw, MONDAY)
        reconciled(world, MONDAY)
        assert set(open_kinds(world)) == {"external_unmatched"}

    def test_reads_the_corrected_statement_that_superseded_a_stopped_one(self, world: World) -> None:
        def overstate(document: dict[str, Any]) -> None:
            document["accounts"][0]["balances"][0]["closing"] = "1.00"

        world.prepare(MONDAY)
        [raw] = take_back_statements(world, "cash")
        deliver_statement(world, spoilt(raw, overstate), MONDAY)
        world.run(MONDAY)
        before = ReconciliationRun.objects.get(custodian__code="ANCHOR", kind="cash")
        deliver_statement(world, raw, MONDAY)
        cash, _holdings = reconciled(world, MONDAY)
        assert (cash.attempt, bytes(cash.digest) != bytes(before.digest)) == (2, True)
        assert set(open_kinds(world)) == {"external_unmatched"}
        closed = ReconciliationBreak.objects.filter(kind="statement_marked", status="closed")
        assert [one.closing_run_id for one in closed] == [cash.pk]


class TestReconcileHoldings:
    def test_breaks_a_quantity_that_differs_restates_it_and_closes_it(self, world: World) -> None:
        world.play(*SESSIONS[:5])
        friday, *later = SESSIONS[5:9]
        world.prepare(friday)
        deliver_shares(world, friday, 10)
        world.run(friday)
        assert the_break(kind="holding_difference").difference_minor == 10
        world.prepare(later[0])
        deliver_shares(world, later[0], 5)
        world.run(later[0])
        found = the_break(kind="holding_difference")
        assert (found.difference_minor, found.first_seen_on) == (15, friday)
        world.prepare(later[1])
        deliver_shares(world, later[1], -15)
        world.run(later[1])
        found.refresh_from_db()
        assert (found.status, found.closed_on) == ("closed", later[1])

    def test_compares_settled_quantities_by_security(self, world: World) -> None:
        world.play(*SESSIONS[:5])
        run = ReconciliationRun.objects.get(
            custodian__code="BASTION", kind="holdings", business_date=SESSIONS[4]
        )
        assert run.comparisons.count() == 3
        assert all(one.ledger_minor == one.external_minor for one in run.comparisons.all())


class TestReconcileOrder:
    def test_refuses_a_day_that_was_skipped(self, world: World) -> None:
        world.play(MONDAY, TUESDAY)
        with pytest.raises(ReconciliationOutOfOrder):
            reconciled(world, MONDAY - dt.timedelta(days=3))

    def test_returns_an_earlier_day_as_it_was_once_a_later_one_carried_it_on(self, world: World) -> None:
        world.play(MONDAY, TUESDAY)
        assert [run.attempt for run in reconciled(world, MONDAY)] == [1, 1]
        assert ReconciliationRun.objects.filter(business_date=MONDAY).count() == 5

    def test_refuses_an_unknown_custodian(self, world: World) -> None:
        world.prepare(MONDAY)
        with pytest.raises(Custodian.DoesNotExist):
            reconciled(world, MONDAY, bank="NOWHERE")


class TestReconcileClientMoneyOf:
    def run(self, day: dt.date) -> ReconciliationRun:
        return ReconciliationRun.objects.get(kind="client_money", business_date=day)

    def test_holds_requirement_against_resource_by_currency(self, world: World) -> None:
        world.play(MONDAY)
        figures = self.run(MONDAY).figures["currencies"]["USD"]
        assert figures["requirement_minor"] == figures["resource_minor"] == 6 * OWN_MINOR
        assert figures["shortfall_minor"] == 0

    def test_counts_what_is_bought_and_not_settled_as_owed(self, world: World) -> None:
        world.play(MONDAY, TUESDAY)
        figures = self.run(TUESDAY).figures["currencies"]["USD"]
        assert figures["obligations_minor"] > 0
        assert figures["shortfall_minor"] == figures["excess_minor"] == 0

    def test_breaks_a_shortfall_and_closes_it_when_it_is_made_good(self, world: World) -> None:
        world.play(MONDAY)
        world.prepare(TUESDAY)
        self.owe_from_house(world, TUESDAY, 450_00)
        world.run(TUESDAY)
        found = the_break(kind="client_money_shortfall")
        assert found.difference_minor == -450_00
        world.prepare(WEDNESDAY)
        self.owe_from_house(world, WEDNESDAY, -450_00)
        world.run(WEDNESDAY)
        found.refresh_from_db()
        assert (found.status, found.closed_on) == ("closed", WEDNESDAY)

    def test_gives_the_same_digest_again(self, world: World) -> None:
        world.play(MONDAY)
        run = reconcile_client_money_of(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker_id)
        assert run.pk == self.run(MONDAY).pk

    def owe_from_house(self, world: World, day: dt.date, amount: int) -> None:
        """The house owes the clients money instead of having paid it in."""
        custody = account_id(book_id=world.book.pk, address="client/custody/ANCHOR", unit_code="USD")
        [due] = open_accounts(
            book_id=world.book.pk,
            drafts=[
                AccountDraft("client/due-from-house", world.units["USD"], "client", "due_from_house", 1130)
            ],
        ).values()
        draft = EntryDraft(
            kind="client_surplus",
            value_date=day,
            narration="booked by a test",
            source_reference="tests:due",
            idempotency_key=f"due-{day}",
            postings=[PostingDraft(due, amount), PostingDraft(custody, -amount)],
        )
        post_journal_entry(
            book_id=world.book.pk, booking_date=day, draft=draft, caller="tests", maker_id=world.maker_id
        )


def test_allocations_never_exceed_either_side_after_days_of_matching(world: World) -> None:
    world.play(*SESSIONS[:5])
    for allocation in MatchAllocation.objects.filter(statement_entry__isnull=False):
        assert allocation.amount_minor == allocation.statement_entry.amount_minor  # type: ignore[union-attr]
