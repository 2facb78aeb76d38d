"""What the database keeps of payments and transfers, whoever asks."""

from typing import Any

import pytest

from accounts.services.approvals import approve, execute_approval, propose_approval
from custody.models import Payment, TransferInstruction
from custody.services.transfers import sweep_transit
from ledger.queries.accounts import account_id
from ledger.services.holds import HoldDraft, place_hold
from tests.custody.cast import MONDAY, Cast, make_cast
from tests.custody.services.test_payments import deposit
from tests.custody.services.test_transfers import owe
from tests.custody.services.test_withdrawals import release, request
from tests.invariants.custody_attacks import columns, copy_row, forbidden, refused, sql


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def pay(payment: Payment, **changes: Any) -> None:
    """UPDATE one payment by raw SQL."""
    names = ", ".join(f"{name} = %s" for name in changes)
    sql(f"UPDATE custody_payment SET {names} WHERE id = %s", *changes.values(), payment.pk)


class TestPayment:
    def test_never_goes_out_without_an_executed_approval(self, cast: Cast) -> None:
        received = deposit(cast)
        payment = request(cast)
        with refused("custody_payment_release_is_approved"):
            pay(payment, state="instructed", booked_entry_id=received.booked_entry_id)
        cast.approved(payment)
        with refused("custody_payment_release_is_approved"):
            pay(payment, state="instructed", booked_entry_id=received.booked_entry_id)

    def test_never_goes_out_by_the_approval_of_another(self, cast: Cast) -> None:
        deposit(cast)
        first, second = request(cast, amount_minor=5), request(cast, amount_minor=90_000)
        first = release(cast, first, cast.approved(first))
        with refused("custody_payment_release_is_approved"):
            pay(second, state="instructed", booked_entry_id=first.booked_entry_id)
        with forbidden():
            pay(second, approval_id=first.approval_id)

    @pytest.mark.parametrize(
        "said", [{"amount_minor": 5}, {"counterparty_account": "THEIRS"}, {"currency": "EUR"}]
    )
    def test_goes_out_word_for_word_as_approved(self, cast: Cast, said: dict[str, Any]) -> None:
        """What two people approved under this reference was less, to somebody else, or other money."""
        received = deposit(cast)
        asked = request(cast, amount_minor=40_000)
        honest = asked.approval
        assert honest is not None
        subject, payload = "custody.payment:P-FORGED", honest.payload | {"reference": "P-FORGED"} | said
        forged = propose_approval(
            book_code=honest.book_code,
            kind=honest.kind,
            subject=subject,
            payload=payload,
            maker_id=honest.maker_id,
            currency=said.get("currency", honest.currency),
        )
        approve(approval_id=forged.pk, checker_id=cast.noah.pk)
        execute_approval(approval_id=forged.pk, kind=forged.kind, subject=subject, payload=payload)
        names = columns(Payment)
        hold = HoldDraft(
            account_id=asked.entitlement_account_id or 0,
            amount_minor=40_000,
            reason="an attack",
            source="payment:P-FORGED",
            idempotency_key="hold/P-FORGED",
            placed_on=MONDAY,
        )
        held = place_hold(book_id=asked.book_id, draft=hold, caller="attack", maker_id=cast.mei.pk)
        changes = {"reference": "'P-FORGED'", "approval_id": str(forged.pk), "hold_id": str(held.pk)}
        copy_row("custody_payment", names, "WHERE id = %s", asked.pk, **changes)
        with refused("custody_payment_release_is_approved"):
            pay(
                Payment.objects.get(reference="P-FORGED"),
                state="instructed",
                booked_entry_id=received.booked_entry_id,
            )

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("amount_minor", 1),
            ("counterparty_account", "MINE"),
            ("custody_account_id", 1),
            ("unit_id", 1),
            ("reference", "X"),
            ("kind", "funder_withdrawal"),
            ("direction", "in"),
            ("maker_id", 1),
        ],
    )
    def test_is_what_was_asked_for(self, cast: Cast, column: str, value: object) -> None:
        deposit(cast)
        with forbidden():
            pay(request(cast), **{column: value})

    def test_keeps_its_references_and_entries(self, cast: Cast) -> None:
        received = deposit(cast)
        other = deposit(cast, bank_reference="HB-2")
        for changes in (
            {"bank_reference": "HB-3"},
            {"booked_entry_id": other.booked_entry_id},
            {"entitlement_account_id": cast.okafor_cash},
            {"value_date": "2008-01-01"},
        ):
            with refused("custody_payment_request_unchanged"):
                pay(received, **changes)

    @pytest.mark.parametrize("state", ["received", "confirmed", "rejected", "requested"])
    def test_never_goes_back(self, cast: Cast, state: str) -> None:
        deposit(cast)
        payment = request(cast)
        payment = release(cast, payment, cast.approved(payment))
        rule = "custody_payment_state_moves_forward"
        if state == "confirmed":
            pay(payment, state=state, resolved_entry_id=payment.booked_entry_id)
            state, rule = "instructed", "custody_payment_taken_back_by_a_correction"
        with refused(rule):
            pay(payment, state=state)

    def test_starts_at_the_beginning(self, cast: Cast) -> None:
        received = deposit(cast)
        with refused("custody_payment_starts_at_the_beginning"):
            self.copy(received, state="'returned'", bank_reference="'HB-9'")

    def test_says_whose_money_it_is(self, cast: Cast) -> None:
        received = deposit(cast)
        with refused("custody_payment_names_whose_money"):
            self.copy(received, entitlement_account_id="NULL", bank_reference="'HB-9'")

    def test_is_of_one_ring_with_its_entitlement(self, cast: Cast) -> None:
        received = deposit(cast)
        funder = account_id(book_id=cast.book.pk, address="funder/MERIDIAN/available", unit_code="USD")
        with refused("custody_payment_ring_matches"):
            self.copy(received, entitlement_account_id=str(funder), bank_reference="'HB-9'")

    @pytest.mark.parametrize("column", ["custody_account_id", "book_id", "custodian_id"])
    def test_is_of_one_book_and_bank_with_its_account(self, cast: Cast, column: str) -> None:
        received = deposit(cast)
        other = make_cast(code="OTHER")
        value = {
            "custody_account_id": other.custody["HARBOUR", "client"].pk,
            "book_id": other.book.pk,
            "custodian_id": cast.island.pk,
        }[column]
        with refused("custody_payment_account_matches"):
            self.copy(received, **{column: str(value), "bank_reference": "'HB-9'"})

    def test_is_booked_in_its_own_book(self, cast: Cast) -> None:
        received = deposit(cast)
        other = make_cast(code="OTHER")
        foreign = deposit(
            cast,
            book_id=other.book.pk,
            custody_account_id=other.custody["HARBOUR", "client"].pk,
            entitlement_account_id=other.wang_cash,
            bank_reference="HB-8",
        )
        with refused("custody_payment_entries_of_its_book"):
            self.copy(received, booked_entry_id=str(foreign.booked_entry_id), bank_reference="'HB-9'")

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"amount_minor": "0", "bank_reference": "'HB-9'"}, "custody_payment_amount_positive"),
            ({"kind": "'house_capital'", "bank_reference": "'HB-9'"}, "custody_payment_account_matches"),
            ({"bank_reference": "NULL"}, "custody_payment_carries_its_reference"),
            (
                {"bank_reference": "'HB-9'", "booked_entry_id": "NULL"},
                "custody_payment_booked_as_its_state_says",
            ),
            (
                {"state": "'requested'", "booked_entry_id": "NULL"},
                "custody_payment_kind_and_state_fit_direction",
            ),
            ({}, "custody_payment_bank_reference_unique"),
        ],
    )
    def test_is_whole(self, cast: Cast, changes: dict[str, str], name: str) -> None:
        received = deposit(cast)
        with refused(name):
            self.copy(received, **changes)

    def test_of_a_return_is_its_receipt_s_amount(self, cast: Cast) -> None:
        receipt = deposit(cast, entitlement_account_id=None)
        deposit(cast, bank_reference="HB-2")
        payment = request(cast)
        with refused("custody_payment_return_equals_its_receipt"):
            self.copy(
                payment,
                kind="'receipt_return'",
                returns_id=str(receipt.pk),
                reference="'R'",
                approval_id="NULL",
                hold_id="NULL",
            )

    def test_cannot_be_deleted(self, cast: Cast) -> None:
        for table in ("custody_payment", "custody_transferinstruction"):
            for statement in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
                with forbidden():
                    sql(statement)

    def copy(self, payment: Payment, **changes: str) -> None:
        """Insert the payment once more, changed."""
        copy_row("custody_payment", columns(Payment), "WHERE id = %s", payment.pk, **changes)

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"approval_id": "NULL"}, "custody_payment_out_has_an_approval"),
            ({"kind": "'receipt_return'", "hold_id": "NULL"}, "custody_payment_return_names_its_receipt"),
            ({"kind": "'receipt_return'"}, "custody_payment_hold_of_a_withdrawal"),
            ({"hold_id": "NULL"}, "custody_payment_hold_matches"),
            ({"amount_minor": "amount_minor - 1"}, "custody_payment_hold_matches"),
            (
                {"resolved_entry_id": "(SELECT max(id) FROM ledger_journalentry)"},
                "custody_payment_resolved_as_its_state_says",
            ),
        ],
    )
    def test_that_goes_out_is_whole(self, cast: Cast, changes: dict[str, str], name: str) -> None:
        deposit(cast)
        with refused(name):
            self.copy(request(cast), **({"reference": "'R'", "approval_id": "approval_id"} | changes))

    def test_has_a_hold_of_its_own(self, cast: Cast) -> None:
        deposit(cast)
        approval = propose_approval(
            book_code="MAIN", kind="release_withdrawal", subject="x", payload={}, maker_id=cast.mei.pk
        )
        with refused("custody_payment_hold_unique"):
            self.copy(request(cast), approval_id=str(approval.pk), reference="'R'")

    def test_is_posted_through_its_hold(self, cast: Cast) -> None:
        received = deposit(cast)
        payment = request(cast)
        approval_id = cast.approved(payment)
        execute_approval(
            approval_id=approval_id,
            kind="release_withdrawal",
            subject=f"custody.payment:{payment.reference}",
            payload=payment.approval.payload if payment.approval else {},
        )
        with refused("custody_payment_posted_through_its_hold"):
            pay(payment, state="instructed", booked_entry_id=received.booked_entry_id)

    def test_frees_its_hold_when_it_is_rejected(self, cast: Cast) -> None:
        deposit(cast)
        with refused("custody_payment_rejection_frees_its_hold"):
            pay(request(cast), state="rejected")

    def test_has_a_reference_of_its_own(self, cast: Cast) -> None:
        deposit(cast)
        approval = propose_approval(
            book_code="MAIN", kind="release_withdrawal", subject="x", payload={}, maker_id=cast.mei.pk
        )
        with refused("custody_payment_reference_unique"):
            self.copy(request(cast), approval_id=str(approval.pk))


