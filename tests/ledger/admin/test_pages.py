"""The journal, an account's statement and the trial balance, on a small book."""

import datetime as dt

import pytest
from django.test import Client

from accounts.models import StaffRole
from ledger.admin.accounts import day_of, place_of
from ledger.admin.amounts import balance, debit_and_credit
from ledger.admin.names import CATEGORY_NAMES, KIND_NAMES
from ledger.models import AccountCategory, EntryKind
from ledger.queries.account_statement import Place, account_statement
from ledger.queries.trial_balance import trial_balance
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


class TestAccountStatement:
    def test_runs_the_balance_from_the_newest_posting_back(self, book: SmallBook) -> None:
        page = account_statement(account_id=book.accounts["wang"], until=MONDAY)
        assert [line.amount_minor for line in page.lines] == [-500, -400, -300, -200, -100]
        assert [line.balance_minor for line in page.lines] == [-1500, -1000, -600, -300, -100]
        assert page.older is None

    def test_goes_on_where_a_page_ended(self, book: SmallBook) -> None:
        first = account_statement(account_id=book.accounts["wang"], until=MONDAY, size=2)
        assert first.older is not None
        second = account_statement(account_id=book.accounts["wang"], until=MONDAY, before=first.older, size=2)
        assert [line.balance_minor for line in second.lines] == [-600, -300]

    def test_costs_the_same_on_every_page(
        self, book: SmallBook, django_assert_max_num_queries: object
    ) -> None:
        place = account_statement(account_id=book.accounts["wang"], until=MONDAY, size=3).older
        with django_assert_max_num_queries(6):  # type: ignore[operator]
            account_statement(account_id=book.accounts["wang"], until=MONDAY, before=place)

    def test_is_empty_before_the_first_day(self, book: SmallBook) -> None:
        page = account_statement(account_id=book.accounts["wang"], until=MONDAY - dt.timedelta(days=1))
        assert list(page.lines) == []


class TestTrialBalance:
    def test_balances_in_each_unit_and_ring(self, book: SmallBook) -> None:
        (section,) = trial_balance(book_id=book.book.pk)
        assert (section.unit_code, section.ring) == ("USD", "client")
        assert (section.debit_minor, section.credit_minor) == (1500, 1500)
        assert section.is_balanced
        assert [(line.category_number, line.accounts) for line in section.lines] == [(1010, 1), (2010, 1)]

    def test_is_of_one_unit_where_one_is_asked_for(self, book: SmallBook) -> None:
        assert trial_balance(book_id=book.book.pk, unit_code="JPY") == []

    def test_takes_the_snapshots_of_a_closed_day(self, book: SmallBook) -> None:
        assert trial_balance(book_id=book.book.pk, business_date=MONDAY) == []  # not closed: no snapshot yet

    def test_leads_down_to_the_accounts(self, book: SmallBook, auditor: Client) -> None:
        html = auditor.get("/admin/ledger/book/trial-balance/").content.decode()
        assert "debits equal credits in every unit and ring" in html
        assert "category__number__exact=2010" in html


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
