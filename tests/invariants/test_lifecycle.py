"""What the database refuses of a contract's life, whatever comes round the services."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import Model

from accounts.models import Approval
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.models import (
    ContractAmendment,
    Dispute,
    DisputeSubject,
    FeeCharge,
    FeeKind,
    FeeSchedule,
    FinancingContract,
    FundingTranche,
    TermsVersion,
)
from contracts.services.amendments import carry_out_amendment, propose_extension
from contracts.services.contracts import TrancheDraft, open_tranche
from contracts.services.disputes import open_dispute
from contracts.services.fees import FeeDraft, accrue_fees
from contracts.services.interest import accrue_interest
from contracts.services.refusals_lifecycle import ExtensionTooLong
from contracts.services.terms import TermsDraft, activate_terms, propose_activation, propose_terms
from ledger.services.books import create_book
from tests.contracts.builders import DAY_ONE, REASON, TERMS, Lending, lending
from tests.contracts.services.test_rule_packs import CN_TERMS

SECOND, TENTH = DAY_ONE + dt.timedelta(days=1), DAY_ONE + dt.timedelta(days=9)
MATURITY, LATER = dt.date(2025, 7, 1), dt.date(2025, 12, 31)


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


@contextmanager
def refused(book: Lending, name: str) -> Iterator[None]:
    with (
        pytest.raises(IntegrityError) as caught,
        acting(actor_id=book.maker.id, reason=REASON),
        transaction.atomic(),
    ):
        yield
    assert caught.value.__cause__.diag.constraint_name == name  # type: ignore[union-attr]


def executed(book: Lending, kind: str, subject: str, payload: dict[str, Any]) -> Approval:
    """An approval that two people made of exactly this, and that is used up."""
    approval = propose_approval(
        book_code=book.book.code, kind=kind, subject=subject, payload=payload, maker_id=book.maker.id
    )
    number = book.agree(approval)
    return execute_approval(approval_id=number, kind=kind, subject=subject, payload=payload)


class TestAmendments:
    @pytest.fixture
    def contract(self, book: Lending) -> FinancingContract:
        return book.drawn(matures_on=MATURITY)

    @pytest.fixture
    def dearer(self, book: Lending) -> TermsVersion:
        return book.next_terms(replace(TERMS, client_rate_ppm=80_000))

    def row(
        self, book: Lending, contract: FinancingContract, to_terms_id: int, **changes: Any
    ) -> ContractAmendment:
        """An amendment approved as it stands, unless `approval` says otherwise."""
        values: dict[str, Any] = {
            "book_id": book.book.id,
            "contract_id": contract.pk,
            "ordinal": 1,
            "kind": "amendment",
            "from_terms_id": contract.terms_id,
            "to_terms_id": to_terms_id,
            "effective_from": TENTH,
            "matures_on": None,
            "reason": "why",
        } | changes
        if "approval_id" not in values:
            matures_on = values["matures_on"]
            payload = {
                "contract": contract.code,
                "to_terms_id": values["to_terms_id"],
                "effective_from": values["effective_from"].isoformat(),
                "matures_on": None if matures_on is None else matures_on.isoformat(),
            }
            kind = "extend_contract" if values["kind"] == "extension" else "amend_contract"
            values["approval_id"] = executed(book, kind, f"contract:{contract.code}", payload).pk
        return ContractAmendment(**values)

    def test_are_approved_by_two_just_so(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        right = self.row(book, contract, dearer.id)
        for change in ({"effective_from": SECOND}, {"kind": "extension", "matures_on": LATER}):
            wrong = self.row(book, contract, dearer.id, approval_id=right.approval_id, **change)
            with refused(book, "contracts_contractamendment_approved_by_two"):
                wrong.save()
        unused = propose_extension(
            contract_id=contract.id,
            matures_on=LATER,
            effective_from=TENTH,
            reason="why",
            maker_id=book.maker.id,
        )
        with refused(book, "contracts_contractamendment_approved_by_two"):
            self.row(
                book,
                contract,
                contract.terms_id,
                kind="extension",
                matures_on=LATER,
                approval_id=unused.pk,
            ).save()

    def test_are_of_the_contracts_book(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        other = create_book(code="OTHER", name="Other", base_unit_code="CNY")
        row = self.row(book, contract, dearer.id, book_id=other.pk)
        with refused(book, "contracts_contractamendment_book_agrees"):
            row.save()

    def test_are_of_contracts_that_live(self, book: Lending, dearer: TermsVersion) -> None:
        row = self.row(book, book.open("F2", approved=False), dearer.id)
        with refused(book, "contracts_contractamendment_contract_lives"):
            row.save()

    def test_follow_one_another(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        for change in ({"ordinal": 2}, {"from_terms_id": dearer.id}, {"effective_from": DAY_ONE}):
            row = self.row(book, contract, dearer.id, **change)
            with refused(book, "contracts_contractamendment_follows_the_last"):
                row.save()

    def test_keep_currency_and_day_count(self, book: Lending, contract: FinancingContract) -> None:
        product = book.terms["MARGIN"].product_id
        draft = propose_terms(product_id=product, unit_id=book.units["CNY"], draft=TERMS)
        counted = book.next_terms(replace(TERMS, day_count="ACT_360"))
        for terms in (draft, counted):
            row = self.row(book, contract, terms.id)
            with refused(book, "contracts_contractamendment_terms_fit"):
                row.save()

    def test_do_not_reach_back_before_an_accrual(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        book.advance(TENTH)
        accrue_interest(book_id=book.book.id, business_date=TENTH, maker_id=book.maker.id)
        row = self.row(book, contract, dearer.id, effective_from=SECOND)
        with refused(book, "contracts_contractamendment_after_accrual"):
            row.save()

    def test_change_something_and_say_why(
        self, book: Lending, contract: FinancingContract, dearer: TermsVersion
    ) -> None:
        same = self.row(book, contract, contract.terms_id)
        with refused(book, "contracts_contractamendment_changes_something"):
            same.save()
        mute = self.row(book, contract, dearer.id, reason="")
        with refused(book, "contracts_contractamendment_reason_given"):
            mute.save()

    def test_extend_by_a_later_maturity(self, book: Lending, contract: FinancingContract) -> None:
        late = {"effective_from": MATURITY + dt.timedelta(days=1), "matures_on": LATER}
        for change in ({"matures_on": MATURITY}, late):
            row = self.row(book, contract, contract.terms_id, kind="extension", **change)
            with refused(book, "contracts_contractamendment_extends"):
                row.save()

    def test_extend_under_the_pack_of_the_opening(self, book: Lending, contract: FinancingContract) -> None:
        other_pack = TermsDraft(
            client_rate_ppm=65_000,
            calendar_code="XSHG",
            initial_margin_ppm=444_444,
            max_leverage_ppm=2_250_000,
            rule_pack="CN_MARGIN/v1",
        )
        terms = book.next_terms(other_pack)
        extended = self.row(book, contract, terms.pk, kind="extension", matures_on=LATER)
        with refused(book, "contracts_contractamendment_keeps_vintage"):
            extended.save()
        self.row(book, contract, terms.pk).save()

    def test_extend_by_no_more_than_a_term_of_the_pack(self, book: Lending) -> None:
        """Six months in mainland China, each time: from 1 July to 1 January and not a day more."""
        terms = book.put_terms_in_force("CN", CN_TERMS)
        contract = book.open("F9", terms="CN", matures_on=MATURITY)
        longer = self.row(book, contract, terms.pk, kind="extension", matures_on=dt.date(2026, 1, 2))
        with refused(book, "contracts_contractamendment_term_within_pack"):
            longer.save()
        with pytest.raises(ExtensionTooLong, match="6"):
            propose_extension(
                contract_id=contract.id,
                matures_on=dt.date(2026, 1, 2),
                effective_from=TENTH,
                reason="why",
                maker_id=book.maker.id,
            )
        self.row(book, contract, terms.pk, kind="extension", matures_on=dt.date(2026, 1, 1)).save()

    def test_stay(self, book: Lending, contract: FinancingContract, dearer: TermsVersion) -> None:
        self.row(book, contract, dearer.id).save()
        rows = ContractAmendment.objects.all()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows.update(reason="other")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            rows.delete()

    def test_alone_move_the_maturity(self, book: Lending, contract: FinancingContract) -> None:
        rows = FinancingContract.objects.filter(pk=contract.pk)
        with refused(book, "contracts_financingcontract_maturity_by_extension"):
            rows.update(matures_on=LATER)
        approval = propose_extension(
            contract_id=contract.id,
            matures_on=LATER,
            effective_from=TENTH,
            reason="why",
            maker_id=book.maker.id,
        )
        carry_out_amendment(approval_id=book.agree(approval), actor_id=book.maker.id)
        with refused(book, "contracts_financingcontract_maturity_by_extension"):
            rows.update(matures_on=None)


def attempt(book: Lending, name: str, row: Model) -> None:
    with refused(book, name):
        row.save(force_insert=True)


class TestFees:
    @pytest.fixture
    def draft(self, book: Lending) -> TermsVersion:
        product = book.terms["MARGIN"].product_id
        return propose_terms(product_id=product, unit_id=book.units["CNY"], draft=TERMS)

    def fee(self, terms: TermsVersion, **changes: Any) -> FeeSchedule:
        values: dict[str, Any] = {
            "terms": terms,
            "ordinal": 1,
            "kind": "management",
            "basis": "flat",
            "amount_minor": 500,
            "rate_ppm": None,
        }
        return FeeSchedule(**{**values, **changes})

    def test_are_written_while_terms_are_a_draft(self, book: Lending, draft: TermsVersion) -> None:
        attempt(book, "contracts_feeschedule_terms_are_draft", self.fee(book.terms["MARGIN"]))
        self.fee(draft).save()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            FeeSchedule.objects.update(amount_minor=1)

    def test_are_a_fixed_amount_or_a_part(self, book: Lending, draft: TermsVersion) -> None:
        for change in (
            {"amount_minor": None},
            {"amount_minor": 0},
            {"rate_ppm": 5},
            {"basis": "principal", "amount_minor": None},
            {"basis": "principal", "rate_ppm": 5},
            {"basis": "principal", "amount_minor": None, "rate_ppm": 1_000_001},
        ):
            attempt(book, "contracts_feeschedule_basis_fits", self.fee(draft, **change))
        attempt(book, "contracts_feeschedule_kind_known", self.fee(draft, kind="tip"))

    def test_are_one_of_a_kind(self, book: Lending, draft: TermsVersion) -> None:
        self.fee(draft).save()
        attempt(book, "contracts_feeschedule_kind_unique", self.fee(draft, ordinal=2))
        attempt(book, "contracts_feeschedule_ordinal_unique", self.fee(draft, kind="extension"))

    @pytest.fixture
    def charge(self, book: Lending, draft: TermsVersion) -> FeeCharge:
        self.fee(draft).save()
        number = book.agree(propose_activation(terms_id=draft.id, maker_id=book.maker.id))
        book.terms["MARGIN"] = activate_terms(terms_id=draft.id, approval_id=number)
        book.drawn()
        accrue_fees(book_id=book.book.id, business_date=book.day, month="2025-01", maker_id=book.maker.id)
        return FeeCharge.objects.get()

    def another(self, charge: FeeCharge, **changes: Any) -> FeeCharge:
        values = {field.attname: getattr(charge, field.attname) for field in charge._meta.concrete_fields}
        return FeeCharge(**{**values, "id": None, "occasion": "2025-02", "entry_id": None, **changes})

    def test_are_charged_once_as_the_terms_say(self, book: Lending, charge: FeeCharge) -> None:
        attempt(book, "contracts_feecharge_once_an_occasion", self.another(charge, occasion=charge.occasion))
        attempt(book, "contracts_feecharge_as_terms_say", self.another(charge, amount_minor=501))
        other = book.next_terms(TERMS)
        stranger = book.open("F2", client="DUBOIS")
        assert other.pk != stranger.terms_id
        foreign = propose_terms(
            product_id=other.product_id,
            unit_id=book.units["CNY"],
            draft=TERMS,
            fees=(FeeDraft(FeeKind.MANAGEMENT, amount_minor=500),),
        )
        line = foreign.fees.get()
        attempt(book, "contracts_feecharge_as_terms_say", self.another(charge, schedule_id=line.pk))
        attempt(book, "contracts_feecharge_amount_positive", self.another(charge, amount_minor=0))

    def test_are_never_rewritten(self, book: Lending, charge: FeeCharge) -> None:
        with refused(book, "contracts_feecharge_entry_set_once"):
            FeeCharge.objects.update(entry_id=None)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            FeeCharge.objects.update(amount_minor=1)


class TestDisputes:
    @pytest.fixture
    def dispute(self, book: Lending) -> Dispute:
        return open_dispute(
            contract_id=book.drawn().id,
            subject=DisputeSubject.CALL,
            subject_reference="call:1",
            opened_on=DAY_ONE,
            answer_due_on=TENTH,
            reason="the price was wrong",
            actor_id=book.maker.id,
        )

    def another(self, dispute: Dispute, **changes: Any) -> Dispute:
        values = {field.attname: getattr(dispute, field.attname) for field in dispute._meta.concrete_fields}
        news = {"id": None, "reference": "DSP-F1-9", "subject_reference": "call:2"}
        return Dispute(**{**values, **news, **changes})

    def test_start_open_and_complete(self, book: Lending, dispute: Dispute) -> None:
        other = create_book(code="OTHER", name="Other", base_unit_code="CNY")
        for name, change in (
            ("contracts_dispute_starts_open", {"state": "withdrawn", "decided_on": DAY_ONE}),
            ("contracts_dispute_book_agrees", {"book_id": other.pk}),
            ("contracts_dispute_reference_unique", {"reference": dispute.reference}),
            ("contracts_dispute_one_open_a_subject", {"subject_reference": "call:1"}),
            ("contracts_dispute_kind_known", {"subject_kind": "weather"}),
            ("contracts_dispute_says_what_and_why", {"reason": ""}),
            ("contracts_dispute_says_what_and_why", {"answer_due_on": DAY_ONE - dt.timedelta(days=1)}),
            ("contracts_dispute_answered_in_time", {"answer_due_on": DAY_ONE + dt.timedelta(days=31)}),
            ("contracts_dispute_decision_complete", {"answer": "at once"}),
        ):
            attempt(book, name, self.another(dispute, **change))

    def test_are_decided_by_two_and_once(self, book: Lending, dispute: Dispute) -> None:
        rows = Dispute.objects.filter(pk=dispute.pk)
        payload = {"dispute": dispute.reference, "outcome": "upheld", "answer": "yes"}
        approval = executed(book, "resolve_dispute", dispute.reference, payload)
        wrong = {"decided_on": TENTH, "approval": approval, "answer": "no", "state": "upheld"}
        with refused(book, "contracts_dispute_decided_by_two"):
            rows.update(**wrong)
        with refused(book, "contracts_dispute_decided_by_two"):
            rows.update(**{**wrong, "answer": "yes", "state": "rejected"})
        with refused(book, "contracts_dispute_decision_complete"):
            rows.update(**{**wrong, "answer": "yes", "decided_on": None})
        with acting(actor_id=book.maker.id, reason=REASON):
            rows.update(**{**wrong, "answer": "yes"})
        with refused(book, "contracts_dispute_decided_once"):
            rows.update(state="open", decided_on=None, answer="", approval=None)


class TestTranches:
    """A successor goes in as the service would do it, but for one thing."""

    @pytest.fixture
    def old(self, book: Lending) -> FundingTranche:
        return book.open(approved=True).tranches.get(ordinal=1)

    def successor(self, book: Lending, old: FundingTranche, **changes: Any) -> FundingTranche:
        corvus = book.party("CORVUS", "funder")
        draft = TrancheDraft(corvus.id, old.share_ppm, 60_000)
        new = open_tranche(contract=old.contract, number=9, draft=draft, codes={corvus.id: "CORVUS"})
        payload = {
            "contract": old.contract.code,
            "tranche_id": old.pk,
            "funder": "CORVUS",
            "rate_ppm": 60_000,
            "seniority": 1,
            "source": "third_party",
        }
        new.replaces, new.joined_on = old, book.day
        new.approval = executed(book, "replace_funder", "tranche", payload)
        for name, value in changes.items():
            setattr(new, name, value)
        return new

    def test_say_whose_money_they_are(self, book: Lending, old: FundingTranche) -> None:
        new = self.successor(book, old, source="own")
        FundingTranche.objects.filter(pk=old.pk).update(replaced_on=book.day)
        attempt(book, "contracts_fundingtranche_replaced_by_two", new)
        new = self.successor(book, old, source="own", replaces=None, joined_on=None, approval=None)
        attempt(book, "contracts_fundingtranche_source_fits_funder", new)
        self.successor(book, old).save(force_insert=True)

    def test_take_the_whole_place_of_another_by_two(self, book: Lending, old: FundingTranche) -> None:
        attempt(book, "contracts_fundingtranche_takes_whole_place", self.successor(book, old))
        with refused(book, "contracts_fundingtranche_replaced_has_successor"), transaction.atomic():
            FundingTranche.objects.filter(pk=old.pk).update(replaced_on=book.day)
            execute_now()
        FundingTranche.objects.filter(pk=old.pk).update(replaced_on=book.day)
        wrong: tuple[dict[str, Any], ...] = ({"share_ppm": 1}, {"joined_on": TENTH})
        for change in wrong:
            attempt(book, "contracts_fundingtranche_takes_whole_place", self.successor(book, old, **change))
        wrong = ({"rate_ppm": 1}, {"seniority": 2}, {"source": "matched"})
        for change in wrong:
            attempt(book, "contracts_fundingtranche_replaced_by_two", self.successor(book, old, **change))
        attempt(
            book,
            "contracts_fundingtranche_successor_complete",
            self.successor(book, old, replaces=None),
        )
        with acting(actor_id=book.maker.id, reason=REASON):
            self.successor(book, old).save(force_insert=True)
        execute_now()

    def test_are_replaced_once(self, book: Lending, old: FundingTranche) -> None:
        rows = FundingTranche.objects.filter(pk=old.pk)
        rows.update(replaced_on=book.day)
        for day in (None, TENTH):
            with refused(book, "contracts_fundingtranche_append_only"):
                rows.update(replaced_on=day)
        self.successor(book, old).save(force_insert=True)

    def test_leave_no_principal_behind(self, book: Lending) -> None:
        old = book.drawn().tranches.get(ordinal=1)
        with refused(book, "contracts_fundingtranche_replaced_has_successor"), transaction.atomic():
            FundingTranche.objects.filter(pk=old.pk).update(replaced_on=book.day)
            self.successor(book, old).save(force_insert=True)
            execute_now()


def execute_now() -> None:
    """Check what is checked as a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
