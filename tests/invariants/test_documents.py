"""What the database refuses of documents, whoever asks."""

import hashlib

import psycopg
import pytest
from django.db import connection

from contracts.models import Document
from contracts.services.documents import issue_agreement
from tests.contracts.builders import Lending, lending
from tests.invariants.rows import change_row, copy_row, not_permitted, refused

TABLE, SERIES = "contracts_document", "contracts_documentseries"
EMPTY = hashlib.sha256(b"{}").hexdigest()


@pytest.fixture
def book(db: None) -> Lending:
    """Chen's contract with its document."""
    made = lending()
    contract = made.open()
    issue_agreement(contract_id=contract.pk, locale="en", issued_on=made.day, maker_id=made.maker.pk)
    return made


def copied(**changes: object) -> int:
    """The next document, made from other inputs, but for what is changed."""
    row = Document.objects.get(number=1)
    sound: dict[str, object] = {
        "number": 2,
        "reference": "LEND-CTR-2025-000002",
        "inputs": "{}",
        "inputs_sha256": EMPTY,
    }
    return copy_row(TABLE, row.pk, **{**sound, **changes})


class TestDocument:
    def test_is_kept_as_it_was_made(self, book: Lending) -> None:
        with not_permitted():
            change_row(TABLE, Document.objects.get().pk, content=b"%PDF-")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM contracts_document")

    def test_is_counted_up_by_one(self, book: Lending) -> None:
        copied()
        for number in (1, 2, 4, 0):
            with refused("contracts_document_number_follows"):
                copied(number=number, reference=f"N{number}", template_version="n")
        copied(number=3, reference="LEND-CTR-2025-000003", template_version="n")

    def test_may_not_set_its_series(self, book: Lending) -> None:
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute("UPDATE contracts_documentseries SET last_number = 7")
        with not_permitted(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO contracts_documentseries (book_id, kind, year, last_number)"
                " VALUES (%s, 'contract', 2031, 5)",
                [book.book.pk],
            )

    @pytest.mark.parametrize(
        ("changes", "name"),
        [
            ({"content": b"%PDF-"}, "contracts_document_hash_is_its_own"),
            ({"sha256": "0" * 64}, "contracts_document_hash_is_its_own"),
            ({"inputs": '{"a":1}'}, "contracts_document_inputs_hash_is_its_own"),
            ({"year": 2024}, "contracts_document_year_is_of_issue"),
            ({"locale": "fr"}, "contracts_document_locale_known"),
            ({"kind": "poem", "number": 1}, "contracts_document_kind_known"),
            ({"reference": "LEND-CTR-2025-000001"}, "contracts_document_reference_unique"),
        ],
    )
    def test_is_what_it_says(self, book: Lending, changes: dict[str, object], name: str) -> None:
        with refused(name):
            copied(**changes)

    def test_belongs_to_a_client_and_his_contract(self, book: Lending) -> None:
        dubois = book.party("DUBOIS", "client").pk
        with refused("contracts_document_contract_is_of_client"):
            copied(client_id=dubois)
        with refused("contracts_document_client_is_client"):
            copied(client_id=book.party("AURORA", "funder").pk)
        copied(client_id=dubois, contract_id=None)

    def test_is_made_once_from_its_inputs(self, book: Lending) -> None:
        row = Document.objects.get()
        with refused("contracts_document_once_from_inputs"):
            copied(inputs=row.inputs, inputs_sha256=row.inputs_sha256)

    def test_says_itself_when_it_was_recorded(self, book: Lending) -> None:
        made = copied(recorded_at="2001-01-01")
        assert Document.objects.get(pk=made).recorded_at.year > 2001


@pytest.mark.django_db(transaction=True)
class TestOwner:
    """Not even the owner of the tables rewrites what was handed out."""

    def test_is_refused(self, owner_connection: psycopg.Connection[tuple[object, ...]]) -> None:
        made = lending()
        contract = made.open()
        issue_agreement(contract_id=contract.pk, locale="en", issued_on=made.day, maker_id=made.maker.pk)
        for statement in ("UPDATE contracts_document SET content = 'x'", "DELETE FROM contracts_document"):
            with pytest.raises(psycopg.errors.CheckViolation) as caught:
                owner_connection.execute(statement)
            assert caught.value.diag.constraint_name == "contracts_document_append_only"
            owner_connection.rollback()
