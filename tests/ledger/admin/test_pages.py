"""The journal, an account's statement and the trial balance, on a small book."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import StaffRole
from ledger.admin.accounts import place_of
from ledger.admin.amounts import balance, debit_and_credit
from ledger.admin.names import CATEGORY_NAMES, KIND_NAMES
from ledger.admin.time_axes import day_of
from ledger.models import AccountCategory, EntryKind
from ledger.queries.account_statement import Place
from tests.desk import colleague, desk_of, text_of
from tests.ledger.builders import MONDAY, SmallBook, small_book


@pytest.fixture
def book(db: None) -> SmallBook:
    made = small_book()
    made.post(*(made.draft("client_deposit", bank=100 * n, wang=-100 * n) for n in range(1, 6)))
    return made


@pytest.fixture
def auditor(db: None) -> Client:
    return desk_of(colleague("ava.stone", StaffRole.AUDITOR))


class TestStatementPage:
    def test_marks_what_is_valued_on_another_day(self, book: SmallBook, auditor: Client) -> None:
        book.post(book.draft("client_deposit", value_date=MONDAY - dt.timedelta(3), bank=7, wang=-7))
        book.post(book.draft("client_deposit", value_date=MONDAY + dt.timedelta(2), bank=8, wang=-8))
        page = auditor.get(f"/admin/ledger/account/{book.accounts['wang']}/change/").content.decode()
        assert "back-valued" in page
        assert "forward-valued" in page

    def test_shows_a_span_by_value_date(self, book: SmallBook, auditor: Client) -> None:
        book.post(book.draft("client_deposit", value_date=MONDAY - dt.timedelta(3), bank=700, wang=-700))
        page = text_of(
            auditor.get(
                f"/admin/ledger/account/{book.accounts['wang']}/change/",
                {"axis": "value", "from": "2008-09-13", "date": "2008-09-15"},
            ).content.decode()
        )
        assert "Opening balance 7.00 Cr" in page
        assert "Closing balance 22.00 Cr" in page
        assert "2008-09-12" not in page


class TestTrialBalancePage:
    def test_leads_down_to_accounts_and_statements_of_the_same_time(
        self, book: SmallBook, auditor: Client
    ) -> None:
        asked = {"axis": "value", "date": "2008-09-15"}
        html = auditor.get("/admin/ledger/book/trial-balance/", asked).content.decode()
        assert "debits equal credits in every unit and ring" in html
        assert "accounts/?axis=value&amp;date=2008-09-15&amp;book=MAIN&amp;unit=USD&amp;ring=client" in html
        line = {"book": "MAIN", "unit": "USD", "ring": "client", "category": "2010"}
        html = auditor.get("/admin/ledger/book/trial-balance/accounts/", asked | line).content.decode()
        assert f"/admin/ledger/account/{book.accounts['wang']}/change/?axis=value&amp;date=2008-09-15" in html
        assert "15.00" in text_of(html)

    def test_knows_no_line_that_is_none(self, book: SmallBook, auditor: Client) -> None:
        page = auditor.get("/admin/ledger/book/trial-balance/accounts/", {"book": "MAIN", "unit": "USD"})
        assert page.status_code == 404


class TestJournalEntryPage:
    def test_shows_postings_in_the_columns_of_their_sides(self, book: SmallBook, auditor: Client) -> None:
        (entry,) = book.post(book.draft("client_deposit", bank=123_456, wang=-123_456))
        page = text_of(auditor.get(f"/admin/ledger/journalentry/{entry.entry_id}/change/").content.decode())
        assert "1 client/custody/BANKA client USD 1,234.56" in page
        assert "2 client/W1/F1/cash client USD 1,234.56" in page
        assert "Client deposit" in page


class TestJournalEntryList:
    def test_takes_as_many_queries_for_hundreds_as_for_few(
        self, book: SmallBook, auditor: Client, django_assert_max_num_queries: object
    ) -> None:
        book.post(*(book.draft("client_deposit", bank=1, wang=-1) for _ in range(300)))
        with django_assert_max_num_queries(12):  # type: ignore[operator]
            response = auditor.get("/admin/ledger/journalentry/")
        assert response.status_code == 200


class TestAccountList:
    def test_takes_a_constant_number_of_queries(
        self, book: SmallBook, auditor: Client, django_assert_max_num_queries: object
    ) -> None:
        with django_assert_max_num_queries(14):  # type: ignore[operator]
            page = auditor.get("/admin/ledger/account/").content.decode()
        assert "15.00 Cr" in page


class TestAmounts:
    def test_stand_on_their_side(self) -> None:
        debit, credit = debit_and_credit(-123_456, 2)
        assert (debit.text, credit.text) == ("", "1,234.56")

    @pytest.mark.parametrize(
        ("minor", "exponent", "shown"), [(-5, 2, "0.05 Cr"), (1_000, 0, "1,000 Dr"), (0, 2, "0.00")]
    )
    def test_name_the_side_of_a_balance(self, minor: int, exponent: int, shown: str) -> None:
        assert balance(minor, exponent).text == shown


class TestNames:
    def test_are_given_to_every_category_and_kind(self, db: None) -> None:
        categories = AccountCategory.objects.values_list("number", "name")
        assert {number: str(name) for number, name in CATEGORY_NAMES.items()} == dict(categories)
        assert set(KIND_NAMES) == set(EntryKind.objects.values_list("code", flat=True))


class TestPlaces:
    def test_are_read_from_links_and_nonsense_is_none(self) -> None:
        assert place_of("2008-09-15.4711.2") == Place(MONDAY, 4711, 2)
        assert place_of("2008-09-15.4711") is None
        assert place_of("'; drop table") is None
        assert day_of("2008-09-15") == MONDAY
        assert day_of("15/09/2008") is None
