"""Import an opening balance or a foreign journal: simulate, have it approved, then post what was approved.

A simulation is the import itself, rolled back: it answers for each line exactly as the import will. What two
people approve is the file's hash with the outcome: nothing is refused, or taken, that they did not see.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from accounts.models import Approval, ApprovalKind
from accounts.services.approvals import (
    ApprovalAlreadyExecuted,
    ApprovalMissing,
    ApprovalNotApproved,
    ApprovalPayloadChanged,
    execute_approval,
    propose_approval,
)
from ledger.domain.beancount_reader import read_beancount
from ledger.domain.csv_journal_reader import DEFAULT_PROFILE, csv_profile, read_csv_journal
from ledger.domain.foreign_journal import ForeignBalance, Item, UnreadableFile, decode, opening_of
from ledger.models import Book, BusinessDay, ImportFile, ImportLine
from ledger.services.import_planning import Planned, chart_of, check_balances, plan
from ledger.services.import_refusals import ImportHasRefusals, ImportNotApproved, ImportUnreadable
from ledger.services.posting import post_journal_entries
from ledger.services.refusals import DayNotOpen, LedgerRefusal, named_refusals

CALLER = "import_journal"
OPENING = "opening_balance"
BATCH = 5_000
"""Entries in one statement. A batch in which one is refused is halved until it stands alone."""


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file, what it is, and how its accounts are called here."""

    book_id: int
    kind: str
    file_format: str
    name: str
    content: bytes
    mapping: str
    profile: str = ""
    all_or_none: bool = False

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What became of one statement of the file."""

    line_no: int
    outcome: str
    code: str
    detail: str
    text: str
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every statement of the file in the order of its lines. `is_replay`: an earlier import answers."""

    sha256: str
    is_replay: bool
    lines: Sequence[ReportLine]

    def count(self, outcome: str) -> int:
        return sum(line.outcome == outcome for line in self.lines)


OnProgress = Callable[[int, int], None]
"""Told after each statement: how many transactions are answered for, of how many."""


def _ignore(_done: int, _total: int) -> None:
    """Nobody watches."""


class _Rollback(Exception):
    """Ends a simulation."""


def simulate_import(
    *, request: ImportRequest, maker_id: int, on_progress: OnProgress = _ignore
) -> ImportReport:
    """Import, report, and roll everything back. Joins the caller's transaction, else is its own.

    :raises ImportUnreadable: the file, its mapping or its profile cannot be read.
    :raises DayNotOpen: the book has no open day to book into.

    Source: DESIGN 1, rule 10; decision 30.
    """
    report: ImportReport | None = None
    try:
        with transaction.atomic():
            report = _earlier(request) or _imported(request, maker_id, on_progress)
            raise _Rollback
    except _Rollback:
        pass
    if report is None:
        raise AssertionError("a simulation ends with its report")
    return report


def propose_import(
    *, request: ImportRequest, maker_id: int, on_progress: OnProgress = _ignore
) -> tuple[ImportReport, Approval]:
    """Simulate, and ask a second person for exactly this outcome. Joins the caller's transaction.

    :raises ImportHasRefusals: all or none was asked for, or it is an opening balance, and a line is refused.
    :raises ImportUnreadable, DayNotOpen: as `simulate_import`.
    """
    report = simulate_import(request=request, maker_id=maker_id, on_progress=on_progress)
    _refuse_parts(request, report)
    book = Book.objects.get(pk=request.book_id)
    approval = propose_approval(
        book_code=book.code,
        kind=ApprovalKind.IMPORT_JOURNAL,
        subject=f"{book.code}/{request.sha256}",
        payload=_payload(request, report),
        maker_id=maker_id,
    )
    return report, approval


def post_import(
    *, request: ImportRequest, approval_id: int, on_progress: OnProgress = _ignore
) -> ImportReport:
    """Import what was approved: entries into the open day, the file and a line for each of its statements.

    Joins the caller's transaction, else is its own: all of it, or nothing. The same file is one import; asked
    again, it answers with the first one's report.

    :raises ImportNotApproved: no approval of two people names this file, kind and outcome.
    :raises ImportHasRefusals: all or none was asked for, or it is an opening balance, and a line is refused.
    :raises ImportUnreadable, DayNotOpen: as `simulate_import`.

    Source: DESIGN 1, rule 9; decision 30.
    """
    with transaction.atomic():
        earlier = _earlier(request)
        if earlier is not None:
            return earlier
        approval = Approval.objects.filter(pk=approval_id).first()
        if approval is None:
            raise ImportNotApproved(f"there is no approval {approval_id}")
        report = _imported(request, approval.maker_id, on_progress)
        _refuse_parts(request, report)
        try:
            execute_approval(
                approval_id=approval_id,
                kind=ApprovalKind.IMPORT_JOURNAL,
                subject=f"{Book.objects.get(pk=request.book_id).code}/{request.sha256}",
                payload=_payload(request, report),
            )
        except (
            ApprovalMissing,
            ApprovalAlreadyExecuted,
            ApprovalNotApproved,
            ApprovalPayloadChanged,
        ) as why:
            raise ImportNotApproved(why.__doc__ or "") from why
        _keep(request, report, approval_id)
    return report


