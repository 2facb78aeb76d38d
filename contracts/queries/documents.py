"""What is kept of documents, proved: bytes and inputs against their hashes, numbers without a gap."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from contracts.documents.templates import set_document, template_version
from contracts.models import Document

_DAMAGED = """
SELECT d.reference, 'content'
FROM contracts_document AS d
WHERE d.book_id = %(book_id)s AND d.sha256 <> encode(sha256(d.content), 'hex') AND NOT (
    d.content = '' AND EXISTS (SELECT FROM accounts_partyerasure AS e WHERE e.party_id = d.client_id)
)
UNION ALL
SELECT d.reference, 'inputs'
FROM contracts_document AS d
WHERE d.book_id = %(book_id)s AND d.inputs_sha256 <> encode(sha256(convert_to(d.inputs, 'UTF8')), 'hex')
AND NOT (
    d.inputs = '{}' AND EXISTS (SELECT FROM accounts_partyerasure AS e WHERE e.party_id = d.client_id)
)
UNION ALL
SELECT concat_ws(' ', s.kind, s.year), 'numbers'
FROM contracts_documentseries AS s
LEFT JOIN (
    SELECT d.kind, d.year, count(*) AS documents, max(d.number) AS newest
    FROM contracts_document AS d
    WHERE d.book_id = %(book_id)s
    GROUP BY d.kind, d.year
) AS kept ON kept.kind = s.kind AND kept.year = s.year
WHERE s.book_id = %(book_id)s AND (
    s.last_number <> coalesce(kept.documents, 0) OR s.last_number <> coalesce(kept.newest, 0)
)
ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class DocumentFinding:
    """What is not as it was made: a document's content or inputs, or the numbers of a series."""

    reference: str
    what: str


def damaged_documents(*, book_id: int) -> list[DocumentFinding]:
    """Return each document of a book that does not fit its hashes, each series with a gap. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_DAMAGED, {"book_id": book_id})
        return [DocumentFinding(*row) for row in cursor.fetchall()]


def documents_set_again(*, book_id: int) -> Iterator[tuple[str, bool | None]]:
    """Yield each document's reference and whether its inputs give the same bytes once more.

    None where it was made by other templates, which are not at hand any more, or its client was erased: its
    hash alone speaks for it.
    """
    for row in Document.objects.filter(book_id=book_id).order_by("id").iterator(chunk_size=100):
        if row.template_version != template_version() or not row.content:
            yield row.reference, None
            continue
        again = set_document(
            kind=row.kind,
            inputs=row.inputs,
            locale=row.locale,
            reference=row.reference,
            issued_on=row.issued_on,
        )
        yield row.reference, again == bytes(row.content)
