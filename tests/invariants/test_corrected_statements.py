"""What the database refuses where a statement takes an accepted one's place, whoever asks."""

import pytest
from django.db import connection

from accounts.services.approvals import approve
from clearing.corrections.models import Correction
from clearing.reconciliation.models import Match, Unmatch
from custody.models import Payment, ReplacementEffect, Statement, StatementEntry, StatementReplacement
from custody.services.payments import receive_client_deposit
from ledger.models import JournalEntry
from tests.clearing.corrections.desk import approve_and_run
from tests.clearing.corrections.statements import correct_statement, keep, reconciled, said, take_in
from tests.clearing.margin.harbour import MONDAY, TUESDAY, Harbour, harbour
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

EFFECT, REPLACEMENT = "custody_replacementeffect", "custody_statementreplacement"
UNMATCH, PAYMENT = "reconciliation_unmatch", "custody_payment"
F1, F2 = ("AB-1", 100_000, "F1/7"), ("AB-2", 50_000, "F2/7")


def corrected(*, runs: bool = True) -> tuple[Harbour, Correction]:
    """Two receipts of Monday, and on Tuesday a file that tells of the first alone."""
    world = harbour()
    for code in ("F1", "F2"):
        world.contract(code, owes=10_000_000, harbour=1_500)
    take_in(world, said(F1, F2, day=MONDAY))
    reconciled(world)
    world.morning(TUESDAY)
    correction = correct_statement(world, said(F1, day=MONDAY))
    if runs:
        approve_and_run(world, correction)
    return world, correction


def write(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]


@pytest.fixture
def world(db: None) -> Harbour:
    return corrected()[0]


class TestStatementReplacement:
    def test_of_an_accepted_one_is_by_two_people(self, db: None) -> None:
        world, correction = corrected(runs=False)
        first, kept = Statement.objects.order_by("pk")
        insert = (
            f"INSERT INTO {REPLACEMENT} (replaced_id, replacement_id, maker_id, approval_id)"
            " VALUES (%s, %s, %s, %s)"
        )
        with refused("custody_statementreplacement_replaced_was_stopped"):
            write(insert, first.pk, kept.pk, world.maker.pk, None)
        approve(approval_id=correction.approval_id, checker_id=world.ines.pk)
        with refused("custody_statementreplacement_accepted_replaced_by_two"):
            write(insert, first.pk, kept.pk, world.maker.pk, correction.approval_id)

    def test_is_why_bytes_are_read_again(self, world: Harbour) -> None:
        with refused("custody_statement_read_again_to_supersede"):
            copy_row("custody_statement", Statement.objects.latest("pk").pk, reading=3)
            write("SET CONSTRAINTS ALL IMMEDIATE")

    def test_reads_bytes_once_otherwise(self, world: Harbour) -> None:
        with refused("custody_statement_bytes_once"):
            copy_row("custody_statement", Statement.objects.latest("pk").pk)


class TestReplacementEffect:
    def test_is_of_the_payment_that_it_names(self, world: Harbour) -> None:
        effect, other = ReplacementEffect.objects.get(), Payment.objects.get(bank_reference="AB-1")
        stranger = JournalEntry.objects.earliest("pk").pk
        with refused("custody_replacementeffect_is_of_its_subject"):
            copy_row(EFFECT, effect.pk, payment_id=other.pk, entry_id=stranger, undone_entry_id=stranger)
        with refused("custody_replacementeffect_is_of_its_subject"):
            copy_row(EFFECT, effect.pk, kind="receipt_booked", entry_id=stranger, undone_entry_id=None)

    def test_reverses_what_it_undoes(self, world: Harbour) -> None:
        effect, other = ReplacementEffect.objects.get(), Payment.objects.get(bank_reference="AB-1")
        with refused("custody_replacementeffect_is_of_its_subject"):
            copy_row(
                EFFECT,
                effect.pk,
                payment_id=other.pk,
                entry_id=JournalEntry.objects.earliest("pk").pk,
                undone_entry_id=other.booked_entry_id,
            )

    def test_is_told_by_a_line(self, world: Harbour) -> None:
        payment = receive_client_deposit(
            book_id=world.book.pk,
            booking_date=TUESDAY,
            value_date=TUESDAY,
            custody_account_id=StatementEntry.objects.earliest("pk").custody_account_id,
            unit_code="USD",
            amount_minor=1,
            entitlement_account_id=world.cash_account("F1"),
            bank_reference="UNTOLD",
            maker_id=world.maker.pk,
        )
        with refused("custody_replacementeffect_told_by_a_line"):
            copy_row(
                EFFECT,
                ReplacementEffect.objects.get().pk,
                kind="receipt_booked",
                payment_id=payment.pk,
                entry_id=payment.booked_entry_id,
                undone_entry_id=None,
            )

    def test_undoes_as_its_kind_says_and_names_its_subject(self, world: Harbour) -> None:
        effect, other = ReplacementEffect.objects.get(), Payment.objects.get(bank_reference="AB-1")
        told = {"payment_id": other.pk, "entry_id": other.booked_entry_id, "undone_entry_id": None}
        with refused("custody_replacementeffect_undoes_as_its_kind_says"):
            copy_row(EFFECT, effect.pk, **told)
        with refused("custody_replacementeffect_is_of_its_subject"):
            copy_row(EFFECT, effect.pk, **{**told, "kind": "confirmed", "payment_id": None})

    def test_is_append_only(self, world: Harbour) -> None:
        for table in (EFFECT, UNMATCH):
            for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
                with not_permitted():
                    write(statement.format(table))