def _payload(request: ImportRequest, report: ImportReport) -> dict[str, str | int | bool]:
    return {
        "sha256": request.sha256,
        "name": request.name,
        "kind": request.kind,
        "format": request.file_format,
        "mapping_sha256": hashlib.sha256(request.mapping.encode()).hexdigest(),
        "profile_sha256": hashlib.sha256(request.profile.encode()).hexdigest(),
        "all_or_none": request.all_or_none,
        "taken": report.count("taken"),
        "refused": report.count("refused"),
    }


def _refuse_parts(request: ImportRequest, report: ImportReport) -> None:
    whole = request.all_or_none or request.kind == OPENING
    if whole and (report.count("refused") or not report.count("taken")):
        first = next((line for line in report.lines if line.outcome == "refused"), None)
        raise ImportHasRefusals(f"line {first.line_no}: {first.detail}" if first else "no line is taken")


def _items(request: ImportRequest) -> list[Item]:
    text = decode(request.content)
    if request.file_format == ImportFile.Format.BEANCOUNT:
        items = list(read_beancount(text))
    else:
        profile = csv_profile(request.profile) if request.profile else DEFAULT_PROFILE
        items = list(read_csv_journal(text, profile=profile))
    return list(opening_of(items)) if request.kind == OPENING else items


def _imported(request: ImportRequest, maker_id: int, on_progress: OnProgress) -> ImportReport:
    booking_date = (
        BusinessDay.objects.filter(book_id=request.book_id, status=BusinessDay.Status.OPEN)
        .values_list("business_date", flat=True)
        .first()
    )
    if booking_date is None:
        raise DayNotOpen
    try:
        chart = chart_of(book_id=request.book_id, mapping=request.mapping)
        planned = plan(
            items=_items(request),
            chart=chart,
            kind=request.kind,
            sha256=request.sha256,
            booking_date=booking_date,
        )
    except UnreadableFile as error:
        raise ImportUnreadable(str(error)) from error
    entries, refusals = _post(
        request, [one for one in planned if isinstance(one, Planned)], booking_date, maker_id, on_progress
    )
    missed = check_balances(plan=planned, taken=set(entries), chart=chart)
    lines = []
    for one in planned:
        if isinstance(one, Planned):
            number, text = one.item.line_no, one.item.text
            code, detail = refusals.get(number, ("", ""))
            outcome = "refused" if code else "taken"
            lines.append(ReportLine(number, outcome, code, detail, text, entries.get(number)))
        elif isinstance(one, ForeignBalance):
            missing = missed.get(one.line_no, "")
            code = "ledger_import_assertion_fails" if missing else ""
            outcome = "refused" if missing else "checked"
            lines.append(ReportLine(one.line_no, outcome, code, missing, one.text, None))
        else:
            outcome = "refused" if one.refused else "passed_over"
            lines.append(ReportLine(one.line_no, outcome, one.code, one.detail, one.text, None))
    lines.sort(key=lambda line: line.line_no)
    return ImportReport(request.sha256, is_replay=False, lines=lines)


def _post(
    request: ImportRequest,
    planned: Sequence[Planned],
    booking_date: dt.date,
    maker_id: int,
    on_progress: OnProgress,
) -> tuple[dict[int, int], dict[int, tuple[str, str]]]:
    """Entry by line, and refusal by line. A batch that is refused is halved until the culprit is alone."""
    entries: dict[int, int] = {}
    refusals: dict[int, tuple[str, str]] = {}
    waiting = [planned[start : start + BATCH] for start in range(0, len(planned), BATCH)][::-1]
    while waiting:
        batch = waiting.pop()
        try:
            with transaction.atomic():
                posted = post_journal_entries(
                    book_id=request.book_id,
                    booking_date=booking_date,
                    drafts=[one.draft for one in batch],
                    caller=CALLER,
                    maker_id=maker_id,
                )
        except LedgerRefusal as refusal:
            if len(batch) == 1:
                refusals[batch[0].item.line_no] = (refusal.code, str(refusal))
                on_progress(len(entries) + len(refusals), len(planned))
            else:
                half = len(batch) // 2
                waiting += [batch[half:], batch[:half]]
            continue
        entries.update((one.item.line_no, entry.entry_id) for one, entry in zip(batch, posted, strict=True))
        on_progress(len(entries) + len(refusals), len(planned))
    return entries, refusals


def _keep(request: ImportRequest, report: ImportReport, approval_id: int) -> None:
    with named_refusals(), transaction.atomic():
        file = ImportFile.objects.create(
            book_id=request.book_id,
            kind_id=request.kind,
            file_format=request.file_format,
            name=request.name[:200],
            sha256=request.sha256,
            content=request.content,
            mapping=request.mapping,
            profile=request.profile,
            taken=report.count("taken"),
            refused=report.count("refused"),
            approval_id=approval_id,
        )
        ImportLine.objects.bulk_create(
            [
                ImportLine(
                    file_id=file.pk,
                    line_no=line.line_no,
                    outcome=line.outcome,
                    code=line.code,
                    detail=line.detail,
                    text=line.text,
                    entry_id=line.entry_id,
                )
                for line in report.lines
            ],
            batch_size=BATCH,
        )


def _earlier(request: ImportRequest) -> ImportReport | None:
    file = ImportFile.objects.filter(book_id=request.book_id, sha256=request.sha256).first()
    if file is None:
        return None
    lines = [
        ReportLine(*row)
        for row in file.lines.order_by("line_no").values_list(
            "line_no", "outcome", "code", "detail", "text", "entry_id"
        )
    ]
    return ImportReport(request.sha256, is_replay=True, lines=lines)
