"""What the database refuses of bulk imports. The services are bypassed."""

import pytest

from accounts.models import Approval
from accounts.services.approvals import approve, propose_approval
from tests.contracts.builders import Lending, lending
from tests.invariants.approval_attacks import refused_as
from tests.invariants.test_accounts import execute

pytestmark = pytest.mark.django_db

FILE = (
    "INSERT INTO contracts_bulkimport"
    " (book_id, kind, file_format, encoding, name, sha256, content, lines, subjects, approval_id,"
    " carried_out_at) VALUES "
)
SHA256 = "013f622876ce913231cb45f27d6cd42e0bb24c7675b19b36f62c630ef78a02d0"


@pytest.fixture
def book(db: None) -> Lending:
    return lending()


def asked(book: Lending, approval_kind: str = "import_parties", **other: str) -> Approval:
    payload = {"sha256": SHA256, "format": "csv", "encoding": "utf-8"} | other
    approval = propose_approval(
        book_code=book.book.code, kind=approval_kind, subject="x", payload=payload, maker_id=book.maker.pk
    )
    return approve(approval_id=approval.pk, checker_id=book.checker.pk)


def insert(
    book: Lending,
    approval: Approval,
    *,
    kind: str = "parties",
    file_format: str = "csv",
    encoding: str = "utf-8",
    content: str = "code,kind,name",
    when: str | None = None,
) -> None:
    execute(
        FILE + "(%s, %s, %s, %s, 'parties.csv', %s, %s::bytea, 1, 1, %s, %s)",
        book.book.pk,
        kind,
        file_format,
        encoding,
        SHA256,
        content,
        approval.pk,
        when,
    )


class TestBulkImport:
    def test_is_kept_under_its_hash_for_its_approval(self, book: Lending) -> None:
        good = asked(book)
        with refused_as("contracts_bulkimport_hash_is_its_own"):
            insert(book, good, content="something else")
        with refused_as("contracts_bulkimport_starts_proposed"):
            insert(book, good, when="2026-01-01")
        with refused_as("contracts_bulkimport_is_approved"):
            insert(book, good, kind="contracts")
        with refused_as("contracts_bulkimport_is_approved"):
            insert(book, asked(book, sha256="0" * 64))
        with refused_as("contracts_bulkimport_format_known"):
            insert(book, asked(book, format="ods", encoding=""), file_format="ods", encoding="")
        with refused_as("contracts_bulkimport_is_approved"):
            insert(book, good, encoding="big5")
        with refused_as("contracts_bulkimport_encoding_known"):
            insert(book, asked(book, encoding="latin1"), encoding="latin1")
        # The guard asks for an approval of `import_` and the kind: of these one is no bulk import.
        with refused_as("contracts_bulkimport_kind_known"):
            insert(book, asked(book, "import_journal"), kind="journal")

    def test_is_carried_out_once_and_not_before_its_approval_is_used(self, book: Lending) -> None:
        first, second = asked(book), asked(book)
        insert(book, first)
        insert(book, second)
        carried_out = "UPDATE contracts_bulkimport SET carried_out_at = now() WHERE approval_id = %s"
        with refused_as("contracts_bulkimport_is_approved"):
            execute(carried_out, first.pk)
        execute(
            "UPDATE accounts_approval SET status = 'executed', executed_at = now() WHERE status = 'approved'"
        )
        execute(carried_out, first.pk)
        with refused_as("contracts_bulkimport_carried_out_once"):
            execute(carried_out, second.pk)
        with refused_as("contracts_bulkimport_content_unchanged"):
            execute("UPDATE contracts_bulkimport SET carried_out_at = NULL WHERE approval_id = %s", first.pk)