class TestTransferInstruction:
    @pytest.fixture
    def transfer(self, cast: Cast) -> TransferInstruction:
        deposit(cast, entitlement_account_id=cast.okafor_cash)
        owe(cast, "client/transit/HARBOUR", "house/transit/HARBOUR", 300)
        (made,) = sweep_transit(book_id=cast.book.pk, business_date=MONDAY, maker_id=cast.runner)
        return made

    def set(self, transfer: TransferInstruction, **changes: Any) -> None:
        names = ", ".join(f"{name} = %s" for name in changes)
        sql(f"UPDATE custody_transferinstruction SET {names} WHERE id = %s", *changes.values(), transfer.pk)

    def entry(self, cast: Cast) -> int | None:
        return deposit(cast, bank_reference="HB-X").booked_entry_id

    def test_is_what_was_instructed(self, transfer: TransferInstruction) -> None:
        for column in ("amount_minor", "to_account_id", "reference"):
            with forbidden():
                self.set(transfer, **{column: 1})

    def test_is_confirmed_when_both_sides_are(self, cast: Cast, transfer: TransferInstruction) -> None:
        entry = self.entry(cast)
        with refused("custody_transferinstruction_confirmed_on_both_sides"):
            self.set(transfer, state="confirmed", debited_entry_id=entry)
        with refused("custody_transferinstruction_confirmed_on_both_sides"):
            self.set(transfer, debited_entry_id=entry, credited_entry_id=entry)

    def test_is_confirmed_once(self, cast: Cast, transfer: TransferInstruction) -> None:
        self.set(transfer, debited_entry_id=self.entry(cast))
        for value in (None, deposit(cast, bank_reference="HB-Y").booked_entry_id):
            with refused("custody_transferinstruction_confirmed_once"):
                self.set(transfer, debited_entry_id=value)

    def test_is_confirmed_in_its_own_book(self, cast: Cast, transfer: TransferInstruction) -> None:
        other = make_cast(code="OTHER")
        foreign = deposit(
            cast,
            book_id=other.book.pk,
            custody_account_id=other.custody["HARBOUR", "client"].pk,
            entitlement_account_id=other.wang_cash,
            bank_reference="HB-8",
        )
        with refused("custody_transferinstruction_entries_of_its_book"):
            self.set(transfer, debited_entry_id=foreign.booked_entry_id)

    @pytest.mark.parametrize(
        ("column", "name"),
        [
            ("to_account_id", "custody_transferinstruction_accounts_match"),
            ("same", "custody_transferinstruction_accounts_match"),
            ("amount_minor", "custody_transferinstruction_amount_positive"),
            ("debited_entry_id", "custody_transferinstruction_starts_unconfirmed"),
            ("reference", "custody_transferinstruction_reference_unique"),
        ],
    )
    def test_is_between_two_accounts_of_its_book(
        self, cast: Cast, transfer: TransferInstruction, column: str, name: str
    ) -> None:
        other = make_cast(code="OTHER")
        values: dict[str, Any] = {
            "book_id": cast.book.pk,
            "reference": "T-9",
            "from_account_id": transfer.from_account_id,
            "to_account_id": transfer.to_account_id,
            "unit_id": transfer.unit_id,
            "amount_minor": 5,
            "instructed_on": MONDAY,
            "state": "instructed",
            "maker_id": cast.runner,
        }
        change: dict[str, dict[str, Any]] = {
            "to_account_id": {"to_account_id": other.custody["HARBOUR", "house"].pk},
            "same": {"to_account_id": transfer.from_account_id},
            "amount_minor": {"amount_minor": 0},
            "debited_entry_id": {"debited_entry_id": self.entry(cast)},
            "reference": {"reference": transfer.reference},
        }
        values |= change[column]
        marks = ", ".join(["%s"] * len(values))
        with refused(name):
            sql(
                f"INSERT INTO custody_transferinstruction ({', '.join(values)}) VALUES ({marks})",
                *values.values(),
            )
