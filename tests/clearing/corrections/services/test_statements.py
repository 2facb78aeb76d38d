"""A statement corrected after its day was closed, with figures by hand.

On Monday Anchor tells of 1,000.00 for F1 and 500.00 for F2; on Tuesday it says what had really come.
"""

import pytest

from accounts.services.approvals import approve
from clearing.corrections.models import CorrectionEntry, DecisionReview
from clearing.corrections.services.refusals import CorrectionUnfit, SubjectSuperseded, SubjectUnknown
from clearing.corrections.services.run import CorrectionResult, dry_run_correction, run_correction
from clearing.corrections.services.statements import ReceiptSpent, propose_statement_correction
from clearing.reconciliation.models import Match, ReconciliationBreak, Unmatch
from contracts.queries.balances import contract_balances
from custody.models import CustodyAccount, Payment, PaymentState, Statement, StatementReplacement
from custody.queries.statements import usable_statement
from custody.services.transfers import sweep_transit
from custody.services.withdrawals import release_withdrawal, request_withdrawal
from ledger.models import CurrentBalance, JournalEntry
from ledger.queries.accounts import account_id
from ledger.services.posting import EntryDraft, PostingDraft, post_journal_entry
from tests.clearing.corrections.desk import approve_and_run, findings, reviews
from tests.clearing.corrections.statements import correct_statement, keep, reconciled, said, take_in
from tests.clearing.margin.harbour import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, Harbour

F1, F2 = ("AB-1", 100_000, "F1/7"), ("AB-2", 50_000, "F2/7")
TOLD = said(F1, F2, day=MONDAY)


@pytest.fixture
def told(world: Harbour) -> Harbour:
    """Both receipts are booked, matched and valued on Monday; Tuesday is open."""
    world.contract(owes=10_000_000, harbour=1_500)
    world.contract("F2", owes=10_000_000, harbour=1_500)
    take_in(world, TOLD)
    world.evening()
    reconciled(world)
    world.morning(TUESDAY)
    return world


def cash(world: Harbour, code: str) -> int:
    contract = world.contracts[code].pk
    return contract_balances(contract_ids=[contract])[contract].cash_minor


def pay_out(world: Harbour, code: str, amount: int) -> None:
    """Asked for by operations, approved by Ines, released."""
    payment = request_withdrawal(
        book_id=world.book.pk,
        entitlement_account_id=world.cash_account(code),
        custody_account_id=CustodyAccount.objects.get(ring="client").pk,
        amount_minor=amount,
        counterparty_account="DE02",
        requested_on=world.day,
        maker_id=world.maker.pk,
    )
    approve(approval_id=payment.approval_id or 0, checker_id=world.ines.pk)
    release_withdrawal(
        payment_id=payment.pk,
        approval_id=payment.approval_id or 0,
        booking_date=world.day,
        value_date=world.day,
        maker_id=world.maker.pk,
    )


def purposes(result: CorrectionResult) -> list[tuple[str, str]]:
    rows = CorrectionEntry.objects.filter(run_id=result.run_id).select_related("entry").order_by("entry_id")
    return [(one.purpose, one.entry.kind_id) for one in rows]


def live_lines() -> set[tuple[str, int]]:
    """(bank's reference, statement's reading) of what is matched and not unmade."""
    found = Match.objects.filter(unmatch__isnull=True, allocations__statement_entry__isnull=False)
    return set(
        found.values_list(
            "allocations__statement_entry__bank_reference",
            "allocations__statement_entry__statement__reading",
        )
    )


def open_breaks() -> list[tuple[str, int]]:
    rows = ReconciliationBreak.objects.exclude(status="closed").exclude(kind="statement_missing")
    return sorted(rows.values_list("kind", "difference_minor"))


