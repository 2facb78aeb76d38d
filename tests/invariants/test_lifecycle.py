"""What the database refuses of amendments, whatever comes round the services."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from accounts.models import Approval
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.models import ContractAmendment, FinancingContract, TermsVersion
from contracts.services.amendments import carry_out_amendment, propose_extension
from contracts.services.interest import accrue_interest
from contracts.services.terms import propose_terms
from ledger.services.books import create_book
from tests.contracts.builders import DAY_ONE, REASON, TERMS, Lending, lending

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
