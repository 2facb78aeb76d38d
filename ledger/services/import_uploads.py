"""Files sent through a page: tried at once, kept with what the trial said, proposed, and carried out.

The import itself is `ledger.services.imports`; here it finds its file again by what was approved.
"""

import hashlib

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Approval
from ledger.models import ImportUpload
from ledger.services.imports import ImportReport, ImportRequest, post_import, propose_import, simulate_import
from ledger.services.refusals import LedgerRefusal, named_refusals

LARGEST_UPLOAD = 16 * 2**20
KEPT_REFUSALS = 500
"""How many refused lines a trial keeps; the others are counted."""


class UploadTooLarge(LedgerRefusal):
    """A file too large for a page."""

    code = "ledger_importupload_size_within_bound"
    sentence = _("The file is larger than 16 MiB: split it, or import it by the command.")


class UploadMissing(LedgerRefusal):
    """No uploaded file is the approved one: it was proposed by the command, which carries it out as well."""

    code = "ledger_importupload_is_there"
    sentence = _("The approved file was not uploaded here: carry it out by the command that proposed it.")


def upload_import(*, request: ImportRequest, maker_id: int) -> ImportUpload:
    """Try an import, and keep the file with what the trial said.

    Joins the caller's transaction, else is its own.

    :raises UploadTooLarge: it is larger than a page takes.
    :raises ImportUnreadable, DayNotOpen: as `simulate_import`.
    Source: DESIGN 1, rule 10; decision 43.
    """
    if len(request.content) > LARGEST_UPLOAD:
        raise UploadTooLarge
    with named_refusals(), transaction.atomic():
        report = simulate_import(request=request, maker_id=maker_id)
        refused = [line for line in report.lines if line.outcome == "refused"]
        return ImportUpload.objects.create(
            book_id=request.book_id,
            kind_id=request.kind,
            file_format=request.file_format,
            name=request.name,
            sha256=request.sha256,
            content=request.content,
            mapping=request.mapping,
            profile=request.profile,
            all_or_none=request.all_or_none,
            taken=report.count("taken"),
            refused=len(refused),
            passed_over=report.count("passed_over"),
            checked=report.count("checked"),
            refusals=[[one.line_no, one.code, one.detail, one.text] for one in refused[:KEPT_REFUSALS]],
            uploaded_by_id=maker_id,
        )


def propose_uploaded_import(*, upload_id: int, maker_id: int) -> Approval:
    """Try an uploaded file again and ask a second person for exactly this outcome.

    Joins the caller's transaction, else is its own.

    :raises ImportHasRefusals, ImportUnreadable, DayNotOpen: as `propose_import`.
    """
    _report, approval = propose_import(
        request=_request(ImportUpload.objects.get(pk=upload_id)), maker_id=maker_id
    )
    return approval


def post_uploaded_import(*, approval_id: int) -> ImportReport:
    """Carry out the import that two people approved, of the file that was uploaded.

    Joins the caller's transaction, else is its own.

    :raises UploadMissing: no uploaded file is the approved one.
    :raises ImportNotApproved, ImportHasRefusals, ImportUnreadable, DayNotOpen: as `post_import`.
    Source: DESIGN 1, rule 9; decision 43.
    """
    upload = uploaded_of(approval=Approval.objects.get(pk=approval_id))
    if upload is None:
        raise UploadMissing
    return post_import(request=_request(upload), approval_id=approval_id)


def uploaded_of(*, approval: Approval) -> ImportUpload | None:
    """The uploaded file that an approval names: bytes, mapping, profile and what was asked. Reads only."""
    said = approval.payload
    uploads = ImportUpload.objects.filter(
        book__code=approval.book_code,
        sha256=said.get("sha256", ""),
        kind_id=said.get("kind", ""),
        file_format=said.get("format", ""),
        name=said.get("name", ""),
        all_or_none=bool(said.get("all_or_none")),
    ).order_by("-pk")
    wanted = (said.get("mapping_sha256"), said.get("profile_sha256"))
    return next((one for one in uploads if (_sha256(one.mapping), _sha256(one.profile)) == wanted), None)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _request(upload: ImportUpload) -> ImportRequest:
    return ImportRequest(
        book_id=upload.book_id,
        kind=upload.kind_id,
        file_format=upload.file_format,
        name=upload.name,
        content=bytes(upload.content),
        mapping=upload.mapping,
        profile=upload.profile,
        all_or_none=upload.all_or_none,
    )
