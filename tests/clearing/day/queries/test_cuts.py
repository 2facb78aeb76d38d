"""What a day goes through."""

from clearing.day.domain.plan import Cut
from clearing.day.queries.cuts import ids_to_cut, is_first_day_of_month, missed_days
from ledger.services.books import create_book
from tests.world import SESSIONS, World


class TestIdsToCut:
    def test_gives_contracts_instruments_and_custodians_ascending(self, world: World) -> None:
        contracts = ids_to_cut(book_id=world.book.pk, cut=Cut.CONTRACTS)
        assert list(contracts) == sorted(contract.pk for contract in world.contracts)
        assert len(ids_to_cut(book_id=world.book.pk, cut=Cut.INSTRUMENTS)) == 3
        assert len(ids_to_cut(book_id=world.book.pk, cut=Cut.CUSTODIANS)) == 2
        assert ids_to_cut(book_id=world.book.pk, cut=Cut.WHOLE) == []


class TestIsFirstDayOfMonth:
    def test_is_when_the_day_before_lies_in_another_month(self, world: World) -> None:
        world.play(SESSIONS[0])
        day = SESSIONS[0]
        assert not is_first_day_of_month(book_id=world.book.pk, business_date=day)
        assert not is_first_day_of_month(book_id=world.book.pk, business_date=SESSIONS[1])
        assert is_first_day_of_month(book_id=world.book.pk, business_date=day.replace(month=10))


class TestMissedDays:
    def test_is_the_day_itself_where_the_book_has_none(self, world: World) -> None:
        assert missed_days(book_id=world.book.pk, until=SESSIONS[3]) == [SESSIONS[3]]

    def test_begins_with_the_open_day(self, world: World) -> None:
        world.prepare(SESSIONS[0])
        assert missed_days(book_id=world.book.pk, until=SESSIONS[2]) == SESSIONS[:3]

    def test_goes_by_the_sessions_of_the_terms(self, world: World) -> None:
        world.play(SESSIONS[0])
        assert missed_days(book_id=world.book.pk, until=SESSIONS[6]) == SESSIONS[1:7]

    def test_goes_by_weekdays_where_there_are_no_terms(self, world: World) -> None:
        book = create_book(code="EMPTY", name="Empty", base_unit_code="USD")
        assert missed_days(book_id=book.pk, until=SESSIONS[0]) == [SESSIONS[0]]
