"""What pages say of a bulk import: the file, the report of a dry run, the columns of the form."""

from collections.abc import Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.approvals import TONES_OF_STATUS, person
from accounts.admin.cells import choice, count, instant, page_of, related, yes_no
from accounts.admin.panels import NOTHING, Column, Facts, Look, Panel, Table, Tone, chip, code, number, text
from contracts.models import BulkImport
from contracts.services.imports import form
from contracts.services.imports.report import ImportReport

SHOWN = 200
"""How many faults a page shows; the file that can be downloaded has all."""


def import_facts(request: HttpRequest, row: BulkImport) -> Facts:
    """The file, what it holds, and who decided."""
    approval = row.approval
    return Facts(
        title=_("Imported file"),
        items=[
            (_("File name"), text(row.name, page_of(row, request))),
            (_("Book"), related(row.book, request)),
            (_("What it holds"), text(row.get_kind_display())),
            (_("Lines"), count(row.lines)),
            (_("Parties or contracts"), count(row.subjects)),
            (_("Format"), text(row.get_file_format_display())),
            (_("Encoding"), text(row.get_encoding_display()) if row.encoding else NOTHING),
            (_("SHA-256 of the file"), code(row.sha256)),
            (_("Approval"), related(approval, request)),
            (_("Status"), choice(approval, "status", TONES_OF_STATUS)),
            (_("Maker"), related(approval.maker, request, person(approval.maker) or "")),
            (_("Proposed at"), instant(row.recorded_at)),
            (_("Checker"), related(approval.checker, request, person(approval.checker) or "")),
            (_("Carried out at"), instant(row.carried_out_at)),
        ],
    )


def report_panels(report: ImportReport, columns: Sequence[form.Column]) -> list[Panel]:
    """What a dry run found: a verdict, the faults, the first lines as they were read."""
    if report.is_replay:
        return [
            Facts(
                title=_("Result"),
                items=[(_("Verdict"), chip(_("This file was proposed or taken in before"), Tone.NOTICE))],
            )
        ]
    faults = f"{len(report.faults):,}{'+' if report.is_cut else ''}"
    result = Facts(
        title=_("Result"),
        items=[
            (
                _("Verdict"),
                chip(_("No fault"), Tone.GOOD)
                if report.is_clean
                else chip(_("Correct the faults"), Tone.BAD),
            ),
            (_("Lines"), count(report.lines)),
            (_("Parties or contracts"), count(report.subjects)),
            (_("Faults"), number(faults)),
            (_("SHA-256 of the file"), code(report.sha256)),
        ],
        note=_("Nothing was written."),
    )
    return [result, *([] if report.is_clean else [_faults(report)]), *_first_lines(report, columns)]


def _faults(report: ImportReport) -> Table:
    return Table(
        title=_("Faults"),
        columns=[
            Column(_("Line"), Look.NUMBER),
            Column(_("Column"), Look.CODE),
            Column(_("What to do"), Look.PROSE),
            Column(_("Value found"), Look.CODE),
        ],
        rows=[
            [
                number(str(one.line_no)) if one.line_no else NOTHING,
                text(one.column or "—"),
                text(one.sentence),
                text(one.value or "—"),
            ]
            for one in report.faults[:SHOWN]
        ],
        empty="",
        note=_("Only the first %(shown)d are shown; download all as a file.") % {"shown": SHOWN}
        if len(report.faults) > SHOWN
        else "",
    )


def _first_lines(report: ImportReport, columns: Sequence[form.Column]) -> list[Panel]:
    if not report.first_lines:
        return []
    return [
        Table(
            title=_("The first lines as they were read"),
            columns=[Column(_("Line"), Look.NUMBER), *(Column(column.name) for column in columns)],
            rows=[
                [number(str(line.line_no)), *(text(line.cells[column.name]) for column in columns)]
                for line in report.first_lines
            ],
            empty="",
            note=_("If names look wrong here, choose another encoding."),
        )
    ]


def form_table(columns: Sequence[form.Column], title: str) -> Table:
    """The columns of the form: what each holds, and an example."""
    return Table(
        title=title,
        columns=[
            Column(_("Column"), Look.CODE),
            Column(_("What it holds"), Look.PROSE),
            Column(_("Required")),
            Column(_("Example"), Look.CODE),
        ],
        rows=[
            [text(one.name), text(one.what), yes_no(one.is_required), text(one.example)] for one in columns
        ],
        empty="",
    )