class TestRunCorrectionOfAStatement:
    def test_reverses_a_receipt_that_never_was(self, told: Harbour) -> None:
        assert (cash(told, "F1"), cash(told, "F2")) == (100_000, 50_000)
        before = open_breaks()
        result = approve_and_run(told, correct_statement(told, said(F1, day=MONDAY)))
        assert purposes(result) == [("reversal", "client_deposit")]
        assert (cash(told, "F1"), cash(told, "F2")) == (100_000, 0)
        entry = JournalEntry.objects.get(pk=result.entry_ids[0])
        assert (entry.booking_date, entry.value_date) == (TUESDAY, MONDAY)
        payment = Payment.objects.get(bank_reference="AB-2")
        assert (payment.state, payment.booked_entry_id) == (PaymentState.REVERSED, entry.reverses_id)
        assert live_lines() == {("AB-1", 2)}
        assert Unmatch.objects.count() == 2
        assert open_breaks() == before

    def test_books_a_receipt_that_was_missing(self, told: Harbour) -> None:
        missing, before = ("AB-3", 30_000, "F1/8"), open_breaks()
        result = approve_and_run(told, correct_statement(told, said(F1, F2, missing, day=MONDAY)))
        assert purposes(result) == [("rebooking", "client_deposit")]
        assert (cash(told, "F1"), cash(told, "F2")) == (130_000, 50_000)
        payment = Payment.objects.get(bank_reference="AB-3")
        assert payment.booked_entry is not None
        assert (payment.booked_entry.booking_date, payment.value_date) == (TUESDAY, MONDAY)
        assert live_lines() == {("AB-1", 2), ("AB-2", 2), ("AB-3", 2)}
        assert open_breaks() == before

    def test_books_another_amount_under_the_same_reference(self, told: Harbour) -> None:
        """500.00 were 50.00, of which nothing is spent: reversed and booked anew, nothing lent."""
        result = approve_and_run(told, correct_statement(told, said(F1, ("AB-2", 5_000, "F2/7"), day=MONDAY)))
        assert purposes(result) == [("reversal", "client_deposit"), ("rebooking", "client_deposit")]
        assert cash(told, "F2") == 5_000
        states = (
            Payment.objects.filter(bank_reference="AB-2").order_by("pk").values_list("state", "amount_minor")
        )
        assert list(states) == [("reversed", 50_000), ("received", 5_000)]

    def test_posts_nothing_where_nothing_that_counts_is_told_otherwise(self, told: Harbour) -> None:
        """Other words and another order: matched anew, and that is all."""
        other = said(F2, F1, day=MONDAY).replace(b'"description": ""', b'"description": "re"')
        before = open_breaks()
        result = approve_and_run(told, correct_statement(told, other))
        assert (result.findings, result.reviews, result.entry_ids) == ({}, {}, ())
        assert live_lines() == {("AB-1", 2), ("AB-2", 2)}
        assert open_breaks() == before

    def test_lends_what_was_spent_and_no_more(self, told: Harbour) -> None:
        """F2 spent 480.00 of 500.00; 300.00 had come: the house lends 180.00."""
        told.pay("F2", -48_000)
        correction = correct_statement(told, said(F1, ("AB-2", 30_000, "F2/7"), day=MONDAY))
        approve_and_run(told, correction)
        assert cash(told, "F2") == 0
        lent = CurrentBalance.objects.get(account__address="house/overrun-receivable")
        assert lent.balance_minor == 18_000

    def test_states_what_would_have_been_different(self, told: Harbour) -> None:
        """F2 has 500.00 less of assets; the ratio of 150,500.00 to 100,000.00 falls to 150 %."""
        correction = correct_statement(told, said(F1, day=MONDAY))
        foreseen = dry_run_correction(correction_id=correction.pk)
        result = approve_and_run(told, correction)
        assert foreseen.findings == result.findings
        assert [row for row in findings(result) if row[0] == ""] == [
            ("", "Mon", "matched", 1, 0, ""),
            ("", "Mon", "stated", 150_000, 100_000, ""),
            ("", "Mon", "stated_entry", 50_000, None, ""),
        ]
        assert [row for row in findings(result) if row[0] == "F2"] == [
            ("F2", "Mon", "collateral", 15_050_000, 15_000_000, ""),
            ("F2", "Mon", "coverage", 1_505_000, 1_500_000, ""),
            ("F2", "Mon", "lending_value", 10_550_000, 10_500_000, ""),
            ("F2", "Mon", "receipt", 50_000, None, ""),
        ]

    def test_runs_once_and_keeps_all_three(self, told: Harbour) -> None:
        correction = correct_statement(told, said(F1, day=MONDAY))
        first = approve_and_run(told, correction)

        again = run_correction(correction_id=correction.pk, maker_id=told.maker.pk)
        assert (again.is_replay, again.entry_ids, again.run_id) == (True, first.entry_ids, first.run_id)
        assert Statement.objects.count() == 3
        assert StatementReplacement.objects.filter(approval=correction.approval).count() == 1
        found = usable_statement(
            book_id=told.book.pk, custodian_id=told.anchor.pk, kind="cash", statement_date=MONDAY
        )
        assert found is not None
        assert (found.reading, found.state) == (2, "accepted")
        reconciled(told)
        assert Unmatch.objects.count() == 2
        assert dry_run_correction(correction_id=correction.pk).entry_ids == ()

    def test_is_corrected_again(self, told: Harbour) -> None:
        """The first file was right after all: what the correction reversed is booked once more."""
        approve_and_run(told, correct_statement(told, said(F1, day=MONDAY)))
        result = approve_and_run(told, correct_statement(told, TOLD))
        assert purposes(result) == [("rebooking", "client_deposit")]
        assert cash(told, "F2") == 50_000
        assert live_lines() == {("AB-1", 2), ("AB-2", 2)}
        assert Statement.objects.filter(superseded_by__isnull=True).get().supersedes.count() == 1

    def test_puts_money_paid_out_in_doubt(self, told: Harbour) -> None:
        """F2 was paid 400.00 on Tuesday; F1, whose receipt stands, as much."""
        for code in ("F1", "F2"):
            pay_out(told, code, 40_000)
        result = approve_and_run(told, correct_statement(told, said(F1, day=MONDAY)))
        assert reviews(result) == [("F2", "Tue", "paid_out")]
        review = DecisionReview.objects.get()
        assert (review.stored, review.recomputed) == ({"balance_minor": 10_000}, {"balance_minor": -40_000})
        assert purposes(result)[0] == ("overrun", "overrun_funded")

    def test_opens_again_what_a_late_match_had_closed(self, told: Harbour) -> None:
        """Booked on Tuesday, told of by Wednesday's statement, which was wrong."""
        post_journal_entry(
            book_id=told.book.pk,
            booking_date=TUESDAY,
            draft=EntryDraft(
                kind="client_deposit",
                value_date=TUESDAY,
                narration="booked by hand",
                source_reference="receipt:AB-5",
                idempotency_key="by-hand",
                postings=[
                    PostingDraft(told.bank("client"), 700),
                    PostingDraft(told.cash_account("F1"), -700),
                ],
            ),
            caller="tests",
            maker_id=told.maker.pk,
        )
        take_in(told, said(day=TUESDAY, opening=150_000))
        reconciled(told)
        told.morning(WEDNESDAY)
        keep(told, said(("AB-5", 700, ""), day=WEDNESDAY, opening=150_000))
        reconciled(told)
        closed = ReconciliationBreak.objects.get(difference_minor=700)
        assert (closed.status, closed.cause) == ("closed", "late match")
        told.morning(THURSDAY)
        corrected = said(day=WEDNESDAY, opening=150_000)
        result = approve_and_run(told, correct_statement(told, corrected))
        assert (reviews(result), purposes(result)) == ([("", "Wed", "break_closed")], [])
        again = ReconciliationBreak.objects.get(difference_minor=700, status="open")
        assert (again.subject, again.first_seen_on) == (closed.subject, WEDNESDAY)

    def test_takes_a_confirmation_back_and_confirms_again(self, world: Harbour) -> None:
        """Anchor told of a transfer on Monday that it carried out on Tuesday."""
        world.contract(owes=10_000_000, harbour=1_500)
        transfer = sweep_transit(book_id=world.book.pk, business_date=MONDAY, maker_id=world.maker.pk)[0]
        paying = transfer.from_account.external_number
        line = ("AB-6", -transfer.amount_minor, transfer.reference)
        take_in(world, said(line, day=MONDAY, account=paying, opening=500_000_000))
        transfer.refresh_from_db()
        first = transfer.debited_entry
        assert first is not None
        reconciled(world)
        world.morning(TUESDAY)
        corrected = said(day=MONDAY, account=paying, opening=500_000_000)
        result = approve_and_run(world, correct_statement(world, corrected))
        assert purposes(result) == [("reversal", "ring_transfer_confirmed")]
        assert [row[2:5] for row in findings(result) if row[2] == "confirmation"] == [
            ("confirmation", -transfer.amount_minor, None)
        ]
        transfer.refresh_from_db()
        assert (transfer.state, transfer.debited_entry) == ("instructed", None)
        late = ("AB-7", -transfer.amount_minor, transfer.reference)
        take_in(world, said(late, day=TUESDAY, account=paying, opening=500_000_000))
        transfer.refresh_from_db()
        assert transfer.debited_entry not in (None, first)

    def test_refuses_where_a_funder_s_money_was_lent_on(self, world: Harbour) -> None:
        """Albion's 5,000,000.00 never came; all but the first million was lent."""
        came = ("AB-8", 500_000_000, "ALBION/1")
        take_in(world, said(came, day=MONDAY, account="A-funder"))
        available = account_id(book_id=world.book.pk, address="funder/ALBION/available", unit_code="USD")
        world.post("funder_withdrawal", (available, 550_000_000), (world.bank("funder"), -550_000_000))
        world.morning(TUESDAY)
        correction = correct_statement(world, said(day=MONDAY, account="A-funder"))
        with pytest.raises(ReceiptSpent):
            approve_and_run(world, correction)
        assert (Unmatch.objects.count(), StatementReplacement.objects.count()) == (0, 0)


