"""The trial balance as a page of its own, with the way down to the accounts."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.admin.cells import count, page_of_key
from accounts.admin.panels import (
    Cell,
    Column,
    Field,
    Link,
    Look,
    Panel,
    Question,
    Table,
    Tone,
    chip,
    number,
    text,
)
from accounts.admin.read_only import ReadOnlyAdmin
from ledger.admin.amounts import amount, debit_and_credit
from ledger.admin.book_currency import book_currency_panels
from ledger.admin.names import CATEGORY_NAMES, category_name
from ledger.admin.notices import reopening_notice, seal_notice
from ledger.admin.periods import periods_view
from ledger.admin.time_axes import AXIS_LABELS, AskedTime, asked_time, iso
from ledger.models import Account, AccountCategory, Book, Ring, Unit
from ledger.queries.trial_balance import TrialBalanceSection, trial_balance, trial_balance_accounts

PAGE = 200
IN_BOOK_CURRENCY = "book"


@admin.register(Book)
class BookAdmin(ReadOnlyAdmin[Book]):
    list_display = ["code", "name", "base_unit"]
    list_select_related = ["base_unit"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("trial-balance/", view(self.trial_balance_view), name="ledger_trial_balance"),
            path("periods/", view(periods_view), name="ledger_periods"),
            path("trial-balance/accounts/", view(self.accounts_view), name="ledger_trial_balance_accounts"),
            *super().get_urls(),
        ]

    def trial_balance_view(self, request: HttpRequest) -> HttpResponse:
        """Of one book, in one unit or all, now or at the end of a day, by booking or value date."""
        if not request.user.has_perm("ledger.view_account"):
            raise PermissionDenied
        books = list(Book.objects.order_by("code"))
        book = next(
            (one for one in books if one.code == request.GET.get("book")), books[0] if books else None
        )
        asked, unit = asked_time(request), request.GET.get("unit", "")
        units = list(
            Unit.objects.filter(pk__in=Account.objects.filter(book=book).values("unit_id")).order_by(
                "kind", "code"
            )
        )
        sections = (
            trial_balance(
                book_id=book.pk,
                business_date=asked.day,
                unit_code=unit,
                axis=asked.axis,
                known_at=asked.known_at,
            )
            if book
            else []
        )
        is_in_book_currency = request.GET.get("in") == IN_BOOK_CURRENCY
        headline = [self._verdict(sections), *(seal_notice(request, book_id=book.pk) if book else [])]
        panels = [self._panel(asked, book, section) for section in sections if book]
        if is_in_book_currency and book:
            told, panels = book_currency_panels(book, sections, asked.day)
            headline += told
        amounts = Field(
            _("Amounts"),
            "in",
            IN_BOOK_CURRENCY if is_in_book_currency else "",
            [("", _("per unit")), (IN_BOOK_CURRENCY, _("in book currency"))],
        )
        question = self._question(asked, books, book, units, unit)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Trial balance"),
            "subtitle": None,
            "opts": None,
            "book": book,
            "headline": headline,
            "question": [Question(fields=[*question.fields, amounts])],
            "panels": [
                *(reopening_notice(book_id=book.pk, until=asked.day) if book and sections else []),
                *panels,
            ],
        }
        return TemplateResponse(request, "plimsoll/trial_balance.html", context)

    def accounts_view(self, request: HttpRequest) -> HttpResponse:
        """The accounts behind one line of the trial balance, each leading to its statement."""
        if not request.user.has_perm("ledger.view_account"):
            raise PermissionDenied
        asked = asked_time(request)
        book = get_object_or_404(Book, code=request.GET.get("book", ""))
        unit = get_object_or_404(Unit, code=request.GET.get("unit", ""))
        number_asked = request.GET.get("category", "")
        category = get_object_or_404(AccountCategory, pk=number_asked if number_asked.isdigit() else None)
        ring = request.GET.get("ring", "")
        found = trial_balance_accounts(
            book_id=book.pk,
            unit_id=unit.pk,
            ring=ring,
            category_number=category.pk,
            business_date=asked.day,
            axis=asked.axis,
            known_at=asked.known_at,
            after=request.GET.get("after", ""),
            size=PAGE + 1,
        )
        line = {"book": book.code, "unit": unit.code, "ring": ring, "category": category.pk}
        links = [
            Link(_("trial balance"), reverse("admin:ledger_trial_balance") + asked.query(book=book.code))
        ]
        if len(found) > PAGE:
            links.append(Link(_("next"), asked.query(**line, after=found[PAGE - 1].address)))
        table = Table(
            title=f"{unit.code} · {dict(Ring.choices).get(ring, ring)} · {_when(asked)}",
            columns=[
                Column(_("account")),
                Column(_("debit"), Look.NUMBER),
                Column(_("credit"), Look.NUMBER),
            ],
            rows=[
                [
                    text(one.address, page_of_key(Account, one.account_id, request) + asked.query()),
                    *debit_and_credit(one.balance_minor, unit.exponent),
                ]
                for one in found[:PAGE]
            ],
            empty=_("Every account of this line stands at zero."),
            links=links,
        )
        context = {
            **self.admin_site.each_context(request),
            "title": f"{category.number} {category_name(category)}",
            "subtitle": None,
            "opts": None,
            "book": book,
            "headline": [],
            "question": [],
            "panels": [table],
        }
        return TemplateResponse(request, "plimsoll/trial_balance.html", context)

    def _question(
        self, asked: AskedTime, books: list[Book], book: Book | None, units: list[Unit], unit: str
    ) -> Question:
        by, known = asked.fields
        fields = [
            Field(_("Unit"), "unit", unit, [("", _("all")), *((one.code, one.code) for one in units)]),
            by,
            Field(_("As of the end of (empty: now)"), "date", iso(asked.day)),
            known,
        ]
        if len(books) > 1 and book:
            named = [(one.code, f"{one.code} · {one.name}") for one in books]
            fields.insert(0, Field(_("Book"), "book", book.code, named))
        return Question(fields=fields)

    def _verdict(self, sections: list[TrialBalanceSection]) -> Cell:
        if not sections:
            return chip(_("no balances"))
        if all(section.is_balanced for section in sections):
            return chip(_("debits equal credits in every unit and ring"), Tone.GOOD)
        return chip(_("does not balance"), Tone.BAD)

    def _panel(self, asked: AskedTime, book: Book, section: TrialBalanceSection) -> Panel:
        types, rings = dict(AccountCategory.Type.choices), dict(Ring.choices)

        def accounts(number_of_category: int) -> str:
            return reverse("admin:ledger_trial_balance_accounts") + asked.query(
                book=book.code, unit=section.unit_code, ring=section.ring, category=number_of_category
            )

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
                text(_("Total") if section.is_balanced else _("Sum: does not balance")),
                text(""),
                count(sum(line.accounts for line in section.lines)),
                amount(section.debit_minor, section.unit_exponent),
                amount(section.credit_minor, section.unit_exponent),
            ],
            empty=_("Every account of this unit and ring stands at zero."),
        )


def _when(asked: AskedTime) -> str:
    """`by value date, 2008-09-15`."""
    by = _("by %(axis)s") % {"axis": AXIS_LABELS[asked.axis]}
    return f"{by}, {iso(asked.day) or _('now')}"
