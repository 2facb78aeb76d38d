"""Make documents, number them, and hand them out only as they were made."""

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from contracts.documents.inputs import canonical, sha256_of
from contracts.documents.render import GlyphMissing as NoGlyph
from contracts.documents.templates import reference_of, set_document, template_version
from contracts.models import Document, FinancingContract
from contracts.queries.agreement import agreement_inputs
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from ledger.models import Book


class GlyphMissing(ContractRefusal):
    """The fonts have no glyph for a character of the document."""

    code = "contracts_document_glyphs_present"
    sentence = _("The fonts cannot write this text; correct the name or text it stands in, then try again:")


class DocumentDamaged(ContractRefusal):
    """The stored bytes are not those that were made: they do not have the recorded hash."""

    code = "contracts_document_hash_is_its_own"
    sentence = _(
        "The stored file is not the one that was made. It is not handed out; tell compliance and restore it."
    )


class DocumentErased(ContractRefusal):
    """The client's personal data was erased, and this document with it."""

    code = "contracts_document_not_erased"
    sentence = _("This document was erased with its client's personal data; its number and hashes are kept.")


class UnknownDocument(ContractRefusal):
    """There is no such document."""

    code = "contracts_document_exists"
    sentence = _("There is no such document.")


def issue_document(
    *,
    book_id: int,
    kind: str,
    locale: str,
    issued_on: dt.date,
    client_id: int,
    contract_id: int | None,
    subject: str,
    inputs: Mapping[str, Any],
    maker_id: int,
) -> Document:
    """Make a document from its inputs and keep it under the next number of its series; return it.

    Made before from the same inputs in this language, by the same templates, it is that document which comes
    back. Owns its transaction or joins one; the series stays locked until it ends, so that numbers have no
    gap.

    :raises GlyphMissing: the fonts lack a character; nothing was numbered.
    Source: DESIGN 5 (documents).
    """
    text = canonical(inputs)
    same = {
        "book_id": book_id,
        "kind": kind,
        "inputs_sha256": sha256_of(text),
        "locale": locale,
        "template_version": template_version(),
    }
    with named_contract_refusals(), transaction.atomic():
        number = _next_number(book_id=book_id, kind=kind, year=issued_on.year)
        made = Document.objects.filter(**same).first()
        if made is not None:
            return made
        book_code = Book.objects.values_list("code", flat=True).get(pk=book_id)
        reference = reference_of(book_code=book_code, kind=kind, year=issued_on.year, number=number)
        try:
            content = set_document(
                kind=kind, inputs=text, locale=locale, reference=reference, issued_on=issued_on
            )
        except NoGlyph as error:
            raise GlyphMissing(str(error)) from error
        return Document.objects.create(
            **same,
            year=issued_on.year,
            number=number,
            reference=reference,
            issued_on=issued_on,
            client_id=client_id,
            contract_id=contract_id,
            subject=subject,
            inputs=text,
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            maker_id=maker_id,
        )


def issue_agreement(*, contract_id: int, locale: str, issued_on: dt.date, maker_id: int) -> Document:
    """Make the contract document of a contract, with the terms that hold on the day of issue.

    Owns its transaction or joins one.

    :raises FinancingContract.DoesNotExist: there is no such contract.
    :raises GlyphMissing: the fonts lack a character.
    """
    contract = FinancingContract.objects.get(pk=contract_id)
    return issue_document(
        book_id=contract.book_id,
        kind="contract",
        locale=locale,
        issued_on=issued_on,
        client_id=contract.client_id,
        contract_id=contract.pk,
        subject=f"contract/{contract.code}",
        inputs=agreement_inputs(contract_id=contract_id, on=issued_on),
        maker_id=maker_id,
    )


def hand_out(*, document_id: int) -> Document:
    """Return a document whose bytes have been compared with its hash just now. Reads only.

    :raises UnknownDocument: there is none.
    :raises DocumentErased: it went with its client's personal data.
    :raises DocumentDamaged: the bytes are not those that were made.
    """
    document = Document.objects.select_related("client__erasure").filter(pk=document_id).first()
    if document is None:
        raise UnknownDocument(str(document_id))
    if not document.content and hasattr(document.client, "erasure"):
        raise DocumentErased(document.reference)
    if hashlib.sha256(bytes(document.content)).hexdigest() != document.sha256:
        raise DocumentDamaged(document.reference)
    return document


def _next_number(*, book_id: int, kind: str, year: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT contracts_next_document_number(%s, %s, %s)", [book_id, kind, year])
        (number,) = cursor.fetchone()
    return int(number)
