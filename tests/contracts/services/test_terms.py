"""Terms come into force by two people, and never change again."""

from dataclasses import replace

import pytest

from accounts.services.approvals import (
    ApprovalNotApproved,
    ApprovalPayloadChanged,
    SelfApproval,
    approve,
)
from contracts.models import Product, TermsState, TermsVersion
from contracts.services.refusals import LinesOutOfOrder, TermsImmutable
from contracts.services.terms import UnknownTerms, activate_terms, propose_activation, propose_terms
from tests.contracts.builders import TERMS, Lending


@pytest.fixture
def product(book: Lending) -> Product:
    return Product.objects.get(code="MARGIN")


class TestProposeTerms:
    def test_numbers_the_versions_of_a_product(self, book: Lending, product: Product) -> None:
        terms = propose_terms(product_id=product.id, unit_id=book.units["CNY"], draft=TERMS)
        assert (terms.version, terms.state) == (2, TermsState.DRAFT)

    def test_refuses_lines_that_do_not_descend(self, book: Lending, product: Product) -> None:
        draft = replace(TERMS, call_ppm=1_200_000)
        with pytest.raises(LinesOutOfOrder):
            propose_terms(product_id=product.id, unit_id=book.units["CNY"], draft=draft)


class TestActivateTerms:
    def proposed(self, book: Lending, product: Product) -> TermsVersion:
        return propose_terms(product_id=product.id, unit_id=book.units["CNY"], draft=TERMS)

    def test_puts_approved_terms_in_force(self, book: Lending, product: Product) -> None:
        terms = self.proposed(book, product)
        approval = propose_activation(terms_id=terms.id, maker_id=book.maker.id)
        approve(approval_id=approval.id, checker_id=book.checker.id)
        activated = activate_terms(terms_id=terms.id, approval_id=approval.id)
        assert (activated.state, activated.approval_id) == (TermsState.ACTIVE, approval.id)

    def test_shows_the_checker_every_parameter(self, book: Lending, product: Product) -> None:
        terms = self.proposed(book, product)
        payload = propose_activation(terms_id=terms.id, maker_id=book.maker.id).payload
        assert payload["client_rate_ppm"] == 65_000
        assert payload["waterfall_order"] == ["costs", "interest", "principal", "penalty", "fees"]
        assert set(TERMS.__slots__) <= set(payload)

    def test_waits_for_the_second_person(self, book: Lending, product: Product) -> None:
        terms = self.proposed(book, product)
        approval = propose_activation(terms_id=terms.id, maker_id=book.checker.id)
        with pytest.raises(SelfApproval):
            approve(approval_id=approval.id, checker_id=book.checker.id)
        with pytest.raises(ApprovalNotApproved):
            activate_terms(terms_id=terms.id, approval_id=approval.id)

    def test_refuses_parameters_changed_after_the_approval(self, book: Lending, product: Product) -> None:
        terms = self.proposed(book, product)
        approval = propose_activation(terms_id=terms.id, maker_id=book.maker.id)
        approve(approval_id=approval.id, checker_id=book.checker.id)
        TermsVersion.objects.filter(pk=terms.id).update(client_rate_ppm=95_000)
        with pytest.raises(ApprovalPayloadChanged):
            activate_terms(terms_id=terms.id, approval_id=approval.id)

    def test_refuses_terms_that_are_in_force(self, book: Lending) -> None:
        terms = book.terms["MARGIN"]
        with pytest.raises(TermsImmutable):
            propose_activation(terms_id=terms.id, maker_id=book.maker.id)

    def test_refuses_terms_that_are_not_there(self, book: Lending) -> None:
        with pytest.raises(UnknownTerms):
            propose_activation(terms_id=0, maker_id=book.maker.id)
