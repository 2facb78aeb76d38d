"""Documents: made from what the books say, numbered, kept, and handed out only as they were made."""

import dataclasses
import datetime as dt

import pytest

from accounts.services.parties import register_party
from contracts.documents.words import LOCALES
from contracts.models import Document, DocumentSeries, FinancingContract
from contracts.queries.documents import damaged_documents, documents_set_again
from contracts.services.documents import GlyphMissing, UnknownDocument, hand_out, issue_agreement
from tests.contracts.builders import DAY_ONE, REASON, TERMS, Lending
from tests.contracts.documents.paper import text_of, without_blanks


def agreement(book: Lending, contract: FinancingContract, locale: str = "en") -> Document:
    return issue_agreement(contract_id=contract.pk, locale=locale, issued_on=book.day, maker_id=book.maker.pk)


class TestIssueAgreement:
    def test_says_every_term_that_matters(self, book: Lending) -> None:
        text = text_of(bytes(agreement(book, book.open()).content))
        for said in (
            "LEND-CTR-2025-000001",
            "1 January 2025",
            "Chen (CHEN)",
            "Bank A (BANKA)",
            "Aurora",
            "60.00 %",
            "6.50 % a year",
            "actual days over 365",
            "9.75 % a year on overdue amounts (1.50 times the interest rate)",
            "may be added to the principal",
            "0.03 % of the amount traded",
            "at least 20.00 % own money",
            "5.00 times own money",
            "1,560,000.00",
            "140.00 %",
            "2 trading sessions (calendar XSHG)",
            "If coverage lies below 130.00 %",
            "At or below 110.00 % it may do so at once",
            "costs of the sale and taxes → interest → principal → penalty interest → fees",
            "negative-balance protection applies",
            "Objections, complaints and disputes",
            "version 1 of the terms of Margin",
        ):
            assert without_blanks(said) in text

    @pytest.mark.parametrize(
        ("locale", "said"),
        [
            (
                "zh-hans",
                ["证券融资合约", "年利率 6.50 %", "2025年1月1日", "第 1 页", "追保线", "负余额保护"],
            ),
            (
                "zh-hant",
                ["證券融資合約", "年利率 6.50 %", "2025年1月1日", "第 1 頁", "追繳線", "負餘額保護"],
            ),
        ],
    )
    def test_says_them_in_chinese(self, book: Lending, locale: str, said: list[str]) -> None:
        text = text_of(bytes(agreement(book, book.open(), locale).content))
        assert [one for one in said if without_blanks(one) not in text] == []

    def test_reads_otherwise_where_the_terms_do(self, book: Lending) -> None:
        strict = dataclasses.replace(
            TERMS,
            capitalisation_allowed=False,
            standing_liquidation_authority=True,
            emergency_liquidation=False,
            negative_balance_protection=False,
            waterfall_order=("costs", "principal", "interest", "penalty", "fees"),
        )
        book.put_terms_in_force("STRICT", strict)
        text = text_of(bytes(agreement(book, book.open("F2", terms="STRICT")).content))
        for said in (
            "is never added to the principal",
            "by the client's standing authority",
            "There is no liquidation without a deadline",
            "the client continues to owe the deficit",
            "costs of the sale and taxes → principal → interest",
        ):
            assert without_blanks(said) in text

    def test_numbers_each_book_and_year_without_a_gap(self, book: Lending) -> None:
        contract = book.open()
        made = [agreement(book, contract, locale) for locale in LOCALES]
        assert [one.reference for one in made] == [f"LEND-CTR-2025-00000{number}" for number in (1, 2, 3)]
        later = issue_agreement(
            contract_id=book.open("F2").pk,
            locale="en",
            issued_on=dt.date(2026, 1, 2),
            maker_id=book.maker.pk,
        )
        assert later.reference == "LEND-CTR-2026-000001"
        assert list(DocumentSeries.objects.order_by("year").values_list("last_number", flat=True)) == [3, 1]

    def test_gives_back_what_was_made_from_the_same_inputs(self, book: Lending) -> None:
        contract = book.open()
        first = agreement(book, contract)
        assert agreement(book, contract) == first
        assert Document.objects.count() == 1
        book.move(contract, "active")
        assert agreement(book, contract) == first, "a state is no term"

    def test_numbers_nothing_that_it_cannot_write(self, book: Lending) -> None:
        book.parties["SOMCHAI"] = register_party(
            code="SOMCHAI", kind="client", display_name="สมชาย", actor_id=book.maker.id, reason=REASON
        )
        book.onboard(book.parties["SOMCHAI"])
        contract = book.open("F9", client="SOMCHAI")
        with pytest.raises(GlyphMissing, match=r"U\+0E2A") as caught:
            agreement(book, contract)
        assert caught.value.code == "contracts_document_glyphs_present"
        assert not Document.objects.exists()
        assert agreement(book, book.open("F1")).number == 1


class TestHandOut:
    def test_gives_the_bytes_that_were_made(self, book: Lending) -> None:
        made = agreement(book, book.open())
        assert bytes(hand_out(document_id=made.pk).content).startswith(b"%PDF-1.7")

    def test_knows_what_is_not_there(self, db: None) -> None:
        with pytest.raises(UnknownDocument):
            hand_out(document_id=1)


class TestDocumentsSetAgain:
    def test_finds_the_same_bytes(self, book: Lending) -> None:
        contract = book.open()
        made = [agreement(book, contract, locale) for locale in LOCALES]
        again = list(documents_set_again(book_id=book.book.pk))
        assert again == [(one.reference, True) for one in made]
        assert damaged_documents(book_id=book.book.pk) == []
        assert made[0].issued_on == DAY_ONE