class TestPayment:
    def test_is_taken_back_by_a_correction_alone(self, world: Harbour) -> None:
        payment = Payment.objects.get(bank_reference="AB-1")
        with refused("custody_payment_taken_back_by_a_correction"):
            change_row(PAYMENT, payment.pk, state="reversed")

    def test_stays_reversed(self, world: Harbour) -> None:
        with refused("custody_payment_state_moves_forward"):
            change_row(PAYMENT, Payment.objects.get(bank_reference="AB-2").pk, state="received")


_MATCH = """
WITH matched AS (
    INSERT INTO reconciliation_match (run_id, match_no, rule, evidence, digest)
    SELECT run_id, %s, rule, '{}', digest FROM reconciliation_match LIMIT 1
    RETURNING id
)
INSERT INTO reconciliation_matchallocation (match_id, entry_id, account_id, statement_entry_id, amount_minor)
SELECT matched.id, side.entry_id, side.account_id, side.line_id, %s::bigint
FROM matched
CROSS JOIN LATERAL (VALUES (%s::bigint, %s::bigint, NULL::bigint), (NULL, NULL, %s::bigint))
    AS side (entry_id, account_id, line_id)
"""


class TestUnmatch:
    def test_is_of_a_superseded_line(self, world: Harbour) -> None:
        live = Match.objects.get(unmatch__isnull=True)
        with refused("reconciliation_unmatch_of_superseded_line"):
            copy_row(UNMATCH, Unmatch.objects.earliest("pk").pk, match_id=live.pk)

    def test_names_the_replacement_that_two_people_wanted(self, world: Harbour) -> None:
        unmade = Unmatch.objects.earliest("pk")
        of_copy = StatementReplacement.objects.get(approval__isnull=True)
        with refused("reconciliation_unmatch_of_superseded_line"):
            copy_row(UNMATCH, unmade.pk, match_id=Match.objects.latest("pk").pk, replacement_id=of_copy.pk)

    def test_is_once_a_match(self, world: Harbour) -> None:
        with refused("reconciliation_unmatch_match_id_key"):
            copy_row(UNMATCH, Unmatch.objects.earliest("pk").pk)


class TestMatchAllocation:
    def test_is_of_a_line_in_force(self, world: Harbour) -> None:
        payment = Payment.objects.get(bank_reference="AB-2")
        old = StatementEntry.objects.filter(bank_reference="AB-2").earliest("pk")
        with refused("reconciliation_matchallocation_line_in_force"):
            write(_MATCH, 900, 50_000, payment.booked_entry_id, world.bank("client"), old.pk)

    def test_is_of_a_pair_that_is_matched_once(self, world: Harbour) -> None:
        world.post("client_deposit", (world.bank("client"), 700), (world.cash_account("F1"), -700))
        entry = JournalEntry.objects.latest("pk")
        line = keep(world, said(("AB-9", 700, ""), day=TUESDAY, opening=100_000)).entries.get()
        write(_MATCH, 901, 400, entry.pk, world.bank("client"), line.pk)
        with refused("reconciliation_matchallocation_pair_live_once"):
            write(_MATCH, 902, 300, entry.pk, world.bank("client"), line.pk)


class TestLater:
    def test_effects_arrive_with_their_replacement(self, transactional_db: None) -> None:
        corrected()
        effect = ReplacementEffect.objects.get()
        with refused("custody_replacementeffect_arrives_with_replacement"):
            copy_row(EFFECT, effect.pk)
