"""The trial balance as a page of its own, with the way down to the accounts."""

from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts.admin.cells import count, list_of
from accounts.admin.panels import Cell, Column, Look, Panel, Table, Tone, chip, number, text
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.accounts import day_of
from ledger.admin.amounts import amount
from ledger.admin.names import CATEGORY_NAMES
from ledger.models import Account, AccountCategory, Book, BusinessDay, Ring, Unit
from ledger.queries.trial_balance import TrialBalanceSection, trial_balance


@admin.register(Book)
class BookAdmin(ReadOnlyAdmin[Book]):
    list_display = ["code", "name", "base_unit"]
    list_select_related = ["base_unit"]

    def get_urls(self) -> list[URLPattern]:
        page = path(
            "trial-balance/", self.admin_site.admin_view(self.trial_balance_view), name="ledger_trial_balance"
        )
        return [page, *super().get_urls()]

    def trial_balance_view(self, request: HttpRequest) -> HttpResponse:
        """Of one book, in one unit or all, now or at the close of a day."""
        if not request.user.has_perm("ledger.view_account"):
            raise PermissionDenied
        books = list(Book.objects.order_by("code"))
        book = next(
            (one for one in books if one.code == request.GET.get("book")), books[0] if books else None
        )
        at = day_of(request.GET.get("date", ""))
        unit = request.GET.get("unit", "")
        closed = (
            BusinessDay.objects.filter(book=book, status=BusinessDay.Status.CLOSED)
            .order_by("-business_date")
            .values_list("business_date", flat=True)
            .first()
        )
        units = list(
            Unit.objects.filter(pk__in=Account.objects.filter(book=book).values("unit_id")).order_by(
                "kind", "code"
            )
        )
        unit_ids = {one.code: one.pk for one in units}
        sections = trial_balance(book_id=book.pk, business_date=at, unit_code=unit) if book else []
        context = {
            **self.admin_site.each_context(request),
            "title": _("Trial balance"),
            "subtitle": None,
            "opts": None,
            "books": books,
            "book": book,
            "units": units,
            "unit": unit,
            "at": "" if at is None else at.isoformat(),
            "last_closed": closed,
            "headline": [self._verdict(sections)],
            "panels": [self._panel(request, book, unit_ids, section) for section in sections if book],
        }
        return TemplateResponse(request, "plimsoll/trial_balance.html", context)

    def _verdict(self, sections: list[TrialBalanceSection]) -> Cell:
        if not sections:
            return chip(_("no balances"))
        if all(section.is_balanced for section in sections):
            return chip(_("debits equal credits in every unit and ring"), Tone.GOOD)
        return chip(_("does not balance"), Tone.BAD)

    def _panel(
        self, request: HttpRequest, book: Book, unit_ids: dict[str, int], section: TrialBalanceSection
    ) -> Panel:
        types, rings = dict(AccountCategory.Type.choices), dict(Ring.choices)

        def accounts(number_of_category: int) -> str:
            query = {
                "book__id__exact": book.pk,
                "unit__id__exact": unit_ids[section.unit_code],
                "ring__exact": section.ring,
                "category__number__exact": number_of_category,
            }
            return list_of(Account, request, urlencode(query))

        return Table(
            title=f"{section.unit_code} · {rings[section.ring]}",
            columns=[
                Column(_("number"), Look.NUMBER),
                Column(_("category"), Look.PROSE),
                Column(_("type")),
                Column(_("accounts"), Look.NUMBER),
                Column(_("debit"), Look.NUMBER),
                Column(_("credit"), Look.NUMBER),
            ],
            rows=[
                [
                    number(str(line.category_number)),
                    Cell(
                        CATEGORY_NAMES.get(line.category_number, line.category_name),
                        accounts(line.category_number),
                        Look.PROSE,
                    ),
                    text(types[line.category_type]),
                    count(line.accounts),
                    amount(line.debit_minor, section.unit_exponent) if line.debit_minor else number(""),
                    amount(line.credit_minor, section.unit_exponent) if line.credit_minor else number(""),
                ]
                for line in section.lines
            ],
            foot=[
                text(""),
                text(_("Sum") if section.is_balanced else _("Sum: does not balance")),
                text(""),
                count(sum(line.accounts for line in section.lines)),
                amount(section.debit_minor, section.unit_exponent),
                amount(section.credit_minor, section.unit_exponent),
            ],
            empty=_("Every account of this unit and ring stands at zero."),
        )
