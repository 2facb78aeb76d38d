"""The base of every admin page: it shows, and changes nothing.

Nobody has the right to add, change or delete through it, superusers included; what may be done is an act that
calls one service (accounts.admin.acts). A page is a list of panels, a long one in tabs.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.paginator import InfinitePaginator

from accounts.admin.cells import Tones, choice, percent, plain, related
from accounts.admin.history import history_tab
from accounts.admin.panels import NOTHING, Act, Cell, Facts, Panel, Tab, text
from accounts.admin.stored_texts import stored_text

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    from unfold.admin import ModelAdmin

Row = TypeVar("Row", bound=models.Model)
STORED_TEXTS = {"reason", "hold_reason", "narration", "cause"}


class ReadOnlyAdmin(ModelAdmin[Row]):
    """Lists and pages without a form."""

    tones: dict[str, Tones] = {}
    """The tones of fields with choices, by field name."""
    hidden: Sequence[str] = ()
    """Fields that the facts leave out."""
    panel_title: Any = _("Details")
    empty_hint: Any = ""
    """What brings the first row; without it the list says that days do."""
    actions: Any = None
    list_per_page = 50
    show_full_result_count = True
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    object_template = "plimsoll/object_page.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Row | None:
        """One row, with all that it refers to."""
        forward = [f.name for f in self.opts.concrete_fields if f.is_relation]
        try:
            return self.get_queryset(request).select_related(*forward).filter(pk=object_id).first()
        except (ValueError, OverflowError):
            return None

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        if row is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": self.page_title(row),
            "subtitle": None,
            "opts": self.opts,
            "headline": self.headline(row),
            "tabs": self.tabs(request, row),
            "acts": [act for act in self.acts(request, row) if act.href],
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_template, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = capfirst(str(self.opts.verbose_name_plural))
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def page_title(self, row: Row) -> str:
        return f"{capfirst(str(self.opts.verbose_name))} {self.row_name(row)}"

    def row_name(self, row: Row) -> str:
        """What the row is called on screens."""
        return str(row)

    def headline(self, row: Row) -> Sequence[Cell]:
        """What a glance should find: chips beside the title."""
        return [
            choice(row, name, self.tones[name]) for name in self.tones if getattr(row, name) not in (None, "")
        ]

    def acts(self, request: HttpRequest, row: Row) -> Sequence[Act]:
        """What this person may do with this row."""
        return ()

    def tabs(self, request: HttpRequest, row: Row) -> list[Tab]:
        """The page, and beside it the history of what keeps one."""
        page = Tab("page", _("Overview"), self.panels(request, row))
        if not hasattr(row, "history"):
            return [page]
        return [page, history_tab(row, request, self.amount_text(row))]

    def amount_text(self, row: Row) -> Callable[[int], str] | None:
        """How an amount of this row is written; None where it has no currency of its own."""
        return None

    def panels(self, request: HttpRequest, row: Row) -> list[Panel]:
        return [self.facts(request, row)]

    def facts(self, request: HttpRequest, row: Row) -> Facts:
        """Every field of the row by its name."""
        items = [
            (capfirst(str(field.verbose_name)), self.field_cell(request, row, field))
            for field in self.opts.concrete_fields
            if not field.primary_key and field.name not in self.hidden
        ]
        return Facts(title=self.panel_title, items=items)

    def field_cell(self, request: HttpRequest, row: Row, field: Any) -> Cell:
        """One field of the row; subclasses know more kinds of figures."""
        if field.is_relation:
            return related(getattr(row, field.name), request)
        if field.choices:
            return choice(row, field.name, self.tones.get(field.name))
        value = getattr(row, field.attname)
        if field.name.endswith("_ppm"):
            return percent(value, 4 if value is not None and value % 100 else 2)
        if field.name in STORED_TEXTS and value:
            return text(stored_text(value))
        return NOTHING if value is None else plain(value)


class LongListMixin:
    """For tables too long to count: pages go on without a total."""

    paginator = InfinitePaginator
    show_full_result_count = False
