"""Check a file of parties or contracts, propose it to a second person, and take it in whole."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import ApprovalKind, ApprovalStatus
from accounts.services.actor import acting
from accounts.services.approvals import execute_approval, propose_approval
from contracts.models import BulkImport
from contracts.services.imports import contract_file, party_file
from contracts.services.imports.contract_opening import open_staged_contracts
from contracts.services.imports.form import Column, Fault, FileUnreadable, Line
from contracts.services.imports.report import ImportReport
from contracts.services.imports.tables import read_table
from contracts.services.refusals import ContractRefusal, named_contract_refusals
from ledger.models import Book

MOST_FAULTS = 5_000
"""A report tells so many faults; whoever has more has one cause."""
FIRST_LINES = 5
KINDS = {
    BulkImport.Kind.PARTIES: ApprovalKind.IMPORT_PARTIES,
    BulkImport.Kind.CONTRACTS: ApprovalKind.IMPORT_CONTRACTS,
}
COLUMNS: dict[str, Sequence[Column]] = {
    BulkImport.Kind.PARTIES: party_file.COLUMNS,
    BulkImport.Kind.CONTRACTS: contract_file.COLUMNS,
}


class ImportHasFaults(ContractRefusal):
    """A file with a fault is not taken, not even in part."""

    code = "contracts_bulkimport_without_faults"
    sentence = _("The file has faults; mend them and give it again. Nothing was written.")

    def __init__(self, report: ImportReport) -> None:
        first = "; ".join(f"{one.line_no} {one.column}: {one.sentence}" for one in report.faults[:3])
        super().__init__(first)
        self.report = report


class ImportUnknown(ContractRefusal):
    """No file waits for this approval."""

    code = "contracts_bulkimport_is_approved"
    sentence = _("There is no file for this approval; propose it anew.")


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file and what it holds."""

    book_id: int
    kind: str
    file_format: str
    name: str
    content: bytes
    encoding: str = BulkImport.Encoding.UTF_8
    """How a CSV file is read; a spreadsheet says it itself."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_import(*, request: ImportRequest) -> ImportReport:
    """The dry run: every line, what is wrong with it and what to do. Writes nothing.

    Joins the caller's transaction, else is its own. A file that was taken before is answered as such.
    Source: DESIGN 1, rule 10; decision 41.
    """
    with transaction.atomic():
        earlier = _carried_out(request)
        if earlier is not None:
            return _replay(earlier)
        report, _lines = _checked(request)
        contract_file.clear_stage()
    return report


def propose_import(*, request: ImportRequest, maker_id: int) -> tuple[ImportReport, BulkImport]:
    """Keep a file without faults and ask a second person for it; one that waits or was taken is returned.

    Joins the caller's transaction, else is its own.

    :raises ImportHasFaults: the dry run found one.
    Source: DESIGN 1, rule 9; decision 41.
    """
    with transaction.atomic():
        book = Book.objects.get(pk=request.book_id)
        earlier = _carried_out(request) or _waiting(request)
        if earlier is not None:
            return _replay(earlier), earlier
        report, _lines = _checked(request)
        contract_file.clear_stage()
        if not report.is_clean:
            raise ImportHasFaults(report)
        approval = propose_approval(
            book_code=book.code,
            kind=KINDS[BulkImport.Kind(request.kind)],
            subject=_subject(book.code, request.kind, request.sha256),
            payload={
                "sha256": request.sha256,
                "name": request.name,
                "kind": request.kind,
                "format": request.file_format,
                "encoding": _encoding(request),
                "taken": report.lines,
                "subjects": report.subjects,
            },
            maker_id=maker_id,
        )
        made = BulkImport.objects.create(
            book=book,
            kind=request.kind,
            file_format=request.file_format,
            name=request.name,
            sha256=request.sha256,
            encoding=_encoding(request),
            content=request.content,
            lines=report.lines,
            subjects=report.subjects,
            approval=approval,
        )
    return report, made


def carry_out_import(
    *, approval_id: int, progress: Callable[[int], object] = lambda _done: None
) -> tuple[BulkImport, int]:
    """Take in what was approved, all of it or nothing; return the file and how many parties or contracts.

    Joins the caller's transaction, else is its own; locks the file, then the approval. It is checked again:
    the world may have moved since.

    :raises ImportUnknown: no file waits for this approval.
    :raises ImportHasFaults: a line no longer fits.
    :raises ApprovalMissing, ApprovalNotApproved, ApprovalAlreadyExecuted, ApprovalExpired: see
        `execute_approval`.
    Source: DESIGN 1, rule 9; decision 41.
    """
    with named_contract_refusals(), transaction.atomic():
        kept = BulkImport.objects.select_for_update(of=("self",)).filter(approval_id=approval_id).first()
        if kept is None:
            raise ImportUnknown(str(approval_id))
        approval = execute_approval(
            approval_id=approval_id,
            kind=KINDS[BulkImport.Kind(kept.kind)],
            subject=_subject(kept.book.code, kept.kind, kept.sha256),
            payload=kept.approval.payload,
        )
        report, lines = _checked(
            ImportRequest(
                kept.book_id, kept.kind, kept.file_format, kept.name, bytes(kept.content), kept.encoding
            )
        )
        if not report.is_clean:
            raise ImportHasFaults(report)
        reason = f"import {kept.sha256[:12]}, approval {approval_id}"
        with acting(actor_id=approval.maker_id, reason=reason):
            if kept.kind == BulkImport.Kind.PARTIES:
                done = party_file.register_listed(
                    lines=lines, actor_id=approval.maker_id, reason=reason, progress=progress
                )
            else:
                done = open_staged_contracts(book_id=kept.book_id, progress=progress)
        contract_file.clear_stage()
        BulkImport.objects.filter(pk=kept.pk).update(carried_out_at=Now())
        kept.refresh_from_db(fields=["carried_out_at"])
    return kept, done


class _Reading:
    """A file as it is read, once: how many lines, which faults, what comes first."""

    def __init__(self, request: ImportRequest) -> None:
        self.request = request
        self.lines = 0
        self.faults: list[Fault] = []
        self.first_lines: list[Line] = []
        self.left_out: set[str] = set()
        """Contracts of which a line cannot be read, so that their shares are not to be added up."""

    def fit_lines(self) -> Iterator[Line]:
        """The lines whose cells can be read; what is wrong with the others is kept."""
        request = self.request
        for line, faults in read_table(
            content=request.content,
            file_format=request.file_format,
            encoding=request.encoding,
            columns=COLUMNS[request.kind],
        ):
            self.lines += 1
            if self.lines <= FIRST_LINES:
                self.first_lines.append(line)
            if faults:
                self.leave_out(line, faults)
            else:
                yield line

    def leave_out(self, line: Line, faults: Sequence[Fault]) -> None:
        self.left_out.add(line.cells.get("contract", ""))
        if len(self.faults) <= MOST_FAULTS:
            self.faults += faults

    def of_stage(self) -> list[Fault]:
        """What the database finds, without what only follows from a line that was left out."""
        return [
            one
            for one in contract_file.check_contracts(book_id=self.request.book_id, most=MOST_FAULTS + 1)
            if not (one.code == "shares_not_whole" and one.value in self.left_out)
        ]


def _checked(request: ImportRequest) -> tuple[ImportReport, list[Line]]:
    """Read and check; of contracts everything is staged then, of parties the lines are returned."""
    reading = _Reading(request)
    lines: list[Line] = []
    try:
        # What was staged before a file turns out to be none is taken back with this savepoint.
        with transaction.atomic():
            if request.kind == BulkImport.Kind.PARTIES:
                lines = list(reading.fit_lines())
                faults = party_file.check_parties(lines=lines)
                subjects = reading.lines
            else:
                contract_file.stage_contracts(lines=reading.fit_lines(), leave_out=reading.leave_out)
                faults = reading.of_stage()
                subjects = contract_file.count_contracts()
            if not reading.lines:
                raise FileUnreadable.because("empty", _("The file has no lines below its column names."))
    except FileUnreadable as error:
        return ImportReport(request.sha256, reading.lines, 0, list(error.faults)), []
    faults = sorted([*reading.faults, *faults], key=lambda one: (one.line_no, one.column, one.code))
    report = ImportReport(
        sha256=request.sha256,
        lines=reading.lines,
        subjects=subjects,
        faults=faults[:MOST_FAULTS],
        first_lines=reading.first_lines,
        is_cut=len(faults) > MOST_FAULTS,
    )
    return report, lines


def _same(request: ImportRequest) -> dict[str, object]:
    return {"book_id": request.book_id, "kind": request.kind, "sha256": request.sha256}


def _carried_out(request: ImportRequest) -> BulkImport | None:
    return BulkImport.objects.filter(**_same(request), carried_out_at__isnull=False).first()


def _waiting(request: ImportRequest) -> BulkImport | None:
    waiting = [ApprovalStatus.PROPOSED, ApprovalStatus.APPROVED]
    return BulkImport.objects.filter(**_same(request), approval__status__in=waiting).first()


def _subject(book_code: str, kind: str, sha256: str) -> str:
    return f"{book_code}/{kind}/{sha256}"


def _encoding(request: ImportRequest) -> str:
    return request.encoding if request.file_format == BulkImport.Format.CSV else ""


def _replay(earlier: BulkImport) -> ImportReport:
    return ImportReport(earlier.sha256, earlier.lines, earlier.subjects, [], is_replay=True)