class TestProposeStatementCorrection:
    def test_refuses_what_fails_a_check_of_its_own(self, told: Harbour) -> None:
        wrong = said(F1, day=MONDAY).replace(b'"closing": "1000.00"', b'"closing": "1.00"')
        with pytest.raises(CorrectionUnfit, match="footing_wrong"):
            correct_statement(told, wrong)
        assert Statement.objects.count() == 1

    def test_refuses_a_file_that_corrects_none(self, told: Harbour) -> None:
        with pytest.raises(CorrectionUnfit):
            correct_statement(told, TOLD)
        with pytest.raises(SubjectUnknown):
            correct_statement(told, said(F1, day=MONDAY, sequence=3))
        with pytest.raises(SubjectUnknown):
            propose_statement_correction(
                book_id=told.book.pk, corrected_id=0, reason="r", evidence="e", maker_id=told.maker.pk
            )

    def test_is_one_proposal_of_the_same_file(self, told: Harbour) -> None:
        first = correct_statement(told, said(F1, day=MONDAY))
        assert correct_statement(told, said(F1, day=MONDAY)).pk == first.pk

    def test_is_refused_once_another_was_faster(self, told: Harbour) -> None:
        slow = correct_statement(told, said(F2, day=MONDAY))
        approve_and_run(told, correct_statement(told, said(F1, day=MONDAY)))
        with pytest.raises(SubjectSuperseded):
            approve_and_run(told, slow)
