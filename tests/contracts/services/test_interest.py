"""The interest of the whole book, set-based and exact."""

import datetime as dt

import pytest

from contracts.models import InterestAccrual, InterestRun
from contracts.queries.interest import recomputed_interest
from contracts.services.contracts import TrancheDraft
from contracts.services.interest import ContractRange, PrincipalValuedAhead, accrue_interest
from contracts.services.interest_collection import collect_interest_of
from contracts.services.repayment import repay
from ledger.models import JournalEntry, Posting
from ledger.services.posting import reverse_journal_entry
from tests.contracts.builders import DAY_ONE, Lending


def days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def accrue(book: Lending, day: dt.date | None = None) -> int:
    """Accrue on the given or the next day; return what was posted to the clients' debit."""
    book.advance(day or book.day + days(1))
    result = accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
    return result.client_minor


class TestAccrueInterest:
    def test_posts_the_rounded_cumulative_figure_less_what_was_posted(self, book: Lending) -> None:
        contract = book.drawn()
        assert [accrue(book) for _ in range(7)] == [17808, 17808, 17809, 17808, 17808, 17808, 17809]
        balances = book.of(contract)
        assert balances.interest_minor == 124658
        assert [tranche.interest_minor for tranche in balances.tranches] == [63288, 42192, 0]
        assert book.balance("house/income/spread") == -(124658 - 63288 - 42192)

    def test_covers_the_calendar_days_since_the_last_run(self, book: Lending) -> None:
        book.drawn()
        accrue(book)
        assert accrue(book, DAY_ONE + days(30)) == 534247 - 17808

    def test_counts_nothing_for_the_day_of_the_drawdown(self, book: Lending) -> None:
        contract = book.drawn()
        result = accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (result.contracts, result.client_minor, result.entry_id) == (1, 0, None)
        assert accrue(book) == 17808
        assert book.of(contract).interest_minor == 17808

    def test_does_nothing_a_second_time(self, book: Lending) -> None:
        book.drawn()
        accrue(book)
        before = (JournalEntry.objects.count(), InterestAccrual.objects.count(), InterestRun.objects.count())
        again = accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert (again.contracts, again.entry_id) == (0, None)
        after = (JournalEntry.objects.count(), InterestAccrual.objects.count(), InterestRun.objects.count())
        assert after == before

    def test_corrects_itself_for_principal_that_is_back_dated(self, book: Lending) -> None:
        contract = book.drawn()
        accrue(book)
        book.advance(DAY_ONE + days(10))
        book.draw(contract, 20_000_000, value_date=DAY_ONE + days(4))
        posted = accrue_interest(
            book_id=book.book.id, business_date=book.day, maker_id=book.maker.id
        ).client_minor
        # 1,000,000 for ten days and 200,000 for six, at 6.5 %.
        assert 17808 + posted == round((100_000_000 * 10 + 20_000_000 * 6) * 0.065 / 365)

    def test_corrects_itself_for_principal_booked_after_the_run_of_its_day(self, book: Lending) -> None:
        contract = book.drawn()
        assert accrue(book, DAY_ONE + days(10)) == 178082
        book.draw(contract, 20_000_000, value_date=DAY_ONE + days(4))
        posted = accrue(book)
        assert 178082 + posted == round((100_000_000 * 11 + 20_000_000 * 7) * 0.065 / 365)

    def test_takes_back_interest_of_a_drawdown_that_is_reversed(self, book: Lending) -> None:
        contract = book.open()
        book.deposit(contract, 25_000_000)
        book.fund("AURORA", 100_000_000)
        book.fund("BEACON", 100_000_000)
        drawn = book.draw(contract, 100_000_000)
        assert accrue(book, DAY_ONE + days(10)) == 178082
        reverse_journal_entry(
            entry_id=drawn.entry_id,
            booking_date=book.day,
            narration="drawn in error",
            caller="tests",
            idempotency_key="reversal",
            maker_id=book.maker.id,
        )
        assert accrue(book) == -178082
        assert book.of(contract).interest_minor == 0

    def test_never_takes_back_more_than_is_still_due(self, book: Lending) -> None:
        """The run refunds no collected interest: what is too much is set off against later interest."""
        contract = book.drawn()
        accrue(book, DAY_ONE + days(10))
        pay_interest(book, contract.id, 178082)
        repay(
            contract_id=contract.id,
            amount_minor=90_000_000,
            booking_date=book.day,
            value_date=DAY_ONE + days(5),
            maker_id=book.maker.id,
            idempotency_key="early",
        )
        assert accrue(book) == 0
        assert book.of(contract).interest_minor == 0
        until = DAY_ONE + days(100)
        accrue(book, until)
        exact = round((100_000_000 * 5 + 10_000_000 * 95) * 0.065 / 365)
        assert book.of(contract).interest_minor == exact - 178082

    def test_ends_on_the_day_of_repayment(self, book: Lending) -> None:
        contract = book.drawn()
        book.advance(DAY_ONE + days(10))
        repay(
            contract_id=contract.id,
            amount_minor=100_000_000,
            booking_date=book.day,
            value_date=book.day,
            maker_id=book.maker.id,
            idempotency_key="all",
        )
        accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id)
        assert book.of(contract).interest_minor == 178082
        assert accrue(book) == 0

    def test_takes_each_chunk_by_itself(self, book: Lending) -> None:
        first = book.drawn()
        second = book.open("F2", client="DUBOIS")
        book.deposit(second, 25_000_000)
        book.draw(second, 50_000_000)
        book.advance(book.day + days(1))
        results = [
            accrue_interest(
                book_id=book.book.id,
                business_date=book.day,
                maker_id=book.maker.id,
                contract_range=ContractRange(contract.id, contract.id),
            )
            for contract in (first, second)
        ]
        assert [result.client_minor for result in results] == [17808, 8904]
        assert {result.contracts for result in results} == {1}
        assert (
            accrue_interest(book_id=book.book.id, business_date=book.day, maker_id=book.maker.id).contracts
            == 0
        )

    def test_gives_the_house_the_residual_where_it_lends_itself(self, book: Lending) -> None:
        contract = book.open(
            tranches=(
                TrancheDraft(book.party("AURORA", "funder").id, 500_000, 55_000),
                TrancheDraft(None, 500_000),
            )
        )
        book.deposit(contract, 25_000_000)
        book.fund("AURORA", 100_000_000)
        book.draw(contract, 100_000_000)
        accrue(book)
        assert [tranche.interest_minor for tranche in book.of(contract).tranches] == [7534, 0]
        assert book.balance("house/income/spread") == -(17808 - 7534)

    def test_leaves_a_defaulted_contract_alone(self, book: Lending) -> None:
        contract = book.drawn()
        book.move(contract, "defaulted")
        assert accrue(book) == 0

    def test_posts_one_entry_for_the_book(self, book: Lending) -> None:
        book.drawn()
        second = book.open("F2", client="DUBOIS")
        book.deposit(second, 25_000_000)
        book.draw(second, 50_000_000)
        accrue(book)
        entry = JournalEntry.objects.get(kind_id="interest_accrued")
        assert Posting.objects.filter(entry=entry).count() == 7
        assert InterestRun.objects.get().entry_id == entry.id

    def test_refuses_principal_that_is_valued_ahead(self, book: Lending) -> None:
        contract = book.drawn()
        book.post_at(
            "repayment",
            {
                contract.principal_account_id: -1000,
                book.id_of("contract/F1/funded/AURORA"): 1000,
            },
            DAY_ONE + days(20),
        )
        with pytest.raises(PrincipalValuedAhead, match="F1"):
            accrue(book)
        assert InterestAccrual.objects.count() == 0

    def test_carries_what_a_fresh_computation_finds(self, book: Lending) -> None:
        contract = book.drawn()
        accrue(book)
        book.draw(contract, 5_000_001)
        accrue(book, book.day + days(3))
        carried = {
            row.tranche_id: (int(row.cumulative_numerator), row.cumulative_posted_minor)
            for row in InterestAccrual.objects.filter(accrual_date=book.day)
        }
        fresh = recomputed_interest(contract_ids=[contract.id], until=book.day)
        assert carried == {one.tranche_id: (one.numerator, one.cumulative_minor) for one in fresh}


def pay_interest(book: Lending, contract_id: int, amount: int) -> None:
    collect_interest_of(
        contract_id=contract_id,
        amount_minor=amount,
        booking_date=book.day,
        maker_id=book.maker.id,
        idempotency_key=f"paid-{book.day}",
    )
