"""Two people make documents of one series at once: the numbers have no gap, and nobody waits for ever."""

import pytest

from contracts.models import Document
from contracts.queries.agreement import agreement_inputs
from contracts.queries.documents import damaged_documents
from contracts.services.documents import GlyphMissing, issue_document
from tests.concurrency.sessions import at_once
from tests.contracts.builders import Lending, lending


@pytest.mark.django_db(transaction=True)
class TestIssueDocument:
    def test_numbers_without_a_gap_under_two_writers(self) -> None:
        book = lending()
        contract = book.open()
        inputs = agreement_inputs(contract_id=contract.pk, on=book.day)

        def write(writer: int) -> list[object]:
            """Five documents, of which one cannot be written and gives its number back."""
            made: list[object] = []
            for turn in range(5):
                name = "สมชาย" if turn == 2 else f"Product {writer}-{turn}"
                try:
                    made.append(self.issue(book, contract.pk, {**inputs, "product": name}))
                except GlyphMissing:
                    made.append(None)
            return made

        numbers = at_once(lambda: write(1), lambda: write(2))
        assert sorted(one for each in numbers for one in each if one) == list(range(1, 9))  # type: ignore[attr-defined]
        assert damaged_documents(book_id=book.book.pk) == []

    def test_makes_the_same_document_once(self) -> None:
        book = lending()
        contract = book.open()
        inputs = dict(agreement_inputs(contract_id=contract.pk, on=book.day))
        assert at_once(*[lambda: self.issue(book, contract.pk, inputs)] * 2) == [1, 1]
        assert Document.objects.count() == 1

    def issue(self, book: Lending, contract_id: int, inputs: dict[str, object]) -> int:
        return issue_document(
            book_id=book.book.pk,
            kind="contract",
            locale="en",
            issued_on=book.day,
            client_id=book.parties["CHEN"].pk,
            contract_id=contract_id,
            subject="contract/F1",
            inputs=inputs,
            maker_id=book.maker.pk,
        ).number
