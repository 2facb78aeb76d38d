"""Send a file to be imported, see what would become of each line, and propose it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.acts import Confirmation, Done, confirm_and_do, staff_of
from accounts.admin.approvals import may_decide
from accounts.admin.cells import count, instant, page_of_key, related
from accounts.admin.columns import column, instant_column, state_column
from accounts.admin.filters import rows
from accounts.admin.panels import (
    Act,
    Cell,
    Column,
    Facts,
    Look,
    Panel,
    Table,
    Tone,
    chip,
    code,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from accounts.models import Approval
from ledger.admin.import_advice import advice
from ledger.admin.names import kind_name
from ledger.models import Book, ImportFile, ImportUpload
from ledger.services.import_uploads import propose_uploaded_import, upload_import
from ledger.services.imports import ImportRequest

SHOWN = 200
"""How many refused lines a page shows."""


class UploadForm(forms.Form):
    book = forms.ModelChoiceField(label=gettext_lazy("Book"), queryset=Book.objects.order_by("code"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Type of content"),
        choices=[
            ("journal_imported", gettext_lazy("a foreign journal")),
            ("opening_balance", gettext_lazy("the opening balance of a new book")),
        ],
    )
    file_format = forms.ChoiceField(label=gettext_lazy("Format"), choices=ImportFile.Format.choices)
    file = forms.FileField(
        label=gettext_lazy("The file"),
        max_length=200,
        help_text=gettext_lazy("UTF-8, at most 16 MiB; kept byte for byte."),
    )
    mapping = forms.FileField(
        label=gettext_lazy("Mapping of its accounts"),
        help_text=gettext_lazy("CSV with the columns account (as the file says) and address (as here)."),
    )
    profile = forms.FileField(
        label=gettext_lazy("Profile of its columns"),
        required=False,
        help_text=gettext_lazy(
            "JSON, for a CSV with other columns than transaction, date, account, unit, amount."
        ),
    )
    all_or_none = forms.BooleanField(
        label=gettext_lazy("Import nothing if a line is refused"), required=False
    )

    def clean_mapping(self) -> str:
        return _decoded(self.cleaned_data["mapping"])

    def clean_profile(self) -> str:
        return _decoded(self.cleaned_data["profile"]) if self.cleaned_data["profile"] else ""


def _decoded(file: UploadedFile[bytes]) -> str:
    try:
        said = str(file.read(), "utf-8-sig")
    except UnicodeDecodeError:
        said = "\0"
    if "\0" in said:  # as UTF-16 is full of
        raise forms.ValidationError(_("This is not UTF-8; save the file as UTF-8."))
    return said


def upload_view(request: HttpRequest) -> HttpResponse:
    """The form: the file is tried at once, and its page says what the trial said."""
    user = staff_of(request)
    if not may_decide(user):
        raise PermissionDenied

    def do(cleaned: dict[str, Any]) -> Done:
        made = upload_import(
            request=ImportRequest(
                book_id=cleaned["book"].pk,
                kind=cleaned["kind"],
                file_format=cleaned["file_format"],
                name=cleaned["file"].name,
                content=cleaned["file"].read(),
                mapping=cleaned["mapping"],
                profile=cleaned["profile"],
                all_or_none=cleaned["all_or_none"],
            ),
            maker_id=user.pk,
        )
        return Done(sentence=_("Tried; nothing was booked."), href=_page(made.pk))

    return confirm_and_do(
        request,
        confirmation=Confirmation(
            title=_("Upload a file to be imported"),
            question=_(
                "Try this file? Nothing is booked: it is imported, reported line by line, and rolled back."
            ),
            button=_("Try"),
            back=reverse("admin:ledger_importfile_changelist"),
            keeps_form=True,
        ),
        do=do,
        form_class=UploadForm,
        model=ImportUpload,
    )


@admin.register(ImportUpload)
class ImportUploadAdmin(ReadOnlyAdmin[ImportUpload]):
    list_display = [
        "name",
        "book",
        column(lambda row: str(kind_name(row.kind_id)), name="kind", label=gettext_lazy("kind")),
        state_column(ImportUpload, "file_format"),
        "taken",
        "refused",
        "uploaded_by",
        instant_column(ImportUpload, "recorded_at"),
    ]
    list_filter = [rows("book")]
    list_select_related = ["book", "uploaded_by"]
    search_fields = ["name", "sha256"]
    ordering = ["-id"]

    def has_view_permission(self, request: HttpRequest, obj: ImportUpload | None = None) -> bool:
        return request.user.has_perm("ledger.view_importfile")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportUpload]:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("new/", self.admin_site.admin_view(upload_view), name="ledger_importupload_new"),
            path(
                "<int:upload_id>/propose/",
                self.admin_site.admin_view(self.propose_view),
                name="ledger_importupload_propose",
            ),
        ]
        return [*own, *super().get_urls()]

    def page_title(self, row: ImportUpload) -> str:
        return row.name

    def headline(self, row: ImportUpload) -> list[Cell]:
        if _is_imported(row):
            return [chip(_("imported"), Tone.GOOD)]
        if row.refused:
            return [chip(_("%(count)d lines refused") % {"count": row.refused}, Tone.WARN)]
        return [chip(_("no line refused"), Tone.GOOD)]

    def acts(self, request: HttpRequest, row: ImportUpload) -> list[Act]:
        if not may_decide(staff_of(request)) or not row.taken or _is_imported(row):
            return []
        return [Act(_("Propose"), reverse("admin:ledger_importupload_propose", args=[row.pk]), Tone.INFO)]

    def panels(self, request: HttpRequest, row: ImportUpload) -> list[Panel]:
        return [
            Facts(
                title=_("Result of the trial"),
                items=[
                    (_("Would be booked"), count(row.taken)),
                    (_("Refused lines"), count(row.refused)),
                    (_("Skipped by name"), count(row.passed_over)),
                    (_("Balances of the file that hold"), count(row.checked)),
                ],
                note=_("Nothing was booked. Proposing tries the file again; a second person decides."),
            ),
            refused_lines(row),
            Facts(
                title=_("Details"),
                items=[
                    (_("Book"), related(row.book, request)),
                    (_("Type of content"), text(kind_name(row.kind_id))),
                    (_("Format"), text(row.get_file_format_display())),
                    (_("All or none"), text(_("yes") if row.all_or_none else _("no"))),
                    (_("SHA-256"), code(row.sha256)),
                    (_("Uploaded by"), related(row.uploaded_by, request, row.uploaded_by.get_full_name())),
                    (_("Recorded at"), instant(row.recorded_at)),
                ],
            ),
        ]

    def propose_view(self, request: HttpRequest, upload_id: int) -> HttpResponse:
        user, row = staff_of(request), self.get_object(request, str(upload_id))
        if not may_decide(user):
            raise PermissionDenied
        if row is None:
            raise Http404

        def do(_cleaned: dict[str, object]) -> Done:
            proposed = propose_uploaded_import(upload_id=upload_id, maker_id=user.pk)
            return Done(
                sentence=_("Proposed; a second person decides."),
                href=page_of_key(Approval, proposed.pk, request) or _page(upload_id),
            )

        return confirm_and_do(
            request,
            confirmation=Confirmation(
                title=_("Propose the import of %(file)s") % {"file": row.name},
                question=_("Propose to book what this file would book, and to leave out what is refused?"),
                button=_("Propose"),
                back=_page(upload_id),
                panels=[refused_lines(row)] if row.refused else [],
            ),
            do=do,
            model=ImportUpload,
        )


def refused_lines(row: ImportUpload) -> Table:
    """Each refused line: where, what it says, why, and what to do."""
    shown = row.refusals[:SHOWN]
    left = row.refused - len(shown)
    return Table(
        title=_("Refused lines"),
        columns=[
            Column(_("line"), Look.NUMBER),
            Column(_("content"), Look.PROSE),
            Column(_("why it is refused"), Look.PROSE),
            Column(_("what to do"), Look.PROSE),
        ],
        rows=[
            [
                number(str(line_no)),
                Cell(said, look=Look.PROSE),
                Cell(f"{detail} ({rule})", look=Look.PROSE),
                Cell(advice(rule), look=Look.PROSE),
            ]
            for line_no, rule, detail, said in shown
        ],
        empty=_("No line is refused."),
        note=_("And %(count)d more.") % {"count": left} if left else "",
    )


def _is_imported(row: ImportUpload) -> bool:
    return ImportFile.objects.filter(book_id=row.book_id, sha256=row.sha256).exists()


def _page(upload_id: int) -> str:
    return reverse("admin:ledger_importupload_change", args=[upload_id])
